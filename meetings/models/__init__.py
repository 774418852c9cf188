from .agenda import (
    AgendaDocument,
    AgendaItem,
    AgendaItemReader,
    MeetingMinutes,
    TableSheet,
    TableSheetLine,
)
from .calendar import BusyAddress, BusyTime, CalendarFeed
from .followups import MeetingFollowUp
from .guests import Guest, MailTemplate
from .invitation import Invitation, Report
from .kinds import MeetingKind, Series, SeriesParty
from .meeting import Meeting, MeetingEmployer, MeetingReader, MeetingStep, Participant

__all__ = [
    "AgendaDocument",
    "AgendaItem",
    "AgendaItemReader",
    "BusyAddress",
    "BusyTime",
    "CalendarFeed",
    "Guest",
    "Invitation",
    "MailTemplate",
    "Meeting",
    "MeetingEmployer",
    "MeetingFollowUp",
    "MeetingKind",
    "MeetingMinutes",
    "MeetingReader",
    "MeetingStep",
    "Participant",
    "Report",
    "Series",
    "SeriesParty",
    "TableSheet",
    "TableSheetLine",
]
