"""Registers what this app knows with core; one module per subject."""

from . import top_list

__all__ = ["top_list"]
