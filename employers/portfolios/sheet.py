"""The overdrachtsdossier: what a successor must know, one short block for each employer, as far as its reader
may know it (R10). The same content goes on screen, on paper and in the PDF."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date, size_class
from employers.models import ContactMoment, Employer, FollowUp, HandOver, Position
from employers.signals import signals_for

if TYPE_CHECKING:
    from accounts.models import User

#: More about one employer is on its own page.
MOST_PEOPLE, MOST_LINES = 6, 12


@dataclass(frozen=True)
class Entry:
    """A line of a block; `note` is small behind it, `url` leads to the record (on screen)."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """Lines under one small heading."""

    title: str
    lines: list[Entry]
    more: int = 0


@dataclass(frozen=True)
class Block:
    """One employer."""

    employer: Employer
    place: str
    facts: list[tuple[str, str]]
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class About:
    """What a part is asked about: `members` maps an employer, or one grouped under it, to its block."""

    members: Mapping[int, int]
    user: "User"
    day: dt.date


PartFunction = Callable[[About], Iterable[tuple[int, Entry]]]
_parts: list[tuple[int, Any, PartFunction]] = []


def sheet_part(title: Any, *, order: int) -> Callable[[PartFunction], PartFunction]:
    """Register `function(about) -> (key of the employer or of one grouped under it, entry)`, in order, for
    all employers at once, with R9 and R10 applied by the function."""

    def register(function: PartFunction) -> PartFunction:
        _parts.append((order, title, function))
        _parts.sort(key=lambda row: row[0])
        return function

    return register


def sheet_of(handed: HandOver, user: "User", day: dt.date | None = None) -> list[Block]:
    """The blocks of a hand-over, by name, without employers this reader may not know of. As many statements
    for three employers as for three hundred."""
    return blocks_for(handed.employers, user, day or clock.today())


def blocks_for(employer_ids: Sequence[int], user: "User", day: dt.date) -> list[Block]:
    """The same for any employers: for a briefing or a new colleague."""
    rows = (
        Employer.objects.visible_to(user)
        .filter(pk__in=employer_ids, merged_into__isnull=True)
        .with_manager(day)
        .select_related("area", "sector", "main_establishment", "last_contact_by")
        .order_by("sort_name", "pk")
    )
    employers = {row.pk: row for row in rows}
    grouped = Employer.objects.filter(merged_into__in=list(employers)).values_list("pk", "merged_into_id")
    about = About({**{pk: pk for pk in employers}, **dict(grouped)}, user, day)
    lines: dict[int, list[Part]] = {pk: [] for pk in employers}
    for _order, title, function in _parts:
        found: dict[int, list[Entry]] = {}
        for pk, entry in function(about):
            found.setdefault(about.members[pk], []).append(entry)
        for pk, entries in found.items():
            lines[pk].append(Part(str(title), entries[:MOST_LINES], max(0, len(entries) - MOST_LINES)))
    return [Block(row, _place(row), _facts(row), lines[pk]) for pk, row in employers.items()]


def _place(employer: Any) -> str:
    return " · ".join(str(part) for part in (employer.sector, employer.area) if part)


def _facts(employer: Any) -> list[tuple[str, str]]:
    """The size class and never the number: a document is an export (R2)."""
    main = employer.main_establishment
    rows = [
        (_("Working persons"), size_class(employer.jobs) if employer.jobs is not None else _("unknown")),
        (_("Last contact"), _last_contact(employer)),
    ]
    if employer.manager_name:
        words = {"name": employer.manager_name, "day": nl_date(employer.manager_since)}
        rows.append((_("Account manager"), _("%(name)s, since %(day)s") % words))
    if main is not None and main.address and not main.is_shielded:
        rows.append((_("Address"), main.address))
    reach = ", ".join(part for part in (employer.phone, employer.email) if part)
    if reach:
        rows.append((_("Phone and e-mail"), reach))
    return rows


def _last_contact(employer: Any) -> str:
    if employer.last_contact_at is None:
        return _("never")
    day = nl_date(employer.last_contact_at, "short_year")
    if employer.last_contact_by is None:
        return day
    return _("%(day)s, by %(name)s") % {"day": day, "name": employer.last_contact_by}


@sheet_part(gettext_lazy("Mind"), order=10)
def sensitivities(about: About) -> Iterable[tuple[int, Entry]]:
    """What is confidential or was given in confidence, and who wants no mail or objected."""
    rows = Employer.objects.visible_to(about.user).filter(pk__in=list(about.members), is_confidential=True)
    rows = rows.order_by("pk")
    for pk in rows.values_list("pk", flat=True):
        yield pk, Entry(_("confidential: only named people know of this employer"))
    told = ContactMoment.objects.visible_to(about.user).standing().filter(given_in_confidence=True)
    links = (
        ContactMoment.employers.through.objects.filter(
            employer_id__in=list(about.members), contactmoment__in=told.order_by().values("pk")
        )
        .select_related("contactmoment")
        .order_by("-contactmoment__happened_at", "pk")
    )
    for link in links:
        moment = link.contactmoment
        note = _("given in confidence on %(day)s") % {"day": nl_date(moment.happened_at, "short_year")}
        yield link.employer_id, Entry(moment.subject, note)
    wishes = _positions(about).filter(Q(person__has_objected=True) | Q(person__objects_to_mail=True))
    for row in wishes:
        wish = _("has objected to being recorded") if row.person.has_objected else _("wants no mailings")
        yield row.employer_id, Entry(str(row.person), wish)


@sheet_part(gettext_lazy("Signals"), order=20)
def signals(about: About) -> Iterable[tuple[int, Entry]]:
    """Facts worth a look; jobs are told as on any export, without numbers."""
    asked = [pk for pk, survivor in about.members.items() if pk == survivor]
    for pk, found in signals_for(asked, about.user, about.day, exact=False).items():
        for signal in found:
            yield pk, Entry(f"{signal.label}: {signal.reason}", signal.source, signal.url)


@sheet_part(gettext_lazy("People"), order=30)
def people(about: About) -> Iterable[tuple[int, Entry]]:
    """Who to speak with, the first to contact first. Who objected is not passed on (R13)."""
    for row in _positions(about).filter(person__has_objected=False):
        ways = ", ".join(part for part in (row.person.mobile or row.person.phone, row.person.email) if part)
        yield row.employer_id, Entry(f"{row.person}, {row.title}", ways, row.person.get_absolute_url())


def _positions(about: About) -> Any:
    rows = Position.objects.visible_to(about.user).on(about.day).filter(employer__in=list(about.members))
    rows = rows.filter(person__anonymised_on__isnull=True).select_related("person")
    return rows.order_by("-is_primary", "person__last_name", "pk")


KINDS = {
    FollowUp.Kind.PROMISE_TO: gettext_lazy("we promised"),
    FollowUp.Kind.PROMISE_BY: gettext_lazy("the employer promised"),
    FollowUp.Kind.ACTION: gettext_lazy("to do"),
}


@sheet_part(gettext_lazy("Open promises and actions"), order=40)
def open_follow_ups(about: About) -> Iterable[tuple[int, Entry]]:
    """Both ways, what is due first."""
    rows = (
        FollowUp.objects.visible_to(about.user)
        .standing()
        .filter(employer__in=list(about.members))
        .select_related("owner")
        .order_by("due_on", "pk")
    )
    for row in rows:
        who = row.owner or row.department
        note = _("due %(day)s") % {"day": nl_date(row.due_on, "short_year")}
        note = f"{note}, {row.get_state_display()}" + (f", {who}" if who else "")
        yield (
            row.employer_id,
            Entry(f"{KINDS[FollowUp.Kind(row.kind)]}: {row.what}", note, row.get_absolute_url()),
        )


def sheet_data(handed: HandOver, blocks: list[Block]) -> dict[str, Any]:
    """The same as plain data, for the PDF."""
    words = {"from": handed.from_user, "to": handed.to_user, "day": nl_date(handed.starts_on)}
    return {
        "lead": _("From %(from)s to %(to)s, as of %(day)s") % words,
        "foot": _("Confidential. Made on %(day)s from the dossiers, for the account manager only.")
        % {"day": nl_date(clock.today())},
        "words": {"contents": _("Contents"), "nothing": _("No employers that you may see.")},
        "employers": blocks_as_data(blocks),
    }


def blocks_as_data(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as plain data, for any PDF."""
    return [
        {
            "name": block.employer.name,
            "place": block.place,
            "facts": [{"label": label, "text": text} for label, text in block.facts],
            "parts": [
                {
                    "title": part.title,
                    "lines": [{"text": line.text, "note": line.note} for line in part.lines],
                }
                for part in block.parts
            ],
        }
        for block in blocks
    ]
