"""Everything the page of one employer shows, as far as this reader may see it (R9, R10)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from accounts.models import User as Colleague
from accounts.names import colleague_name
from accounts.roles import Act, Role
from deventer_crm.core import clock, panels
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.panels import Panel
from deventer_crm.core.statements import PreparedFor
from deventer_crm.core.timeline import Happening
from employers.activity import soon_among
from employers.models import (
    ContactMoment,
    Employer,
    Establishment,
    Position,
    SignalObjection,
    TopList,
    TopListEntry,
)
from employers.models.register import Source
from employers.portfolios.cover import cover_row
from employers.selectors.associations import members_row
from employers.selectors.history import History, history_of
from employers.selectors.timeline import MOST_UPCOMING, TimelinePage, timeline_page

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_PEOPLE = 8
#: No page or form lists more people of one employer.
MOST_PEOPLE = 200
#: Lines of the timeline that the card of open promises and actions shows already.
IN_CARD = frozenset({"follow_up"})
SHOWN_ESTABLISHMENTS = 8
MOST_OBJECTIONS = 5


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
    upcoming: list[tuple[Happening, bool]] = field(default_factory=list)
    soon: list[Happening] = field(default_factory=list)
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
        """How and by whom; with whom as well, when that contact is on the page. Who may only know that there
        was contact is not told how (R9)."""
        employer = self.employer
        if employer.last_contact_at is None or employer.last_contact_by is None:
            return ""
        if not self.rights.sees_dossier:
            return str(_("by %(user)s") % {"user": employer.last_contact_by})
        kinds = dict(ContactMoment.Kind.choices)
        kind = kinds.get(employer.last_contact_kind, _("meeting"))
        how = str(_("%(kind)s by %(user)s") % {"kind": kind, "user": employer.last_contact_by})
        moment = self.last_moment
        if moment is None or moment.at != employer.last_contact_at:
            return how
        names = ", ".join(moment.people)
        return str(_("%(how)s, with %(people)s") % {"how": how, "people": names}) if names else how


#: Whose doings people look for in a timeline.
COLLEAGUES = (
    Role.ACCOUNT_MANAGER,
    Role.COLLEGE_MEMBER,
    Role.SECRETARY,
    Role.TEAM_LEAD,
    Role.EMPLOYER_DESK,
)


def employers_for_dossier(user: "User") -> "QuerySet[Employer]":
    """Visible employers with what the page needs, in one query; `colleagues` (id, name): whom one can filter
    the timeline by; `objections` to signals; `list_rank`: its place on the list of this year;
    `cover`: who stands in for the account manager; `member_count`: of an association."""
    today = clock.today()
    colleagues = (
        Colleague.objects.filter(
            is_active=True,
            pk__in=Colleague.groups.through.objects.filter(
                group__name__in=[role.value for role in COLLEAGUES]
            ).values("user_id"),
        )
        .order_by("first_name", "last_name", "pk")
        .values(row=JSONObject(id="pk", name=colleague_name()))
    )
    rows: QuerySet[Employer] = Employer.objects.visible_to(user).with_manager(today).with_family(today)
    denied = (
        SignalObjection.objects.filter(employer=OuterRef("pk"), withdrawn_on__isnull=True)
        .annotate(
            row=JSONObject(
                id="pk",
                reason="reason",
                made_on="made_on",
                by="created_by_id",
                created_by=Coalesce(colleague_name("created_by"), Value("")),
            )
        )
        .values("row")[:MOST_OBJECTIONS]
    )
    standing = TopList.objects.standing_on(today.year, today).values("pk")[:1]
    listed = (
        TopListEntry.objects.with_duty()
        .filter(Q(employer=OuterRef("pk")) | Q(employer__merged_into=OuterRef("pk")), top_list__in=standing)
        .order_by("rank", "pk")
    )
    rows = rows.annotate(
        colleagues=ArraySubquery(colleagues),
        objections=ArraySubquery(denied),
        list_rank=Subquery(listed.values("rank")[:1]),
        cover=cover_row(OuterRef("manager_id"), today),
        member_count=members_row(user, today),
    )
    return rows.select_related(
        "area__city_profile",
        "sector__city_profile",
        "track",
        "main_establishment",
        "merged_into",
        "last_contact_by",
    ).defer("search_text")


@PreparedFor
def _with_key(user: "User", pk: int) -> "QuerySet[Employer]":
    return employers_for_dossier(user).filter(pk=pk)


def employer_for_dossier(user: "User", pk: int) -> Any:
    """The one with this key. Raises Http404 for one that does not exist for this reader."""
    found = _with_key.rows(user, pk)
    if not found:
        raise Http404
    return found[0]


def dossier_of(employer: Any, user: "User", *, asked: QueryDict | None = None) -> Dossier:
    """The page of an employer from employers_for_dossier(). `asked`: what the address says of the timeline.
    Call it inside history.remembering()."""
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
    # Open promises and actions stand in a card of their own; without it they are still to come.
    has_card = rights.sees_dossier
    url = employer.get_absolute_url()
    page = timeline_page(employer, user, asked, base_url=url, upcoming=MOST_UPCOMING)
    coming = page
    if page.is_narrowed:
        # What is to come stands above the timeline and is not filtered with it.
        coming = timeline_page(employer, user, base_url=url, upcoming=MOST_UPCOMING)
    header |= {
        "timeline": page,
        "upcoming": [row for row in coming.upcoming if not (has_card and row[0].kind in IN_CARD)],
        "soon": [line for line in soon_among(coming.reading, user) if line.kind not in IN_CARD],
    }
    if not rights.sees_dossier:
        return Dossier(**header)
    history = history_of(family)
    lines = _establishments(history, today)
    people = people_at(family, user)
    return Dossier(
        **header,
        series=[(f"{day:%Y}", jobs) for day, jobs in history.series(today)],
        jobs_source=history.source_on(employer.jobs_on) if employer.jobs_on else "",
        last_moment=_last_moment(coming),
        people=people[:SHOWN_PEOPLE],
        more_people=people[SHOWN_PEOPLE:],
        establishments=lines[:SHOWN_ESTABLISHMENTS],
        more_establishments=lines[SHOWN_ESTABLISHMENTS:],
        ended_establishments=len(history.establishments) - len(lines),
    )


def _panels(employer: Employer, user: "User", rights: Rights) -> dict[str, list[Panel]]:
    places = ["header", "acts"] + (["facts", "main", "side"] if rights.sees_dossier else [])
    return {place: panels.panels_for(f"employer.{place}", employer, user) for place in places}


def _last_moment(page: TimelinePage) -> Any:
    """The newest real contact moment on the page; a note is none."""
    lines = (line for line in page.lines if line.kind == "contact" and line.is_contact)
    return next((line.record for line in lines if line.record is not None), None)


def people_at(family: list[int], user: "User") -> list[Position]:
    """Who holds a position there today, the first to contact first; nobody for who sees no dossiers."""
    if not user.can(Act.SEE_DOSSIERS):
        return []
    return _people_at.rows(user, family, first=MOST_PEOPLE)


@PreparedFor
def _people_at(user: "User", family: list[int]) -> "QuerySet[Position]":
    rows: Any = Position.objects.visible_to(user).on(clock.today()).filter(employer__in=family)
    rows = rows.filter(person__anonymised_on__isnull=True).select_related("person")
    ordered: QuerySet[Position] = rows.order_by(
        "-is_primary", "person__last_name", "person__first_name", "pk"
    )
    return ordered


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
