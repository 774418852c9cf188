"""Writes of meetings and invitations. A meeting changes state only here (R8)."""

from .errors import IllegalStep
from .invitations import (
    answer_invitation,
    invitation_problems,
    link_invitation,
    record_invitation,
    save_invitation,
    withdraw_invitation,
)
from .mandates import check_mandate, mandated_members
from .participants import record_attendance, set_participants
from .planning import change_meeting, draft_meeting, log_meeting, plan_draft, plan_meeting
from .steps import (
    ALLOWED,
    cancel_meeting,
    close_meeting,
    hold_meeting,
    move_meeting,
    report_meeting,
    save_report,
    step_back,
)

__all__ = [
    "ALLOWED",
    "IllegalStep",
    "answer_invitation",
    "cancel_meeting",
    "change_meeting",
    "check_mandate",
    "close_meeting",
    "draft_meeting",
    "hold_meeting",
    "invitation_problems",
    "link_invitation",
    "log_meeting",
    "mandated_members",
    "move_meeting",
    "plan_draft",
    "plan_meeting",
    "record_attendance",
    "record_invitation",
    "report_meeting",
    "save_invitation",
    "save_report",
    "set_participants",
    "step_back",
    "withdraw_invitation",
]
