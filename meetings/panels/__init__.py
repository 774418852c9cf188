"""What this app shows on pages of lower apps; one module per subject."""

from . import agenda, duty, leavers, people, table

__all__ = ["agenda", "duty", "leavers", "people", "table"]
