"""Writes of meetings and invitations. A meeting changes state only here (R8)."""

from .briefings import freeze_briefing, log_briefing_view, save_briefing, thaw_briefing
from .errors import IllegalStep
from .guests import add_guests, invite_guests, remove_guests, tick_at_door, walk_in
from .invitations import (
    answer_by_link,
    answer_invitation,
    invitation_problems,
    link_invitation,
    record_invitation,
    save_invitation,
    withdraw_invitation,
)
from .letters import send_feedback
from .mailing import ask_again, mail_invitation, send_again, withdraw_and_tell
from .mandates import check_mandate, mandated_members
from .outcomes import add_outcome
from .participants import record_attendance, set_participants
from .planning import change_meeting, draft_meeting, log_meeting, plan_draft, plan_meeting
from .promises import answer_promise
from .reports import NotedSignal, sign_off_report
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
    "NotedSignal",
    "add_guests",
    "add_outcome",
    "answer_by_link",
    "answer_invitation",
    "answer_promise",
    "ask_again",
    "cancel_meeting",
    "change_meeting",
    "check_mandate",
    "close_meeting",
    "draft_meeting",
    "freeze_briefing",
    "hold_meeting",
    "invitation_problems",
    "invite_guests",
    "link_invitation",
    "log_briefing_view",
    "log_meeting",
    "mail_invitation",
    "mandated_members",
    "move_meeting",
    "plan_draft",
    "plan_meeting",
    "record_attendance",
    "record_invitation",
    "remove_guests",
    "report_meeting",
    "save_briefing",
    "save_invitation",
    "save_report",
    "send_again",
    "send_feedback",
    "set_participants",
    "sign_off_report",
    "step_back",
    "thaw_briefing",
    "tick_at_door",
    "walk_in",
    "withdraw_and_tell",
    "withdraw_invitation",
]
