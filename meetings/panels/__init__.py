"""What this app shows on pages of lower apps; one module per subject."""

from . import aftermath, agenda, duty, guests, leavers, people, table, team

__all__ = ["aftermath", "agenda", "duty", "guests", "leavers", "people", "table", "team"]
