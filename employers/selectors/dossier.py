"""Everything the page of one employer shows, as far as this reader may see it (R9, R10)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.roles import Act
from deventer_crm.core import clock, panels, timeline
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.panels import Panel
from deventer_crm.core.timeline import Happening
from employers.models import ContactMoment, Employer, Establishment, Position
from employers.models.register import Source
from employers.selectors.history import History, history_of

if TYPE_CHECKING:
    from accounts.models import User

TIMELINE_SIZE = 15
SHOWN_PEOPLE = 8
#: No page or form lists more people of one employer.
MOST_PEOPLE = 200
SHOWN_ESTABLISHMENTS = 8


@dataclass(frozen=True)
class Rights:
    """What this reader may see and do on the page."""

    sees_dossier: bool
    sees_contact: bool
    sees_exact_jobs: bool
    logs_contact: bool
    edits: bool
    edits_people: bool

    @classmethod
    def of(cls, user: "User") -> "Rights":
        return cls(
            sees_dossier=user.can(Act.SEE_DOSSIERS),
            sees_contact=user.can(Act.SEE_CONTACT_DATES),
            sees_exact_jobs=user.can(Act.VIEW_EXACT_JOBS),
            logs_contact=user.can(Act.LOG_CONTACT) or user.can(Act.LOG_NOTE),
            edits=user.can(Act.EDIT_EMPLOYER),
            edits_people=user.can(Act.EDIT_PERSON),
        )


@dataclass(frozen=True)
class TimelinePage:
    """Lines of one kind (or all), and the moment before which the older ones lie; None: there are no more."""

    lines: list[Happening]
    kind: str
    kinds: list[tuple[str, Any]]
    older: str | None
    before: dt.datetime | None = None

    @property
    def shown(self) -> list[tuple[Happening, bool]]:
        """Lines with whether their year must be said: only when it is not this one."""
        year = clock.today().year
        return [(line, clock.local_date(line.at).year != year) for line in self.lines]


@dataclass(frozen=True)
class EstablishmentLine:
    """An establishment with its jobs of today, by number; a shielded address is left out."""

    establishment: Establishment
    jobs: int | None
    address: str


@dataclass(frozen=True)
class Dossier:
    """`family`: this employer and those grouped under it. Lists a reader may not see are empty."""

    employer: Any
    rights: Rights
    family: list[int]
    address: str
    phone: str
    series: list[tuple[str, int]] = field(default_factory=list)
    jobs_source: str = ""
    last_moment: Any = None
    people: list[Position] = field(default_factory=list)
    more_people: list[Position] = field(default_factory=list)
    establishments: list[EstablishmentLine] = field(default_factory=list)
    more_establishments: list[EstablishmentLine] = field(default_factory=list)
    ended_establishments: int = 0
    upcoming: list[Happening] = field(default_factory=list)
    timeline: TimelinePage | None = None
    panels: dict[str, list[Panel]] = field(default_factory=dict)

    @property
    def place_line(self) -> str:
        """Sector, area and track on one line, as far as known."""
        employer = self.employer
        # "Binnenstad" is an area and a track: unsaid which, the line would read as a slip.
        track = _("track %(name)s") % {"name": employer.track.name.lower()} if employer.track else None
        return " · ".join(str(part) for part in (employer.sector, employer.area, track) if part)

    @property
    def establishment_count(self) -> int:
        return len(self.establishments) + len(self.more_establishments)

    @property
    def jobs_note(self) -> str:
        """Where the figure comes from."""
        if self.employer.jobs_on is None:
            return ""
        day = nl_date(self.employer.jobs_on)
        if not self.jobs_source:
            return _("reference date %(day)s") % {"day": day}
        return _("%(source)s, reference date %(day)s") % {
            "source": Source(self.jobs_source).label,
            "day": day,
        }

    @property
    def last_contact_note(self) -> str:
        """How and by whom, when the last contact is one that this reader may read. A meeting can be later."""
        moment, last = self.last_moment, self.employer.last_contact_at
        if moment is None or (last is not None and moment.happened_at < last):
            return ""
        how = _("%(kind)s by %(user)s") % {"kind": moment.get_kind_display(), "user": str(moment.user)}
        names = ", ".join(moment.people_names)
        return _("%(how)s, with %(people)s") % {"how": how, "people": names} if names else how


def employers_for_dossier(user: "User") -> "QuerySet[Employer]":
    """Visible employers with what the header needs, in one query."""
    today = clock.today()
    rows = Employer.objects.visible_to(user).with_manager(today).with_family(today)
    return rows.select_related(
        "area__city_profile", "sector__city_profile", "track", "main_establishment", "merged_into"
    ).defer("search_text")


def dossier_of(employer: Any, user: "User", *, kind: str = "", before: dt.datetime | None = None) -> Dossier:
    """The page of an employer from employers_for_dossier(). Call it inside history.remembering()."""
    rights, today = Rights.of(user), clock.today()
    family = [employer.pk, *employer.family]
    main = employer.main_establishment
    header: dict[str, Any] = {
        "employer": employer,
        "rights": rights,
        "family": family,
        "address": main.address if main and not main.is_shielded else "",
        "phone": employer.phone or (main.phone if main else ""),
        "panels": _panels(employer, user, rights),
    }
    if not rights.sees_contact:
        return Dossier(**header)
    page = timeline_page(family, user, kind=kind, before=before)
    header["timeline"] = page
    if not rights.sees_dossier:
        return Dossier(**header)
    history = history_of(family)
    lines = _establishments(history, today)
    people = people_at(family, user)
    return Dossier(
        **header,
        series=[(f"{day:%Y}", jobs) for day, jobs in history.series(today)],
        jobs_source=history.source_on(employer.jobs_on) if employer.jobs_on else "",
        last_moment=_last_moment(page, family, user),
        people=people[:SHOWN_PEOPLE],
        more_people=people[SHOWN_PEOPLE:],
        establishments=lines[:SHOWN_ESTABLISHMENTS],
        more_establishments=lines[SHOWN_ESTABLISHMENTS:],
        ended_establishments=len(history.establishments) - len(lines),
        upcoming=timeline.coming_up(family, user),
    )


def _panels(employer: Employer, user: "User", rights: Rights) -> dict[str, list[Panel]]:
    places = ["header", "acts"] + (["facts", "main", "side"] if rights.sees_dossier else [])
    return {place: panels.panels_for(f"employer.{place}", employer, user) for place in places}


def timeline_page(
    family: list[int], user: "User", *, kind: str = "", before: dt.datetime | None = None
) -> TimelinePage:
    """The newest lines before a moment. A page never ends between two lines of the same moment, because the
    next page begins before it."""
    chosen = kind if kind in timeline.SOURCES else ""
    lines = timeline.happened(
        family, user, kinds=[chosen] if chosen else None, before=before, limit=TIMELINE_SIZE + 1
    )
    cut = min(TIMELINE_SIZE, len(lines))
    if len(lines) > TIMELINE_SIZE:
        while cut > 1 and lines[cut - 1].at == lines[cut].at:
            cut -= 1
    older = lines[cut - 1].at.isoformat() if len(lines) > cut else None
    return TimelinePage(
        lines=lines[:cut],
        kind=chosen,
        # Who may know no more than that there was contact has nothing to choose from.
        kinds=[(name, registered.label) for name, registered in timeline.SOURCES.items()]
        if user.can(Act.SEE_DOSSIERS)
        else [],
        older=older,
        before=before,
    )


def _last_moment(page: TimelinePage, family: list[int], user: "User") -> Any:
    """The newest real contact this reader may know of; a note is none. The timeline mostly has it already."""
    if page.before is None and page.kind in {"", "contact"}:
        shown = (line.record for line in page.lines if line.kind == "contact" and line.record is not None)
        found = next((record for record in shown if record.kind != ContactMoment.Kind.NOTE), None)
        if found is not None or page.older is None:
            return found
    links = ContactMoment.employers.through.objects.filter(employer_id__in=family)
    rows = ContactMoment.objects.visible_to(user).standing().exclude(kind=ContactMoment.Kind.NOTE)
    return (
        rows.filter(pk__in=links.values("contactmoment_id"))
        .select_related("user")
        .with_people_names()
        .first()
    )


def people_at(family: list[int], user: "User") -> list[Position]:
    """Who holds a position there today, the first to contact first; nobody for who sees no dossiers."""
    if not user.can(Act.SEE_DOSSIERS):
        return []
    rows = Position.objects.visible_to(user).on(clock.today()).filter(employer__in=family)
    rows = rows.filter(person__anonymised_on__isnull=True).select_related("person")
    return list(rows.order_by("-is_primary", "person__last_name", "person__first_name", "pk")[:MOST_PEOPLE])


def _establishments(history: History, today: dt.date) -> list[EstablishmentLine]:
    """Those in use: the main one first, then by size."""
    rows = [
        EstablishmentLine(place, history.jobs_of(place, today), "" if place.is_shielded else place.address)
        for place in history.establishments
        if place.ended_on is None or place.ended_on > today
    ]
    return sorted(
        rows, key=lambda row: (not row.establishment.is_main, -(row.jobs or 0), row.establishment.pk)
    )
