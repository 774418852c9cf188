from .followups import MeetingFollowUp
from .guests import Guest, MailTemplate
from .invitation import Invitation, Report
from .kinds import MeetingKind, Series, SeriesParty
from .meeting import Meeting, MeetingEmployer, MeetingReader, MeetingStep, Participant

__all__ = [
    "Guest",
    "Invitation",
    "MailTemplate",
    "Meeting",
    "MeetingEmployer",
    "MeetingFollowUp",
    "MeetingKind",
    "MeetingReader",
    "MeetingStep",
    "Participant",
    "Report",
    "Series",
    "SeriesParty",
]
