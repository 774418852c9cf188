"""Registers what this app knows with core; one module per subject."""

from . import documents, meeting, series, top_list

__all__ = ["documents", "meeting", "series", "top_list"]
