"""Registers what this app knows with core; one module per subject."""

from . import documents, invitations, leavers, meeting, series, top_list

__all__ = ["documents", "invitations", "leavers", "meeting", "series", "top_list"]
