"""What this app shows on its own dossier and on pages of the roof; one module per subject."""

from . import followups, people, portfolios, signals

__all__ = ["followups", "people", "portfolios", "signals"]
