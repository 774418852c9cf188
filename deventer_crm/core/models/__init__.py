from .base import Confidential, Dated, DatedQuerySet, Reference, Tracked, no_overlap
from .commitments import Commitment, CommitmentNorm, PolicyDocument
from .jobs import Digest, Heartbeat, JobRun
from .lists import BulkAct, SavedView
from .mails import OutgoingMail, Posted
from .policy import PolicySetting
from .reminders import Reminder, ReminderPreference
from .reports import Quarter, QuarterlyReport, ReportText
from .trail import AccessEvent, TrailEvent

__all__ = [
    "AccessEvent",
    "BulkAct",
    "Commitment",
    "CommitmentNorm",
    "Confidential",
    "Dated",
    "DatedQuerySet",
    "Digest",
    "Heartbeat",
    "JobRun",
    "OutgoingMail",
    "PolicyDocument",
    "PolicySetting",
    "Posted",
    "Quarter",
    "QuarterlyReport",
    "Reference",
    "Reminder",
    "ReminderPreference",
    "ReportText",
    "SavedView",
    "Tracked",
    "TrailEvent",
    "no_overlap",
]
