"""The weekly list for the staff meeting: promises to employers that need a word, by who of the college
answers for them and then by department. It goes round a table, so it holds no secrets (R10), whoever prints
it: what is confidential is counted, and what was given in confidence is named by its kind only."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from deventer_crm.core import clock, policy
from deventer_crm.core.formatting import nl_date
from employers.models import ContactPerson, FollowUp, FollowUpRequest
from employers.models.contact import Audience

if TYPE_CHECKING:
    from accounts.models import User

State = FollowUp.State
#: Nobody: who is confidential to this reader is so to everybody.
NO_READER = 0


@dataclass(frozen=True)
class WeeklyLine:
    """One promise. `why`: why it is on the list, the most pressing first."""

    follow_up: FollowUp
    what: str
    lies_with: str
    why: list[str]
    is_late: bool


@dataclass(frozen=True)
class Department:
    """Lines that lie with one department, or with colleagues of the team."""

    name: str
    lines: list[WeeklyLine] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """What one member of the college answers for."""

    name: str
    departments: list[Department] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(department.lines) for department in self.departments)


@dataclass(frozen=True)
class WeeklyList:
    """`until`: what is due up to that day is on it; `hidden`: confidential promises that are left out, as far
    as this reader may know of them."""

    day: dt.date
    until: dt.date
    sections: list[Section]
    hidden: int

    @property
    def count(self) -> int:
        return sum(section.count for section in self.sections)

    @property
    def late(self) -> int:
        lines = (line for part in self.sections for one in part.departments for line in one.lines)
        return sum(line.is_late for line in lines)


def weekly_list(user: "User", day: dt.date | None = None) -> WeeklyList:
    """As far as this reader may see; a fixed number of queries."""
    today = day or clock.today()
    until = today + dt.timedelta(days=policy.value("weekly_list_days", today))
    waits = FollowUpRequest.objects.unanswered().order_by().values("follow_up")
    rows = (
        FollowUp.objects.visible_to(user)
        .standing()
        .filter(kind=FollowUp.Kind.PROMISE_TO)
        .filter(
            Q(due_on__lte=until)
            | Q(state__in=[State.UNCONFIRMED, State.FULFILLED])
            | ~Q(department="")
            | Q(owner__isnull=True)
            | Q(pk__in=waits)
        )
    )
    people = ContactPerson.objects.only_at_hidden(NO_READER).order_by().values("pk")
    secret = (
        Q(is_confidential=True)
        | Q(employer__is_confidential=True)
        | Q(employer__merged_into__is_confidential=True)
        | Q(audience=Audience.NAMED)
        | Q(person__in=people)
    )
    hidden_keys = FollowUp.objects.filter(secret).order_by().values("pk")
    hidden = rows.filter(pk__in=hidden_keys).count()
    asked = Prefetch("requests", FollowUpRequest.objects.unanswered(), to_attr="waiting_requests")
    listed = rows.exclude(pk__in=hidden_keys).for_list().prefetch_related(asked).by_urgency()
    return WeeklyList(today, until, _sections(listed, today, until), hidden)


def _sections(rows: Iterable[Any], today: dt.date, until: dt.date) -> list[Section]:
    """Members in the order of the college, then the college as a whole, then what nobody of it promised."""
    grouped: dict[tuple[Any, ...], dict[str, list[WeeklyLine]]] = {}
    for row in rows:
        member = row.answers
        if member is not None:
            name = member.titled_name
            if not member.is_valid_on(today):
                name = _("%(member)s, left the college") % {"member": name}
            key: tuple[Any, ...] = (0, member.position, name)
        elif row.taken_over_on:
            key = (1, 0, _("The college as a whole"))
        else:
            key = (2, 0, _("Not promised by the college"))
        lines = grouped.setdefault(key, {})
        lines.setdefault(row.department, []).append(_line(row, today, until))
    return [
        Section(
            key[-1],
            [
                Department(name or _("Our own team"), lines)
                for name, lines in sorted(departments.items(), key=lambda item: item[0].casefold())
            ],
        )
        for key, departments in sorted(grouped.items())
    ]


def _line(row: Any, today: dt.date, until: dt.date) -> WeeklyLine:
    why = []
    if row.due_on < today:
        why.append(_("late"))
    elif row.due_on <= until:
        why.append(_("soon"))
    if row.state != State.OPEN:
        why.append(row.get_state_display())
    why += [
        _("waits for %(name)s, asked %(day)s")
        % {"name": request.who, "day": nl_date(request.asked_on, "short")}
        for request in row.waiting_requests
    ]
    if row.owner is None:
        why.append(
            _("waits for %(name)s") % {"name": row.department} if row.department else _("lies with nobody")
        )
    elif row.department:
        why.append(_("with %(name)s") % {"name": row.department})
    what = _("Given in confidence") if row.given_in_confidence else row.what
    lies_with = str(row.owner) if row.owner else row.department or _("nobody")
    return WeeklyLine(row, what, lies_with, why, is_late=row.due_on < today)


def weekly_data(week: WeeklyList) -> dict[str, Any]:
    """The same as plain data, for the PDF."""
    return {
        "lead": lead_of(week),
        "foot": _("For the staff meeting. Made on %(day)s.") % {"day": nl_date(week.day)},
        "words": {
            "what": _("Promise"),
            "who": _("Lies with"),
            "due": _("Due"),
            "why": _("Why here"),
            "nothing": _("No promise needs a word this week."),
        },
        "hidden": hidden_words(week),
        "sections": [
            {
                "name": section.name,
                "departments": [
                    {
                        "name": department.name,
                        "lines": [
                            {
                                "what": line.what,
                                "employer": line.follow_up.employer.name,
                                "who": line.lies_with,
                                "due": nl_date(line.follow_up.due_on, "short_year"),
                                "why": ", ".join(line.why),
                                "late": line.is_late,
                            }
                            for line in department.lines
                        ],
                    }
                    for department in section.departments
                ],
            }
            for section in week.sections
        ],
    }


def lead_of(week: WeeklyList) -> str:
    """ "7 promises, 2 late; what is due up to 12 december 2026"."""
    words = {"count": week.count, "late": week.late, "day": nl_date(week.until)}
    return _("%(count)s promises, %(late)s late; with what is due up to %(day)s") % words


def hidden_words(week: WeeklyList) -> str:
    """How many are left out, for who may know of them; "" for none."""
    if not week.hidden:
        return ""
    return _("Confidential promises that are not on this list: %(count)s") % {"count": week.hidden}
