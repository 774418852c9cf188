"""The lists of this app, declared for core.lists."""

from . import acts, employers

__all__ = ["acts", "employers"]
