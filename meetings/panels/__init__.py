"""What this app shows on pages of lower apps; one module per subject."""

from . import aftermath, agenda, duty, people

__all__ = ["aftermath", "agenda", "duty", "people"]
