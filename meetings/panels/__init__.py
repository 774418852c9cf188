"""What this app shows on pages of lower apps; one module per subject."""

from . import agenda, duty, guests, leavers, people, table

__all__ = ["agenda", "duty", "guests", "leavers", "people", "table"]
