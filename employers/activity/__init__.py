"""The index behind every timeline: what is written to it, kept equal to the records, and read page by page."""

from .last_contact import refresh_last_contact
from .registry import SOURCES, ActivitySource, Key, Part, activity_source, day_start, index_rows
from .writing import rebuild_activities, refresh_activities, refresh_employer_activities

__all__ = [
    "SOURCES",
    "ActivitySource",
    "Key",
    "Part",
    "activity_source",
    "day_start",
    "index_rows",
    "rebuild_activities",
    "refresh_activities",
    "refresh_employer_activities",
    "refresh_last_contact",
]
