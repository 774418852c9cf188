"""The agenda and the list of invitations as their pages show them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from deventer_crm.core import clock, formatting
from deventer_crm.core.paging import page_of
from deventer_crm.core.statements import Prepared, PreparedFor
from employers.models import Employer
from meetings.filters import AddressFilter, InvitationFilter, MeetingFilter
from meetings.models import Invitation, Meeting, MeetingEmployer, Participant
from meetings.selectors.mails import put_mail_states

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 30
#: A line of the agenda names so many employers.
NAMED = 3


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `remove_url` is the list without it."""

    label: Any
    value: str
    remove_url: str


@dataclass(frozen=True)
class Week:
    """The meetings of one ISO week on this page."""

    label: str
    meetings: list[Meeting]


@dataclass(frozen=True)
class Agenda:
    """One page of the agenda, by week. `waiting`: how many of the past nobody marked as held yet."""

    filter: MeetingFilter
    page: "Page[Meeting]"
    weeks: list[Week]
    chips: list[Chip]
    when: str
    waiting: int
    address: str
    clear_url: str
    employer_id: int | None = None
    tabs: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)


def address_of(params: QueryDict, *, drop: str = "", **changes: str) -> str:
    """The query with only what is filled in, page left out, some parameters changed."""
    kept = [
        (name, value)
        for name, values in params.lists()
        for value in values
        if value and name not in {drop, "page", *changes}
    ]
    rows = kept + [(name, value) for name, value in changes.items() if value]
    return f"?{urlencode(rows)}"


def chips_of(
    filterset: AddressFilter, params: QueryDict, words: dict[str, str], skip: frozenset[str]
) -> list[Chip]:
    return [
        Chip(label, words.get(name, value), address_of(params, drop=name))
        for name, label, value in filterset.active()
        if name not in skip
    ]


def words_of(chosen: MeetingFilter, user: "User") -> dict[str, str]:
    """What chips say of values that are no choice of a list."""
    employer_id = chosen.form.cleaned_data.get("employer")
    if not employer_id:
        return {}
    named = Employer.objects.visible_to(user).filter(pk=int(employer_id)).first()
    return {"employer": named.name if named else "–"}


def agenda(params: QueryDict, user: "User") -> Agenda:
    """The page that the address asks for: a fixed number of queries."""
    visible = Meeting.objects.visible_to(user)
    chosen = MeetingFilter(params, visible, user=user)
    found: Any = chosen.qs
    page = page_of(found.select_related("kind", "theme", "owner"), params.get("page"), PAGE_SIZE)
    say_who_come(list(page.object_list))
    employer_id = chosen.form.cleaned_data.get("employer")
    words = words_of(chosen, user)
    whens = dict(chosen.form.fields["when"].choices)
    return Agenda(
        filter=chosen,
        page=page,
        weeks=_weeks(list(page.object_list)),
        chips=chips_of(chosen, params, words, frozenset({"when"})),
        when=chosen.part,
        waiting=_waiting.count(user),
        address=address_of(params),
        clear_url=f"?{urlencode({'when': chosen.part})}",
        employer_id=int(employer_id) if employer_id else None,
        tabs=[(name, str(label), address_of(params, when=name)) for name, label in whens.items()],
    )


@PreparedFor
def _waiting(user: "User") -> "QuerySet[Meeting]":
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(user).waiting()
    return rows


@Prepared
def _employers_at(meeting_ids: list[int]) -> "QuerySet[MeetingEmployer]":
    rows = MeetingEmployer.objects.filter(meeting__in=meeting_ids).select_related("employer")
    return rows.order_by("employer__sort_name", "pk")


@Prepared
def _college_at(meeting_ids: list[int]) -> "QuerySet[Participant]":
    rows = Participant.objects.filter(meeting__in=meeting_ids, college_member__isnull=False)
    return rows.select_related("college_member").order_by("college_member__position", "pk")


def say_who_come(meetings: "list[Any]") -> None:
    """Puts on each line the first employers, how many more there are, and the college; two queries."""
    at: dict[int, list[Employer]] = defaultdict(list)
    college: dict[int, list[Participant]] = defaultdict(list)
    keys = [meeting.pk for meeting in meetings]
    for row in _employers_at.rows(keys):
        at[row.meeting_id].append(row.employer)
    for person in _college_at.rows(keys):
        college[person.meeting_id].append(person)
    for meeting in meetings:
        meeting.shown_employers = at[meeting.pk][:NAMED]
        meeting.more_employers = max(len(at[meeting.pk]) - NAMED, 0)
        meeting.college = college[meeting.pk]


def _weeks(meetings: list[Meeting]) -> list[Week]:
    """Meetings in their order, cut where the week changes."""

    def monday(meeting: Meeting) -> dt.date:
        day = clock.local_date(meeting.starts_at)
        return day - dt.timedelta(days=day.weekday())

    return [Week(week_label(first), list(rows)) for first, rows in groupby(meetings, monday)]


def week_label(monday: dt.date) -> str:
    """ "This week", "Next week", or the ISO week with its days."""
    this = clock.today() - dt.timedelta(days=clock.today().weekday())
    sunday = monday + dt.timedelta(days=6)
    last_form = "day" if sunday.year == clock.today().year else ""
    days = _("%(first)s to %(last)s") % {
        "first": formatting.nl_date(monday, "day" if last_form or monday.month != sunday.month else ""),
        "last": formatting.nl_date(sunday, last_form),
    }
    near = {0: _("This week"), 7: _("Next week"), -7: _("Last week")}
    name = near.get((monday - this).days)
    number = _("week %(number)d") % {"number": monday.isocalendar().week}
    parts = [name, number, days] if name else [number[:1].upper() + number[1:], days]
    return " · ".join(parts)


@dataclass(frozen=True)
class InvitationList:
    """One page of invitations."""

    filter: InvitationFilter
    page: "Page[Invitation]"
    chips: list[Chip]
    address: str


def invitation_list(params: QueryDict, user: "User") -> InvitationList:
    """The page that the address asks for, the newest first."""
    rows = Invitation.objects.visible_to(user).select_related("employer", "college_member", "meeting__kind")
    chosen = InvitationFilter(params, rows, user=user)
    page = page_of(chosen.qs.order_by("-sent_on", "-pk"), params.get("page"), PAGE_SIZE)
    page.object_list = list(page.object_list)
    put_mail_states(page.object_list)
    return InvitationList(chosen, page, chips_of(chosen, params, {}, frozenset()), address_of(params))
