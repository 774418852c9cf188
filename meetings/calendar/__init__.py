"""When who is busy: conflicts while a time is picked, free gaps, whole days for the yearly plan; calendars of
others that are read (`fetching`), and the personal feed that others read (`feed`).

Other rooms ask `conflicts` and `busy_days`; both take a fixed number of queries however many people and days
are asked about."""

from .busy import Asked, Busy, BusyDay, busy_days, read_busy
from .conflicts import Conflict, Moment, conflicts, look_at
from .spans import Span

__all__ = [
    "Asked",
    "Busy",
    "BusyDay",
    "Conflict",
    "Moment",
    "Span",
    "busy_days",
    "conflicts",
    "look_at",
    "read_busy",
]
