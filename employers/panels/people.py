"""People on the dossier: wie kent wie, the board and members of an association, memberships."""

from typing import TYPE_CHECKING, Any

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, panel
from employers.models import Employer
from employers.selectors.associations import board_of

if TYPE_CHECKING:
    from accounts.models import User


def _family(employer: Any) -> list[int]:
    return [employer.pk, *getattr(employer, "family", [])]


@panel("employer.side", order=30)
def who_knows_whom(employer: Any, user: "User") -> Panel | None:
    """A card that fetches itself when the page is there, so that the dossier does not wait for its three
    queries; without script a link."""
    if not user.can(Act.SEE_DOSSIERS):
        return None
    return Panel("employers/knowing_later.html", {"employer": employer})


@panel("employer.side", order=5)
def board_and_members(employer: Any, user: "User") -> Panel | None:
    """Of an association: who sits on the board, who did, and how many members it has; one query."""
    if not user.can(Act.SEE_DOSSIERS) or employer.kind != Employer.Kind.ASSOCIATION:
        return None
    family, today = _family(employer), clock.today()
    context = {
        "employer": employer,
        "board": board_of(family, user, today),
        "members": employer.member_count,
        "edits": user.can(Act.EDIT_EMPLOYER),
    }
    return Panel("employers/board.html", context)


@panel("employer.side", order=60)
def member_of(employer: Any, user: "User") -> Panel | None:
    """Of which associations it is a member; read with the employer, so no query."""
    if not user.can(Act.SEE_DOSSIERS):
        return None
    edits = user.can(Act.EDIT_EMPLOYER) and not employer.retired_on
    memberships = getattr(employer, "associations", [])
    if not memberships and (not edits or employer.kind == Employer.Kind.ASSOCIATION):
        return None
    context = {"employer": employer, "memberships": memberships, "edits": edits}
    return Panel("employers/member_of.html", context)
