"""What this app shows on pages of lower apps; one module per subject."""

from . import duty

__all__ = ["duty"]
