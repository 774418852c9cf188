"""The list of employers as a page shows it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Trim
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act, Role
from deventer_crm.core import clock, panels
from deventer_crm.core.paging import page_of
from deventer_crm.core.search import fold
from employers.filters import Choices, EmployerFilter
from employers.models import Area, Employer, Sector, Track
from employers.querysets import EmployerQuerySet, nearest

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25
#: Shorter questions match too much to put the best first.
RANKED_FROM = 3

Order = tuple[Any, ...]
SORTS: dict[str, Order] = {
    "name": ("sort_name", "pk"),
    "-name": ("-sort_name", "-pk"),
    "sector": (F("sector__name").asc(nulls_last=True), "sort_name", "pk"),
    "-sector": (F("sector__name").desc(nulls_last=True), "sort_name", "pk"),
    "area": (F("area__name").asc(nulls_last=True), "sort_name", "pk"),
    "-area": (F("area__name").desc(nulls_last=True), "sort_name", "pk"),
    "jobs": (F("jobs").asc(nulls_first=True), "-sort_name", "-pk"),
    "-jobs": (F("jobs").desc(nulls_last=True), "sort_name", "pk"),
    "contact": (F("last_contact_at").asc(nulls_first=True), "pk"),
    "-contact": (F("last_contact_at").desc(nulls_last=True), "-pk"),
    "manager": (F("manager_name").asc(nulls_last=True), "sort_name", "pk"),
    "-manager": (F("manager_name").desc(nulls_last=True), "sort_name", "pk"),
}


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `remove_url` is the list without it."""

    label: Any
    value: str
    remove_url: str


@dataclass(frozen=True)
class Head:
    """A column's head; `url` sorts by it, `direction` is how it is sorted now (aria-sort)."""

    label: Any
    url: str = ""
    direction: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Listing:
    """One page of the list. `is_guess`: nothing matched, these look like it. `columns`: label and cells of
    the columns other apps registered."""

    filter: EmployerFilter
    heads: list[Head]
    asked: str
    clear_url: str
    page: "Page[Employer]"
    chips: list[Chip]
    sort: str
    is_guess: bool
    is_empty_register: bool
    sees_contact: bool
    sees_exact_jobs: bool
    is_manager: bool
    columns: list[tuple[Any, dict[int, Any]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The query of this page with only what is filled in."""
        filled = [
            (name, value) for name, values in self.filter.data.lists() for value in values if value != ""
        ]
        return f"?{urlencode(filled)}" if filled else ""

    @property
    def shortcuts(self) -> list[tuple[Any, str]]:
        """Filters people use most, offered as long as none is on."""
        rows: list[tuple[Any, str]] = [(_("on the list of this year"), "?top=yes")]
        if self.is_manager:
            rows.insert(0, (_("my employers"), "?manager=me"))
        if self.sees_contact:
            rows.append(
                (
                    _("no contact for a year"),
                    "?contact=365&top=yes" if not self.is_manager else "?manager=me&contact=365",
                )
            )
        return rows


def filter_choices(day: dt.date) -> dict[str, Choices]:
    """What the filters offer, in one query: sectors, areas and tracks in use, and account managers."""
    from accounts.models import User

    def rows(name: str, queryset: "QuerySet[Any]", label: Any, position: Any) -> Any:
        return (
            queryset.order_by()
            .annotate(
                list_name=Value(name, CharField()),
                row_label=Cast(label, CharField()),
                row_position=Cast(position, IntegerField()),
            )
            .values_list("list_name", "pk", "row_label", "row_position")
        )

    person = Case(
        When(last_name="", then=F("email")),
        default=Trim(Concat("first_name", Value(" "), "last_name")),
        output_field=CharField(),
    )
    parts = [
        rows(name, model.objects.filter(disabled_on__isnull=True), F("name"), F("position"))
        for name, model in (("sector", Sector), ("area", Area), ("track", Track))
    ]
    managers = rows("manager", User.objects.with_role(Role.ACCOUNT_MANAGER), person, Value(0))
    found: dict[str, Choices] = {"sector": [], "area": [], "track": [], "manager": []}
    for name, pk, label, _position in sorted(
        parts[0].union(*parts[1:], managers), key=lambda row: (row[3], row[2].casefold())
    ):
        found[name].append((str(pk), label))
    return found


def employer_listing(params: QueryDict, user: "User") -> Listing:
    """The page that the address asks for, in as many queries for ten employers as for any number."""
    today = clock.today()
    sees_contact, sees_exact = user.can(Act.SEE_CONTACT_DATES), user.can(Act.VIEW_EXACT_JOBS)
    visible = Employer.objects.visible_to(user).filter(merged_into__isnull=True)
    choices = filter_choices(today)
    chosen = EmployerFilter(params, visible, user=user, choices=choices, today=today)
    found = chosen.qs
    asked = chosen.form.cleaned_data.get("q") or ""
    sort = _sort(params.get("sort", ""), sees_contact=sees_contact, sees_exact=sees_exact)
    page = page_of(_dressed(found, asked, sort, today), params.get("page"), PAGE_SIZE)
    is_guess = False
    if asked and not page.paginator.count:
        other = EmployerFilter(_without(params, "q"), visible, user=user, choices=choices, today=today)
        guessed = nearest(_with_facts(other.qs, today), asked)
        if guessed:
            page, is_guess = Paginator(guessed, PAGE_SIZE).get_page(params.get("page")), True
    columns = panels.columns_for("employers.list", page.object_list, user)
    return Listing(
        filter=chosen,
        heads=_heads(params, sort, [label for label, _cells in columns], sees_contact, sees_exact),
        asked=asked,
        clear_url=f"?{urlencode({'sort': sort})}" if sort else "?",
        page=page,
        chips=[
            Chip(label, value, f"?{_without(params, name).urlencode()}")
            for name, label, value in chosen.active()
        ],
        sort=sort,
        is_guess=is_guess,
        is_empty_register=not page.paginator.count and not chosen.active(),
        sees_contact=sees_contact,
        sees_exact_jobs=sees_exact,
        is_manager=user.has_role(Role.ACCOUNT_MANAGER),
        columns=columns,
    )


def _heads(
    params: QueryDict, sort: str, labels: list[Any], sees_contact: bool, sees_exact: bool
) -> list[Head]:
    """The columns of the table; a second click on a head turns the order round."""

    def head(name: str, label: Any, *, first: str = "", is_number: bool = False) -> Head:
        now = {name: "ascending", f"-{name}": "descending"}.get(sort or "name", "")
        wanted = f"-{name}" if now == "ascending" or (not now and first == "descending") else name
        target = _without(params, "sort")
        target["sort"] = wanted
        return Head(label, f"?{target.urlencode()}", now, is_number)

    jobs = _("Working persons")
    return [
        head("name", _("Name")),
        head("sector", _("Sector")),
        head("area", _("Area")),
        head("jobs", jobs, first="descending", is_number=True) if sees_exact else Head(jobs, is_number=True),
        *([head("contact", _("Last contact"))] if sees_contact else []),
        head("manager", _("Account manager")),
        *(Head(label) for label in labels),
    ]


def _sort(asked: str, *, sees_contact: bool, sees_exact: bool) -> str:
    """The order asked for, unless it would tell what this reader may not know (R2: jobs; R9: contact)."""
    hidden = {"jobs": not sees_exact, "contact": not sees_contact}
    return "" if asked not in SORTS or hidden.get(asked.removeprefix("-")) else asked


def _dressed(rows: Any, asked: str, sort: str, today: dt.date) -> EmployerQuerySet:
    """Rows with what the table shows, in order. Without a chosen order, names that begin with what was asked
    come first."""
    order = SORTS[sort or "name"]
    if not sort and len(asked) >= RANKED_FROM:
        begins = Case(When(sort_name__startswith=fold(asked), then=0), default=1, output_field=IntegerField())
        order = (begins, *order)
    ordered: EmployerQuerySet = _with_facts(rows, today).order_by(*order)
    return ordered


def _with_facts(rows: Any, today: dt.date) -> EmployerQuerySet:
    """Rows with what the table shows of each."""
    found: EmployerQuerySet = rows.with_manager(today).select_related("sector", "area").defer("search_text")
    return found


def _without(params: QueryDict, name: str) -> QueryDict:
    left = params.copy()
    left.pop(name, None)
    left.pop("page", None)
    return left


def find_employers(user: "User", text: str, limit: int = 10) -> list[Employer]:
    """Employers in use that this person may see, for search fields: exact hits first, else look-alikes."""
    visible = Employer.objects.visible_to(user).current()
    if not text.strip():
        return []
    found = visible.search(text)
    rows = list(_dressed(found, text, "", clock.today())[:limit])
    return rows or nearest(_with_facts(visible, clock.today()), text)[:limit]
