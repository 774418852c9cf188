from .aftermath import FeedbackLetter, LetterRecipient, PromiseAnswer
from .briefing import Briefing, BriefingView
from .followups import MeetingFollowUp
from .invitation import Invitation
from .kinds import MeetingKind, Series, SeriesParty
from .meeting import Meeting, MeetingEmployer, MeetingReader, MeetingStep, Participant
from .report import Report, ReportDraft, ReportSignal

__all__ = [
    "Briefing",
    "BriefingView",
    "FeedbackLetter",
    "Invitation",
    "LetterRecipient",
    "Meeting",
    "MeetingEmployer",
    "MeetingFollowUp",
    "MeetingKind",
    "MeetingReader",
    "MeetingStep",
    "Participant",
    "PromiseAnswer",
    "Report",
    "ReportDraft",
    "ReportSignal",
    "Series",
    "SeriesParty",
]
