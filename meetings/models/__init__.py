from .aftermath import FeedbackLetter, LetterRecipient, PromiseAnswer
from .agenda import (
    AgendaDocument,
    AgendaItem,
    AgendaItemReader,
    MeetingMinutes,
    TableSheet,
    TableSheetLine,
)
from .briefing import Briefing, BriefingView
from .calendar import BusyAddress, BusyTime, CalendarFeed
from .followups import MeetingFollowUp
from .guests import Guest, MailTemplate
from .invitation import Invitation
from .kinds import MeetingKind, Series, SeriesParty
from .meeting import Meeting, MeetingEmployer, MeetingReader, MeetingStep, Participant
from .plans import AnnualPlan, MemberInterest, PlanProposal
from .report import Report, ReportDraft, ReportSignal

__all__ = [
    "AgendaDocument",
    "AgendaItem",
    "AgendaItemReader",
    "AnnualPlan",
    "Briefing",
    "BriefingView",
    "BusyAddress",
    "BusyTime",
    "CalendarFeed",
    "FeedbackLetter",
    "Guest",
    "Invitation",
    "LetterRecipient",
    "MailTemplate",
    "Meeting",
    "MeetingEmployer",
    "MeetingFollowUp",
    "MeetingKind",
    "MeetingMinutes",
    "MeetingReader",
    "MeetingStep",
    "MemberInterest",
    "Participant",
    "PlanProposal",
    "PromiseAnswer",
    "Report",
    "ReportDraft",
    "ReportSignal",
    "Series",
    "SeriesParty",
    "TableSheet",
    "TableSheetLine",
]
