"""Registers what this app knows with core; one module per subject."""

from . import briefing, meeting, series, top_list

__all__ = ["briefing", "meeting", "series", "top_list"]
