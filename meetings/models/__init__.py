from .followups import MeetingFollowUp
from .invitation import Invitation, Report
from .kinds import MeetingKind, Series, SeriesParty
from .meeting import Meeting, MeetingEmployer, MeetingReader, MeetingStep, Participant
from .plans import AnnualPlan, MemberInterest, PlanProposal

__all__ = [
    "AnnualPlan",
    "Invitation",
    "Meeting",
    "MeetingEmployer",
    "MeetingFollowUp",
    "MeetingKind",
    "MeetingReader",
    "MeetingStep",
    "MemberInterest",
    "Participant",
    "PlanProposal",
    "Report",
    "Series",
    "SeriesParty",
]
