from .base import Confidential, Dated, DatedQuerySet, Reference, Tracked, no_overlap
from .commitments import Commitment, CommitmentNorm, PolicyDocument
from .jobs import Digest, Heartbeat, JobRun
from .lists import BulkAct, SavedView
from .policy import PolicySetting
from .reminders import Reminder
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
    "PolicyDocument",
    "PolicySetting",
    "Reference",
    "Reminder",
    "SavedView",
    "Tracked",
    "TrailEvent",
    "no_overlap",
]
