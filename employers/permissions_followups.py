"""Who may do what with a follow-up (R9): account manager, lead and functional admin everything; the secretary
adds and gives; the employer desk its own; a college member adds a promise; who must do it may do it."""

from typing import TYPE_CHECKING

from accounts.roles import Act, Role
from employers.models import FollowUp

if TYPE_CHECKING:
    from accounts.models import User

Kind, State = FollowUp.Kind, FollowUp.State
OPEN = frozenset(FollowUp.OPEN_STATES)

#: act → the states in which it makes sense.
STATES: dict[str, frozenset[str]] = {
    "confirm": frozenset({State.UNCONFIRMED}),
    "fulfil": frozenset({State.OPEN}),
    "report_back": frozenset({State.FULFILLED}),
    "drop": OPEN,
    "reassign": OPEN,
    "edit": OPEN,
    "pass_on": OPEN,
    "reopen": frozenset({State.FULFILLED, State.CLOSED, State.DROPPED}),
}


def kinds_for(user: "User") -> list[str]:
    """The kinds this person may add; a college member only promises."""
    if not user.can(Act.ADD_FOLLOW_UP):
        return []
    if _only_promises(user):
        return [Kind.PROMISE_TO.value]
    return list(Kind.values)


def _only_promises(user: "User") -> bool:
    return user.has_role(Role.COLLEGE_MEMBER) and not (
        user.can(Act.KEEP_FOLLOW_UPS) or user.can(Act.GIVE_FOLLOW_UP)
    )


def may_choose_owner(user: "User") -> bool:
    """Whether this person may say with whom something lies; the desk keeps what it writes itself."""
    return user.can(Act.GIVE_FOLLOW_UP)


def may_confirm(user: "User", promised_by_user_id: int | None) -> bool:
    """An account manager confirms, and nobody confirms a promise of their own as a college member."""
    return user.can(Act.KEEP_FOLLOW_UPS) and (promised_by_user_id is None or promised_by_user_id != user.pk)


def may(act: str, follow_up: FollowUp, user: "User") -> bool:
    """Whether this person may do that act on this follow-up at all, whatever its state."""
    if not user.can(Act.SEE_FOLLOW_UPS):
        return False
    if act == "confirm":
        member = follow_up.promised_by
        return may_confirm(user, member.user_id if member else None)
    if user.can(Act.KEEP_FOLLOW_UPS) or follow_up.owner_id == user.pk:
        return True
    if act in {"reassign", "pass_on"}:
        return user.can(Act.GIVE_FOLLOW_UP)
    return act in {"edit", "drop"} and follow_up.created_by_id == user.pk


def acts_on(follow_up: FollowUp, user: "User") -> frozenset[str]:
    """The keys of STATES this person may do on this follow-up now."""
    return frozenset(
        act for act, states in STATES.items() if follow_up.state in states and may(act, follow_up, user)
    )
