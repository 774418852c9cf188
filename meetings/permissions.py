"""Which acts a person may do on a meeting now: what R9 grants, as far as its state allows (R8)."""

from typing import TYPE_CHECKING

from accounts.roles import Act, Role
from meetings.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User

State = Meeting.State

#: act → (the right it needs, the states in which it makes sense)
ACTS: dict[str, tuple[Act, frozenset[str]]] = {
    "plan": (Act.PLAN_MEETING, frozenset({State.DRAFT})),
    "hold": (Act.REPORT_MEETING, frozenset({State.PLANNED})),
    # Also from planned: who writes the report ticks who was there in the same act.
    "report": (Act.REPORT_MEETING, frozenset({State.PLANNED, State.HELD, State.REPORTED})),
    "brief": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED})),
    "sign_off": (Act.REPORT_MEETING, frozenset({State.REPORTED})),
    "feedback": (Act.REPORT_MEETING, frozenset({State.REPORTED, State.CLOSED})),
    "close": (Act.REPORT_MEETING, frozenset({State.REPORTED})),
    "next": (Act.PLAN_MEETING, frozenset({State.HELD, State.REPORTED, State.CLOSED})),
    "attendance": (Act.REPORT_MEETING, frozenset({State.HELD, State.REPORTED})),
    "edit": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED, State.HELD, State.REPORTED})),
    "move": (Act.PLAN_MEETING, frozenset({State.PLANNED})),
    "cancel": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED})),
    "invite": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED})),
    "roles": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED, State.HELD, State.REPORTED})),
    "renew": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED})),
    "agenda": (Act.PLAN_MEETING, frozenset({State.DRAFT, State.PLANNED, State.HELD})),
    "minutes": (Act.REPORT_MEETING, frozenset({State.HELD, State.REPORTED})),
    "adopt": (Act.REPORT_MEETING, frozenset({State.HELD, State.REPORTED, State.CLOSED})),
    "back": (Act.STEP_BACK_MEETING, frozenset({State.HELD, State.REPORTED})),
}


def acts_on(meeting: Meeting, user: "User") -> frozenset[str]:
    """The keys of ACTS this person may do on this meeting now."""
    return frozenset(
        name for name, (act, states) in ACTS.items() if meeting.state in states and user.can(act)
    )


def is_manager_of(meeting: Meeting, user: "User") -> bool:
    """Whether this is the account manager of the meeting: who looks after it, else any account manager."""
    if meeting.owner_id is not None:
        return meeting.owner_id == user.pk
    return user.has_role(Role.ACCOUNT_MANAGER)


def may_sign_off(meeting: Meeting, user: "User") -> bool:
    """A report is signed off by the account manager, by one who stands in, or by the lead; not by a secretary
    who wrote it."""
    return user.can(Act.REPORT_MEETING) and (
        is_manager_of(meeting, user) or user.has_role(Role.ACCOUNT_MANAGER, Role.TEAM_LEAD)
    )
