"""What this app shows on its own dossier and on pages of the roof; one module per subject."""

from . import followups

__all__ = ["followups"]
