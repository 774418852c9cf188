"""Registers what this app knows with core; one module per subject."""

from . import invitations, meeting, series, top_list

__all__ = ["invitations", "meeting", "series", "top_list"]
