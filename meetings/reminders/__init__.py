"""Registers what this app knows with core; one module per subject."""

from . import briefing, documents, invitations, leavers, meeting, series, top_list

__all__ = ["briefing", "documents", "invitations", "leavers", "meeting", "series", "top_list"]
