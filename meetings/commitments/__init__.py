"""Registers what this app knows with core; one module per subject."""

from . import series, talks, top_list

__all__ = ["series", "talks", "top_list"]
