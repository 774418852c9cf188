"""What the filters of the lists offer: reference data in use, account managers, labels, associations. One
query for all filters of a list, and only when a filter is on or the form is opened."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import CollegeMember, User
from accounts.names import colleague_name
from accounts.roles import Role
from deventer_crm.core.formatting import SIZE_BOUNDS, size_class
from deventer_crm.core.lists import Choices, Filter, Offered, Reader
from employers.models import Area, Employer, FollowUp, Sector, Tag, Theme, Track

MINE, NOBODY = "me", "none"


def offers(*names: str) -> Callable[[Reader], Offered]:
    """A reader of these choices, as a list definition wants it."""
    return partial(_read, names)


def _read(names: tuple[str, ...], reader: Reader) -> Offered:
    parts = [_as_rows(name, *SOURCES[name](reader)) for name in names]
    found: dict[str, Choices] = {name: [] for name in names}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for name, pk, label, _position in sorted(rows, key=lambda row: (row[3], row[2].casefold())):
        found[name].append((str(pk), label))
    return found


def _as_rows(name: str, queryset: "QuerySet[Any]", label: Any, position: Any) -> Any:
    return (
        queryset.order_by()
        .annotate(
            list_name=Value(name, CharField()),
            row_label=Cast(label, CharField()),
            row_position=Cast(position, IntegerField()),
        )
        .values_list("list_name", "pk", "row_label", "row_position")
    )


def _reference(model: Any) -> Callable[[Reader], tuple[Any, Any, Any]]:
    return lambda reader: (model.objects.filter(disabled_on__isnull=True), F("name"), F("position"))


def _associations(reader: Reader) -> tuple[Any, Any, Any]:
    rows = Employer.objects.visible_to(reader.user).current().filter(kind=Employer.Kind.ASSOCIATION)
    return rows, F("name"), Value(0)


SOURCES: dict[str, Callable[[Reader], tuple[Any, Any, Any]]] = {
    "sector": _reference(Sector),
    "area": _reference(Area),
    "track": _reference(Track),
    "theme": _reference(Theme),
    "manager": lambda reader: (User.objects.with_role(Role.ACCOUNT_MANAGER), colleague_name(), Value(0)),
    "colleague": lambda reader: (User.objects.filter(is_active=True), colleague_name(), Value(0)),
    "member": lambda reader: (CollegeMember.objects.on(reader.today), F("name"), F("position")),
    # Also who left: what they promised stays theirs as a fact.
    "promiser": lambda reader: (
        CollegeMember.objects.filter(
            Q(pk__in=CollegeMember.objects.on(reader.today).order_by().values("pk"))
            | Q(pk__in=FollowUp.objects.order_by().values("promised_by"))
            | Q(pk__in=FollowUp.objects.order_by().values("taken_over_by"))
        ),
        F("name"),
        F("position"),
    ),
    "label": lambda reader: (Tag.objects.all(), F("name"), Value(0)),
    "association": _associations,
}


def from_offers(name: str) -> Callable[[Offered, Reader], Choices]:
    """The choices of one name."""
    return lambda offered, reader: offered[name]


def people_of(name: str) -> Callable[[Offered, Reader], Choices]:
    """People: me, nobody, and then by name."""
    return lambda offered, reader: [(MINE, _("me")), (NOBODY, _("nobody")), *offered[name]]


def picks(name: str, label: Any, column: str, everything: Any) -> Filter:
    """The filter that compares a foreign key with one choice of offers(), under the same name."""
    return Filter(
        name,
        label,
        lambda rows, value, reader: rows.filter(**{column: value}),
        choices=from_offers(name),
        everything=everything,
    )


def fixed(choices: Choices) -> Callable[[Offered, Reader], Choices]:
    """Choices that are always the same."""
    return lambda offered, reader: choices


def sizes(offered: Offered, reader: Reader) -> Choices:
    """Classes of R2 ("100-199"), and from a class on ("100-"): nobody filters finer than a class, so that a
    filter tells nothing that the list does not."""
    lowers = [1, *(bound + 1 for bound in SIZE_BOUNDS)]
    classes: Choices = [
        (f"{low}-{high}", size_class(low)) for low, high in zip(lowers[:-1], SIZE_BOUNDS, strict=True)
    ]
    classes.append((f"{lowers[-1]}-", size_class(lowers[-1])))
    at_least: Choices = [(f"{low}-", _("%(count)s or more") % {"count": low}) for low in lowers[3:-1]]
    return [(_("Size class"), classes), (_("At least"), at_least)]


def whose(value: str, reader: Reader) -> int:
    """The person behind a choice of people_of(), which is not nobody."""
    return int(reader.user.pk) if value == MINE else int(value)


def this_year(reader: Reader) -> int:
    return reader.today.year
