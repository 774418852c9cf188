"""Which acts a person may do on a meeting now: what R9 grants, as far as its state allows (R8)."""

from typing import TYPE_CHECKING

from accounts.roles import Act
from meetings.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User

State = Meeting.State

#: act → (the right it needs, the states in which it makes sense)
ACTS: dict[str, tuple[Act, frozenset[str]]] = {
    "plan": (Act.PLAN_MEETING, frozenset({State.DRAFT})),
    "hold": (Act.REPORT_MEETING, frozenset({State.PLANNED})),
    "report": (Act.REPORT_MEETING, frozenset({State.HELD, State.REPORTED})),
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
