"""The ledger of promises and actions, `/toezeggingen/`."""

import datetime as dt
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act, Role
from deventer_crm.core import formatting
from deventer_crm.core.lists import (
    Choices,
    Column,
    Filter,
    Key,
    ListDefinition,
    Offered,
    Quick,
    Reader,
    Sort,
    Words,
    register,
)
from deventer_crm.core.lists.table import link
from deventer_crm.core.templatetags.crm import badge, due_badge, follow_up_badge
from employers.lists.employer_filters import by_manager
from employers.lists.followup_ledger import LEDGER_FILTERS
from employers.lists.offers import MINE, NOBODY, fixed, from_offers, offers, people_of, picks, whose
from employers.lists.people import employer_says
from employers.models import FollowUp

#: What is due within so many days is soon.
SOON_DAYS = 7
LATE, TODAY, SOON, LATER = "late", "today", "soon", "later"


def by_due(rows: Any, value: str, reader: Reader) -> Any:
    """Late is what still stands after its day; what is done is never late."""
    today, soon = reader.today, reader.today + dt.timedelta(days=SOON_DAYS)
    if value == LATE:
        return rows.late(today)
    standing = rows.standing()
    if value == TODAY:
        return standing.filter(due_on=today)
    if value == SOON:
        return standing.filter(due_on__gt=today, due_on__lte=soon)
    return standing.filter(due_on__gt=soon)


def by_owner(rows: Any, value: str, reader: Reader) -> Any:
    """Nobody: nobody who can act, so it must be given again. Me: also what I promised in person."""
    if value == NOBODY:
        return rows.to_give(reader.today)
    if value == MINE:
        return rows.of(reader.user)
    return rows.filter(owner_id=whose(value, reader))


def owners(offered: Offered, reader: Reader) -> Choices:
    return [(MINE, _("me")), (NOBODY, _("to be given again")), *offered["colleague"]]


FILTERS = (
    Filter(
        "state",
        _("State"),
        choices=fixed([*FollowUp.State.choices, ("all", _("also what is done or dropped"))]),
        everything=_("still to do"),
    ),
    Filter(
        "due",
        _("Due"),
        by_due,
        choices=fixed(
            [(LATE, _("late")), (TODAY, _("today")), (SOON, _("within a week")), (LATER, _("later"))]
        ),
        everything=_("whenever"),
    ),
    Filter("owner", _("Lies with"), by_owner, choices=owners, everything=_("everybody")),
    Filter(
        "kind",
        _("Kind"),
        lambda rows, value, reader: rows.filter(kind=value),
        choices=fixed(FollowUp.Kind.choices),
        everything=_("all kinds"),
    ),
    Filter(
        "promised",
        _("Promised by"),
        lambda rows, value, reader: rows.filter(promised_by_id=value),
        choices=from_offers("promiser"),
        everything=_("whoever"),
    ),
    *LEDGER_FILTERS,
    Filter(
        "manager",
        _("Account manager"),
        lambda rows, value, reader: by_manager(rows, value, reader, "employer"),
        choices=people_of("manager"),
        everything=_("everybody"),
    ),
    picks("sector", _("Sector"), "employer__sector_id", _("all sectors")),
    picks("area", _("Area"), "employer__area_id", _("all areas")),
    picks("theme", _("Theme"), "theme_id", _("all themes")),
    Filter(
        "employer",
        _("Employer"),
        lambda rows, value, reader: rows.filter(employer_id=value),
        kind="hidden",
        says=employer_says,
    ),
)


def narrow(rows: Any, values: dict[str, Any], reader: Reader) -> Any:
    """Without a state: what still asks somebody for something."""
    state = values.get("state")
    if state is None:
        return rows.standing()
    return rows if state == "all" else rows.filter(state=state)


def _what(row: FollowUp, reader: Reader) -> SafeString:
    shown = link(row.get_absolute_url(), row.what)
    if row.is_confidential:
        shown += SafeString(" ") + badge("plain", gettext("confidential"), "lock")
    return shown


def _lies_with(row: FollowUp) -> str:
    if row.owner is not None:
        return str(row.owner)
    return row.department or gettext("nobody")


def _answers(row: FollowUp) -> str:
    """Who of the college, "the college" when it stays there as a whole."""
    return gettext("the college") if row.taken_over_on and not row.taken_over_by else str(row.answers or "")


def _due(row: FollowUp, reader: Reader) -> Any:
    """How near or late it is, as long as it stands."""
    return due_badge(row.due_on, reader.today) if row.is_open else formatting.nl_date(row.due_on)


def _person(row: FollowUp) -> str:
    """Who objected to being recorded is not passed on (R13)."""
    person = row.person
    return "" if person is None or person.has_objected or person.anonymised_on else str(person)


COLUMNS = (
    Column("what", _("What"), lambda row, reader: row.what, cell=_what),
    Column(
        "employer",
        _("Employer"),
        lambda row, reader: row.employer.name,
        cell=lambda row, reader: link(reverse("employers:detail", args=[row.employer_id]), row.employer.name),
        sort="employer",
    ),
    Column("kind", _("Kind"), lambda row, reader: row.get_kind_display()),
    Column(
        "state",
        _("State"),
        lambda row, reader: row.get_state_display(),
        cell=lambda row, reader: follow_up_badge(row.state),
    ),
    Column("due", _("Due"), lambda row, reader: row.due_on, cell=_due, sort="due"),
    Column("owner", _("Lies with"), lambda row, reader: _lies_with(row)),
    Column(
        "promised",
        _("Promised by"),
        lambda row, reader: str(row.promised_by or ""),
        shown=False,
        shown_with=("promised",),
    ),
    Column(
        "answers",
        _("Answers for it"),
        lambda row, reader: _answers(row),
        shown=False,
        shown_with=("answers",),
    ),
    Column(
        "department",
        _("Department"),
        lambda row, reader: row.department,
        shown=False,
        shown_with=("department",),
    ),
    Column(
        "age",
        _("Days open"),
        lambda row, reader: (reader.today - row.made_on).days if row.is_open else None,
        sort="made",
        is_number=True,
        shown=False,
        shown_with=("age",),
    ),
    Column("person", _("Contact person"), lambda row, reader: _person(row), shown=False),
    Column(
        "made",
        _("Made on"),
        lambda row, reader: row.made_on,
        cell=lambda row, reader: formatting.nl_date(row.made_on, "short_year"),
        sort="made",
        largest_first=True,
        shown=False,
    ),
    Column(
        "theme",
        _("Theme"),
        lambda row, reader: row.theme.name if row.theme else "",
        shown=False,
        shown_with=("theme",),
    ),
    Column(
        "sector",
        _("Sector"),
        lambda row, reader: row.employer.sector.name if row.employer.sector else "",
        shown=False,
        shown_with=("sector",),
    ),
    Column(
        "area",
        _("Area"),
        lambda row, reader: row.employer.area.name if row.employer.area else "",
        shown=False,
        shown_with=("area",),
    ),
)

SORTS = {
    "due": Sort((Key("due_on"), Key("pk"))),
    "-due": Sort((Key("due_on", True), Key("pk", True))),
    "employer": Sort((Key("employer_sort"), Key("pk"))),
    "-employer": Sort((Key("employer_sort", True), Key("pk", True))),
    "made": Sort((Key("made_on"), Key("pk"))),
    "-made": Sort((Key("made_on", True), Key("pk", True))),
}

JOINED = {
    "owner": "owner",
    "promised": "promised_by",
    "answers": "promised_by",
    "person": "person",
    "theme": "theme",
    "sector": "employer__sector",
    "area": "employer__area",
}


def dress(rows: Any, reader: Reader, codes: frozenset[str]) -> Any:
    """Rows with what these columns show, and no more joins than that."""
    joins = [path for code, path in JOINED.items() if code in codes]
    joins += ["taken_over_by"] if "answers" in codes else []
    rows = rows.annotate(employer_sort=F("employer__sort_name")) if "employer" in codes else rows
    return rows.select_related("employer", *joins).defer("search_text", "employer__search_text")


def counted(count: int) -> str:
    """ "12 toezeggingen en acties"."""
    words = ngettext("%(count)s promise or action", "%(count)s promises and actions", count)
    return words % {"count": formatting.number(count)}


def _has_own(reader: Reader) -> bool:
    return bool(
        reader.user.has_role(
            Role.ACCOUNT_MANAGER, Role.COLLEGE_MEMBER, Role.SECRETARY, Role.TEAM_LEAD, Role.EMPLOYER_DESK
        )
    )


FOLLOW_UPS = register(
    ListDefinition(
        key="follow-ups",
        url="employers:follow_ups",
        right=Act.SEE_FOLLOW_UPS,
        words=Words(
            title=_("Promises and actions"),
            search=_("What was promised, or the employer"),
            counted=counted,
            nothing=_("No promise or action matches this"),
            nothing_hint=_("Take a filter away, or search for another word."),
        ),
        base=lambda reader: FollowUp.objects.visible_to(reader.user),
        search=lambda rows, text, reader: rows.search(text),
        filters=FILTERS,
        narrow=narrow,
        offers=offers("colleague", "promiser", "manager", "sector", "area", "theme"),
        columns=COLUMNS,
        sorts=SORTS,
        default_sort="due",
        dress=dress,
        empty_template="employers/followup_list_empty.html",
        row_name=lambda row: str(row.what),
        is_off=lambda row: not row.is_open,
        quicks=(
            Quick("mine", _("mine"), {"owner": MINE}, only_for=_has_own),
            Quick("mine_late", _("mine, late"), {"due": LATE, "owner": MINE}, only_for=_has_own),
            Quick("late", _("late"), {"due": LATE}),
            Quick("soon", _("within a week"), {"due": SOON}),
            Quick("unconfirmed", _("to be confirmed"), {"state": "unconfirmed"}),
            Quick("fulfilled", _("to be reported back"), {"state": "fulfilled"}),
            Quick("nobody", _("to be given again"), {"owner": NOBODY}),
        ),
        file_name=_("promises-and-actions"),
        places="follow_ups.list",
    )
)
