"""The guest list of a meeting as its pages show it: who is on it, invited, coming, there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.paging import page_of
from employers.models import ContactPerson, Position
from meetings.letters import why_no_mail
from meetings.models import Guest, Invitation, Meeting, Participant
from meetings.selectors.mails import put_mail_states

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
FOUND = 25

EVERYBODY = "all"
STANDING = Q(invitation__isnull=False, invitation__withdrawn_on__isnull=True)
#: Part of the list → its name and what it asks of a guest.
PARTS: dict[str, tuple[Any, Q]] = {
    EVERYBODY: (_("everybody"), Q()),
    "coming": (_("coming"), STANDING & Q(invitation__answer="accepted")),
    "declined": (_("not coming"), STANDING & Q(invitation__answer="declined")),
    "other_date": (_("asks for another date"), STANDING & Q(invitation__answer="other_date")),
    "waiting": (
        _("no answer yet"),
        STANDING & Q(invitation__answer="", invitation__undelivered_on__isnull=True),
    ),
    "undelivered": (
        _("mail not delivered"),
        STANDING & Q(invitation__answer="", invitation__undelivered_on__isnull=False),
    ),
    "uninvited": (_("not invited yet"), ~STANDING & Q(is_walk_in=False)),
    "arrived": (_("arrived"), Q(arrived_at__isnull=False)),
}


@dataclass(frozen=True)
class Part:
    """One tab above the list."""

    code: str
    label: Any
    count: int
    is_open: bool


@dataclass(frozen=True)
class GuestPage:
    """One page of the list. `counts`: by part. `found`: people a search found, to put on the list."""

    page: "Page[Guest]"
    parts: list[Part]
    counts: dict[str, int]
    asked: str
    found: list[ContactPerson]


def guests_of(meeting: Meeting, user: "User") -> "QuerySet[Guest]":
    """Guests this reader may see, each with when they arrived; by name."""
    seats = Participant.objects.filter(meeting=meeting, person=OuterRef("person"))
    rows: QuerySet[Guest] = Guest.objects.visible_to(user).filter(meeting=meeting)
    return rows.annotate(arrived_at=Subquery(seats.values("arrived_at")[:1])).order_by(
        "person__last_name", "person__first_name", "pk"
    )


def counts_of(meeting: Meeting, user: "User") -> dict[str, int]:
    """How many guests each part has; one query."""
    counted = {
        code: Count("pk", filter=asks) if asks else Count("pk") for code, (_label, asks) in PARTS.items()
    }
    rows: dict[str, int] = guests_of(meeting, user).order_by().aggregate(**counted)
    return rows


def guest_page(meeting: Meeting, user: "User", *, part: str, number: str | None, asked: str) -> GuestPage:
    """The part that was asked for: six queries at most, whatever the number of guests."""
    part = part if part in PARTS else EVERYBODY
    counts = counts_of(meeting, user)
    rows = guests_of(meeting, user).filter(PARTS[part][1])
    page = page_of(rows.select_related("person", "employer", "invitation"), number, PAGE_SIZE)
    shown = list(page.object_list)
    put_mail_states([guest.invitation for guest in shown if guest.invitation is not None])
    for guest in shown:
        invited = guest.invitation is not None and guest.invitation.withdrawn_on is None
        guest.no_mail = "" if invited else why_no_mail(guest.person, purpose=Invitation.Purpose.GROUP)
    page.object_list = shown
    tabs = [
        Part(code, label, counts[code], code == part)
        for code, (label, _asks) in PARTS.items()
        if counts[code] or code == EVERYBODY
    ]
    return GuestPage(page, tabs, counts, asked, search_people(meeting, user, asked))


def search_people(meeting: Meeting, user: "User", asked: str) -> list[ContactPerson]:
    """People with these words in their name, position or employer, who are not on the list yet."""
    if not asked:
        return []
    there = Guest.objects.filter(meeting=meeting, person=OuterRef("pk"))
    rows = ContactPerson.objects.visible_to(user).filter(anonymised_on__isnull=True).search(asked, user)
    held = Position.objects.visible_to(user).on(clock.today()).select_related("employer").order_by("pk")
    return list(rows.filter(~Exists(there)).prefetch_related(Prefetch("positions", held, "held"))[:FOUND])


@dataclass(frozen=True)
class ToInvite:
    """Who would be invited when the button is pressed, and who not, each with why."""

    ready: list[Guest]
    left_out: list[tuple[Guest, str]]


def to_invite(guests: list[Guest]) -> ToInvite:
    """Divides the guests without an invitation (services.guests.to_invite)."""
    ready, left_out = [], []
    for guest in guests:
        why = why_no_mail(guest.person, purpose=Invitation.Purpose.GROUP)
        if not why and guest.employer_id is None:
            why = str(_("It is not known for whom this person works."))
        if why:
            left_out.append((guest, why))
        else:
            ready.append(guest)
    return ToInvite(ready, left_out)


# ── at the door ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DoorLine:
    """Somebody who may come in. `answer`: as on the invitation, "" for who did not answer, "walk_in", or
    "seat" for who takes part without being a guest."""

    person_id: int
    name: str
    sort_name: str
    employer: str
    answer: str
    has_arrived: bool


@dataclass(frozen=True)
class Door:
    """Everybody who may come in, by last name."""

    lines: list[DoorLine]

    @property
    def arrived(self) -> int:
        return sum(line.has_arrived for line in self.lines)

    @property
    def expected(self) -> int:
        """Who said to come, takes part, or came by."""
        return sum(line.answer in {"accepted", "seat", "walk_in"} for line in self.lines)


def door(meeting: Meeting, user: "User", *, asked: str = "", person: int | None = None) -> Door:
    """Guests and other contact persons at the table; two queries. `asked`: only names and employers with
    these letters. `person`: only this one."""
    guests = guests_of(meeting, user).select_related("person", "employer", "invitation")
    seats = Participant.objects.filter(meeting=meeting, person__isnull=False).select_related(
        "person", "employer"
    )
    if person is not None:
        guests, seats = guests.filter(person=person), seats.filter(person=person)
    found = {guest.person_id: _guest_line(guest) for guest in guests}
    for seat in seats:
        if seat.person_id is not None and seat.person_id not in found:
            found[seat.person_id] = _line(seat, seat.arrived_at, "seat")
    wanted = asked.casefold()
    lines = [line for line in found.values() if wanted in f"{line.name} {line.employer}".casefold()]
    return Door(sorted(lines, key=lambda line: (line.sort_name, line.name, line.person_id)))


def _guest_line(guest: Any) -> DoorLine:
    invitation = guest.invitation
    standing = invitation is not None and invitation.withdrawn_on is None
    answer = "walk_in" if guest.is_walk_in else (invitation.answer if standing else "")
    return _line(guest, guest.arrived_at, answer)


def _line(row: Any, arrived_at: Any, answer: str) -> DoorLine:
    return DoorLine(
        row.person_id,
        str(row.person),
        row.person.last_name.casefold(),
        row.employer.name if row.employer else "",
        answer,
        arrived_at is not None,
    )
