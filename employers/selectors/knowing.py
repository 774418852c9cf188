"""Wie kent wie: who of the town hall knows an employer best, and with whom its people share a board.

The rule of the first is said in full, because a list of names with numbers is soon taken for a ranking of
colleagues: of the last two years every contact moment (notes are none) and every held meeting this reader may
see counts once, and once more when it was in the last twelve months; the highest sum stands first, then the
last contact. On screen stand the reasons, "4 gesprekken, laatste 3 weken geleden", never the sum. The numbers
are of this employer only, are kept nowhere, and nothing adds them up over employers."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Q

from accounts.names import colleague_name
from deventer_crm.core import clock
from employers.models import ContactMoment, Position

if TYPE_CHECKING:
    from accounts.models import User

YEARS = 2
SHOWN_COLLEAGUES, SHOWN_BOARDS, SHOWN_NAMES = 5, 4, 6


@dataclass(frozen=True)
class Contact:
    """Somebody of the town hall, how often they were in touch since the first day, how often in the last
    twelve months, and when last. `key` is the user's, or another one for who has no account."""

    key: Any
    name: str
    times: int
    recent: int
    last: dt.datetime


@dataclass(frozen=True)
class Acquaintance:
    """A line: who, how often, when last."""

    name: str
    times: int
    last: dt.datetime


@dataclass(frozen=True)
class SharedBoard:
    """A board with people of this employer (`ours`) and others: name and where else they work."""

    employer: Any
    ours: list[str]
    others: list[tuple[Position, str]] = field(default_factory=list)


#: function(employer ids, reader, since, recent since) -> contacts; one query each. Higher apps add theirs.
KnowingSource = Callable[[list[int], "User", dt.datetime, dt.datetime], Iterable[Contact]]
SOURCES: list[KnowingSource] = []


def knowing_source(function: KnowingSource) -> KnowingSource:
    """Register another kind of contact, held meetings for instance."""
    SOURCES.append(function)
    return function


@knowing_source
def by_contact_moments(
    family: list[int], user: "User", since: dt.datetime, recent: dt.datetime
) -> Iterable[Contact]:
    """Contact moments of colleagues who still work here."""
    about = ContactMoment.employers.through.objects.filter(employer_id__in=family).values("contactmoment_id")
    rows = (
        ContactMoment.objects.visible_to(user)
        .standing()
        .exclude(kind=ContactMoment.Kind.NOTE)
        .filter(pk__in=about, happened_at__gte=since, user__is_active=True)
        .order_by()
        .values("user_id", name=colleague_name("user"))
        .annotate(
            times=Count("pk"), recent=Count("pk", filter=Q(happened_at__gte=recent)), last=Max("happened_at")
        )
    )
    for row in rows:
        yield Contact(row["user_id"], row["name"], row["times"], row["recent"], row["last"])


def who_knows(family: list[int], user: "User") -> list[Acquaintance]:
    """The colleagues with most contact, by the rule above."""
    now = clock.now()
    since, recent = now - dt.timedelta(days=365 * YEARS), now - dt.timedelta(days=365)
    found: dict[Any, list[Contact]] = defaultdict(list)
    for source in SOURCES:
        for contact in source(family, user, since, recent):
            found[contact.key].append(contact)
    sums = [
        (
            sum(one.times + one.recent for one in kept),
            Acquaintance(kept[0].name, sum(one.times for one in kept), max(one.last for one in kept)),
        )
        for kept in found.values()
    ]
    sums.sort(key=lambda row: (-row[0], -row[1].last.timestamp(), row[1].name))
    return [line for _sum, line in sums[:SHOWN_COLLEAGUES]]


def shared_boards(family: list[int], user: "User") -> list[SharedBoard]:
    """Boards elsewhere on which somebody of this employer sits with others today; one query."""
    today = clock.today()
    held = Position.objects.visible_to(user).on(today).filter(person__anonymised_on__isnull=True)
    ours = held.filter(employer__in=family).order_by().values("person_id")
    boards = held.filter(person__in=ours).exclude(seat="").exclude(employer__in=family).order_by()
    elsewhere = (
        held.filter(person=OuterRef("person"))
        .exclude(employer=OuterRef("employer"))
        .order_by("employer__sort_name", "pk")
        .values("employer__name")
    )
    is_ours = held.filter(person=OuterRef("person"), employer__in=family).order_by().values("pk")
    rows = (
        held.filter(employer__in=boards.values("employer_id"))
        .exclude(seat="")
        .select_related("person", "employer")
        .annotate(works_at=ArraySubquery(elsewhere), here=ArraySubquery(is_ours))
        .order_by("employer__sort_name", "employer_id", "-seat", "person__last_name", "pk")
    )
    found: dict[int, SharedBoard] = {}
    for row in rows:
        board = found.setdefault(row.employer_id, SharedBoard(row.employer, []))
        if row.here:
            board.ours.append(str(row.person))
        else:
            board.others.append((row, ", ".join(row.works_at)))
    return [board for board in found.values() if board.ours and board.others][:SHOWN_BOARDS]
