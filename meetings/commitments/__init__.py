"""Registers what this app knows with core; one module per subject."""

from . import series, top_list

__all__ = ["series", "top_list"]
