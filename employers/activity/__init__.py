"""The index behind every timeline: kept equal to the records and read page by page."""

from .last_contact import refresh_last_contact
from .reading import Narrowing, Place, Reading, coming_up, happened, read_timeline
from .registry import SOURCES, ActivitySource, Key, Part, activity_source, day_start, index_rows
from .soon import soon_among, soon_there
from .writing import (
    rebuild_activities,
    refresh_activities,
    refresh_employer_activities,
    refresh_shared_activities,
)

__all__ = [
    "SOURCES",
    "ActivitySource",
    "Key",
    "Narrowing",
    "Part",
    "Place",
    "Reading",
    "activity_source",
    "coming_up",
    "day_start",
    "happened",
    "index_rows",
    "read_timeline",
    "rebuild_activities",
    "refresh_activities",
    "refresh_employer_activities",
    "refresh_last_contact",
    "refresh_shared_activities",
    "soon_among",
    "soon_there",
]
