"""The lists of this app, declared for core.lists."""

from . import acts, employers, establishments, followups, people

__all__ = ["acts", "employers", "establishments", "followups", "people"]
