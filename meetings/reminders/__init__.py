"""Registers what this app knows with core; one module per subject."""

from . import leavers, meeting, series, top_list

__all__ = ["leavers", "meeting", "series", "top_list"]
