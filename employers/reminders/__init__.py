"""Registers the rules of this app with core; one module per subject."""

from . import followups, yearly

__all__ = ["followups", "yearly"]
