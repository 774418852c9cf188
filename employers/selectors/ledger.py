"""The ledger of promises in one view: how many stand, are late, wait for confirmation or for reporting back,
by college member, department, employer or age. Every number is the number of rows of the list it leads to."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import clock
from employers.lists.followup_ledger import AGES, COLLEGE, age_code
from employers.lists.followups import LATE
from employers.lists.offers import NOBODY
from employers.models import Employer, FollowUp

if TYPE_CHECKING:
    from accounts.models import User

State = FollowUp.State

#: Groupings by their word in the address, in the order of the tabs.
GROUPINGS: dict[str, Any] = {
    "college": gettext_lazy("by college member"),
    "afdeling": gettext_lazy("by department"),
    "bedrijf": gettext_lazy("by employer"),
    "leeftijd": gettext_lazy("by age"),
}
#: More employers than this are in the list itself.
MOST_EMPLOYERS = 50

#: Number of the ledger → its head, and what it adds to the address of the list.
MEASURES: tuple[tuple[str, Any, dict[str, str]], ...] = (
    ("standing", gettext_lazy("Still to do"), {}),
    ("late", gettext_lazy("Late"), {"due": LATE}),
    ("unconfirmed", gettext_lazy("To confirm"), {"state": State.UNCONFIRMED.value}),
    ("fulfilled", gettext_lazy("To report back"), {"state": State.FULFILLED.value}),
)


@dataclass(frozen=True)
class Number:
    """A count, and the list of exactly those rows."""

    label: Any
    count: int
    url: str
    is_late: bool = False


@dataclass(frozen=True)
class LedgerRow:
    """One group. `note`: what must be known of it; `oldest`: days since the oldest was made."""

    label: Any
    numbers: list[Number]
    oldest: int | None
    note: Any = ""

    @property
    def is_zero(self) -> bool:
        """Nothing stands here: left out where there is little room."""
        return not any(number.count for number in self.numbers)


@dataclass(frozen=True)
class Ledger:
    """`kind`: promises to employers only, or everything (""). `more`: employers that are not shown."""

    per: str
    kind: str
    total: LedgerRow
    rows: list[LedgerRow]
    more: int
    list_url: str

    @property
    def heads(self) -> list[Any]:
        return [label for _code, label, _query in MEASURES]

    @property
    def is_empty(self) -> bool:
        return self.total.numbers[0].count == 0


def ledger(user: "User", *, per: str, everything: bool = False) -> Ledger:
    """By one grouping, as far as this reader may see (R10); `everything`: also actions and what employers
    promised. Three queries at most."""
    today = clock.today()
    rows = FollowUp.objects.visible_to(user).standing()
    base = {} if everything else {"kind": FollowUp.Kind.PROMISE_TO.value}
    if not everything:
        rows = rows.filter(kind=FollowUp.Kind.PROMISE_TO)
    total = _row(_("All together"), rows.aggregate(**_counts(today)), base, today)
    lines = GROUPERS[per](rows.order_by(), base, today)
    return Ledger(
        per=per,
        kind=base.get("kind", ""),
        total=total,
        rows=lines[:MOST_EMPLOYERS] if per == "bedrijf" else lines,
        more=max(0, len(lines) - MOST_EMPLOYERS) if per == "bedrijf" else 0,
        list_url=_url(base),
    )


def _counts(today: dt.date) -> dict[str, Any]:
    return {
        "standing": Count("pk"),
        "late": Count("pk", filter=Q(due_on__lt=today)),
        "unconfirmed": Count("pk", filter=Q(state=State.UNCONFIRMED)),
        "fulfilled": Count("pk", filter=Q(state=State.FULFILLED)),
        "first_made": Min("made_on"),
    }


def _url(query: dict[str, str]) -> str:
    path = reverse("employers:follow_ups")
    return f"{path}?{urlencode(query)}" if query else path


def _row(
    label: Any, counts: dict[str, Any], query: dict[str, str], today: dt.date, *, note: Any = ""
) -> LedgerRow:
    numbers = [
        Number(head, counts.get(code) or 0, _url({**query, **more}), is_late=code == "late")
        for code, head, more in MEASURES
    ]
    first = counts.get("first_made")
    return LedgerRow(label, numbers, (today - first).days if first else None, note)


def _grouped(rows: "QuerySet[Any]", today: dt.date, **keys: Any) -> list[dict[str, Any]]:
    return list(rows.annotate(**keys).values(*keys).annotate(**_counts(today)))


def _by_member(rows: "QuerySet[Any]", base: dict[str, str], today: dt.date) -> list[LedgerRow]:
    """Who answers for it now: members in office first, then who left, the college as a whole, and nobody."""
    groups = _grouped(
        rows,
        today,
        answering=Case(
            When(taken_over_on__isnull=False, then=F("taken_over_by_id")),
            default=F("promised_by_id"),
            output_field=IntegerField(null=True),
        ),
        shared=Case(
            When(taken_over_on__isnull=False, taken_over_by__isnull=True, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
    )
    counts = {(group["answering"], group["shared"]): group for group in groups}
    current = CollegeMember.objects.on(today).values("pk")
    members = CollegeMember.objects.filter(
        Q(pk__in=current) | Q(pk__in=[pk for pk, _shared in counts if pk is not None])
    )
    found = []
    for member in sorted(members, key=lambda one: (not one.is_valid_on(today), one.position, one.name)):
        note = "" if member.is_valid_on(today) else _("left the college")
        query = {**base, "answers": str(member.pk)}
        found.append(_row(member.titled_name, counts.get((member.pk, False), {}), query, today, note=note))
    if (None, True) in counts:
        query = {**base, "answers": COLLEGE}
        found.append(_row(_("the college as a whole"), counts[None, True], query, today))
    if (None, False) in counts:
        query = {**base, "answers": NOBODY}
        found.append(_row(_("nobody of the college"), counts[None, False], query, today))
    return found


def _by_department(rows: "QuerySet[Any]", base: dict[str, str], today: dt.date) -> list[LedgerRow]:
    groups = {group["place"]: group for group in _grouped(rows, today, place=F("department"))}
    names = sorted((name for name in groups if name), key=str.casefold)
    found = [_row(name, groups[name], {**base, "department": name}, today) for name in names]
    if "" in groups:
        query = {**base, "department": NOBODY}
        found.append(_row(_("no department: with a colleague of the team"), groups[""], query, today))
    return found


def _by_employer(rows: "QuerySet[Any]", base: dict[str, str], today: dt.date) -> list[LedgerRow]:
    """Those with most that is late first, then those with most."""
    groups = _grouped(rows, today, concerned=F("employer_id"))
    groups.sort(key=lambda group: (-group["late"], -group["standing"], group["first_made"]))
    shown = [group["concerned"] for group in groups[:MOST_EMPLOYERS]]
    # Of rows this reader may see, so of employers that exist for this reader.
    names = dict(Employer.objects.filter(pk__in=shown).values_list("pk", "name"))
    return [
        _row(
            names.get(group["concerned"], ""),
            group,
            {**base, "employer": str(group["concerned"])},
            today,
        )
        for group in groups
    ]


def _by_age(rows: "QuerySet[Any]", base: dict[str, str], today: dt.date) -> list[LedgerRow]:
    classes = [
        When(made_on__lte=today - dt.timedelta(days=first), then=Value(age_code(first, last)))
        for first, last, _label in reversed(AGES)
    ]
    groups = {
        group["age"]: group
        for group in _grouped(
            rows, today, age=Case(*classes, default=Value(age_code(*AGES[0][:2])), output_field=CharField())
        )
    }
    return [
        _row(label, groups.get(age_code(first, last), {}), {**base, "age": age_code(first, last)}, today)
        for first, last, label in AGES
    ]


GROUPERS = {
    "college": _by_member,
    "afdeling": _by_department,
    "bedrijf": _by_employer,
    "leeftijd": _by_age,
}
