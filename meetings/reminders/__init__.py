"""Registers what this app knows with core; one module per subject."""

from . import meeting, series, top_list

__all__ = ["meeting", "series", "top_list"]
