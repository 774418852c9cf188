"""A page of the timeline of an employer, with its filters as the address says them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.timeline import Happening
from employers.activity import Narrowing, Place, Reading, read_timeline
from employers.activity.registry import group_labels
from employers.forms.timeline import TimelineFilterForm

if TYPE_CHECKING:
    from accounts.models import User

#: Lines on the dossier, and on the page that holds nothing else.
ON_DOSSIER, ON_ITS_PAGE = 15, 50
#: What is to come, on either.
MOST_UPCOMING = 10
NAMES = ("kind", "by", "theme", "since", "until", "own")


@dataclass(frozen=True)
class Chip:
    """A filter that is on."""

    label: Any
    value: str
    remove_url: str


@dataclass(frozen=True)
class TimelinePage:
    """`kinds`: (code, words, address, is chosen) of the quick choices; none for who may know no more than
    that there was contact. `older_url`: empty when there are no more."""

    reading: Reading
    base_url: str
    form: TimelineFilterForm | None = None
    kinds: list[tuple[str, Any, str, bool]] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    clear_url: str = ""
    newest_url: str = ""
    older_url: str = ""

    @property
    def lines(self) -> list[Happening]:
        return self.reading.lines

    @property
    def shown(self) -> list[tuple[Happening, bool]]:
        """Lines with whether their year must be said: only when it is not this one."""
        return _with_year(self.reading.lines)

    @property
    def upcoming(self) -> list[tuple[Happening, bool]]:
        return _with_year(self.reading.upcoming)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chips or self.newest_url or (self.form is not None and self.form.errors))


def _with_year(lines: list[Happening]) -> list[tuple[Happening, bool]]:
    year = clock.today().year
    return [(line, clock.local_date(line.at).year != year) for line in lines]


def timeline_page(
    employer: Any,
    user: "User",
    asked: QueryDict | None = None,
    *,
    base_url: str = "",
    size: int = ON_DOSSIER,
    upcoming: int = 0,
) -> TimelinePage:
    """The page that the address asks for, of an employer from employers_for_dossier(). Nonsense in it narrows
    nothing; a filter that cannot be is said beside its field."""
    given = asked if asked is not None else QueryDict()
    family: Sequence[int] = [employer.pk, *employer.family]
    before = Place.read(given.get("before"))
    form, narrowing = None, Narrowing()
    if user.can(Act.SEE_DOSSIERS):
        form = _form(given, employer)
        found = form.cleaned_data if form.is_bound and form.is_valid() else {}
        narrowing = _narrowing(found)
        family = family[:1] if found.get("own") else family
    reading = read_timeline(
        family,
        user,
        narrowing=narrowing,
        before=before,
        size=size,
        upcoming=0 if before is not None else upcoming,
    )
    filters = {name: str(given[name]) for name in NAMES if given.get(name)} if form is not None else {}
    return TimelinePage(
        reading,
        base_url,
        form=form,
        kinds=_kinds(filters, base_url, form) if form is not None else [],
        chips=_chips(form, filters, base_url) if form is not None else [],
        clear_url=_url(base_url, {}),
        newest_url=_url(base_url, filters) if before is not None else "",
        older_url=_url(base_url, {**filters, "before": str(reading.older)}) if reading.older else "",
    )


def _form(given: QueryDict, employer: Any) -> TimelineFilterForm:
    return TimelineFilterForm(
        given if any(given.get(name) for name in NAMES) else None,
        kinds=list(group_labels().items()),
        colleagues=[(str(row["id"]), row["name"]) for row in employer.colleagues],
        themes=[(str(row["id"]), row["name"]) for row in employer.themes],
        with_family=bool(employer.family),
    )


def _narrowing(found: dict[str, Any]) -> Narrowing:
    return Narrowing(
        groups=(found["kind"],) if found.get("kind") else (),
        user_id=int(found["by"]) if found.get("by") else None,
        theme_id=int(found["theme"]) if found.get("theme") else None,
        since=found.get("since"),
        until=found.get("until"),
    )


def _kinds(
    filters: dict[str, str], base_url: str, form: TimelineFilterForm
) -> list[tuple[str, Any, str, bool]]:
    """Quick choices of one kind, the other filters staying as they are."""
    others = {name: value for name, value in filters.items() if name != "kind"}
    chosen = filters.get("kind", "") if "kind" not in form.errors else ""
    rows = [("", _("everything"), _url(base_url, others), not chosen)]
    for code, label in group_labels().items():
        rows.append((code, label, _url(base_url, {**others, "kind": code}), chosen == code))
    return rows


def _chips(form: TimelineFilterForm, filters: dict[str, str], base_url: str) -> list[Chip]:
    chips = []
    found = getattr(form, "cleaned_data", {})
    for name in filters:
        value = found.get(name)
        if value and name != "kind":
            rest = {other: text for other, text in filters.items() if other != name}
            chips.append(Chip(form.fields[name].label, _said(form, name, value), _url(base_url, rest)))
    return chips


def _said(form: TimelineFilterForm, name: str, value: Any) -> str:
    if name in ("since", "until"):
        return nl_date(value)
    if name == "own":
        return _("yes")
    choices: Any = form.fields[name]
    return str(dict(choices.choices).get(value, value))


def _url(base_url: str, filters: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(filters)
    return f"{base_url}?{query.urlencode()}" if filters else base_url or "?"
