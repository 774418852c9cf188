"""The filters of the list of employers; they live in the address, shared by every view of the list."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core.formatting import SIZE_BOUNDS, nl_date, size_class
from employers.models import AccountAssignment, Employer, TopListEntry

if TYPE_CHECKING:
    from accounts.models import User

Choices = list[tuple[str, Any]]

NEVER, MINE, NOBODY = "never", "me", "none"
CONTACT_DAYS = (
    ("90", _("longer than 3 months ago")),
    ("180", _("longer than 6 months ago")),
    ("365", _("longer than a year ago")),
)


def size_choices() -> list[tuple[Any, Choices]]:
    """Classes of R2 ("100-199"), and from a class on ("100-"): nobody filters finer than a class, so that a
    filter tells nothing that the list does not."""
    lowers = [1, *(bound + 1 for bound in SIZE_BOUNDS)]
    classes: Choices = [
        (f"{low}-{high}", size_class(low)) for low, high in zip(lowers[:-1], SIZE_BOUNDS, strict=True)
    ]
    classes.append((f"{lowers[-1]}-", size_class(lowers[-1])))
    at_least: Choices = [(f"{low}-", _("%(count)s or more") % {"count": low}) for low in lowers[3:-1]]
    return [(_("Size class"), classes), (_("At least"), at_least)]


class EmployerFilter(django_filters.FilterSet):
    """`choices`: what the select boxes offer, read in one query by the selector. Filters on contact exist
    only for those who may know when there was contact (R9)."""

    q = django_filters.CharFilter(label=_("Search"), method="by_text")
    sector = django_filters.ChoiceFilter(
        label=_("Sector"), field_name="sector_id", empty_label=_("all sectors")
    )
    area = django_filters.ChoiceFilter(label=_("Area"), field_name="area_id", empty_label=_("all areas"))
    track = django_filters.ChoiceFilter(label=_("Track"), field_name="track_id", empty_label=_("all tracks"))
    size = django_filters.ChoiceFilter(
        label=_("Working persons"), method="by_size", empty_label=_("all sizes")
    )
    manager = django_filters.ChoiceFilter(
        label=_("Account manager"), method="by_manager", empty_label=_("everybody")
    )
    contact = django_filters.ChoiceFilter(
        label=_("Last contact"), method="by_contact", empty_label=_("whenever")
    )
    before = django_filters.DateFilter(
        label=_("No contact since"),
        method="by_contact_before",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    top = django_filters.ChoiceFilter(
        label=_("Top list"), method="by_top_list", empty_label=_("all employers")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Employer.Kind, empty_label=_("all kinds"))
    use = django_filters.ChoiceFilter(
        label=_("Use"), choices=[("retired", _("no longer used"))], method="by_use", empty_label=_("in use")
    )

    class Meta:
        model = Employer
        fields: list[str] = []

    def __init__(
        self,
        data: Any,
        queryset: QuerySet[Employer],
        *,
        user: "User",
        choices: dict[str, Choices],
        today: dt.date,
    ) -> None:
        super().__init__(data, queryset)
        self.user, self.today = user, today
        offered: dict[str, Any] = {
            **choices,
            "size": size_choices(),
            "manager": [(MINE, _("me")), (NOBODY, _("nobody")), *choices["manager"]],
            "contact": [(NEVER, _("never")), *CONTACT_DAYS],
            "top": [("yes", _("on the list of %(year)s") % {"year": today.year})],
        }
        for name, options in offered.items():
            self.filters[name].extra["choices"] = options
        if not user.can(Act.SEE_CONTACT_DATES):
            for name in ("contact", "before"):
                del self.filters[name]

    def filter_queryset(self, queryset: QuerySet[Employer]) -> QuerySet[Employer]:
        if not self.form.cleaned_data.get("use"):
            queryset = queryset.filter(retired_on__isnull=True)
        # A choice that does not exist is left out, and the rest still filters; the form shows the error.
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    @property
    def qs(self) -> QuerySet[Employer]:
        if not hasattr(self, "_qs"):
            self.form.is_valid()
            self._qs = self.filter_queryset(self.queryset.all())
        return self._qs

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)

    def by_size(self, queryset: QuerySet[Employer], name: str, value: str) -> QuerySet[Employer]:
        low, _dash, high = value.partition("-")
        rows = queryset.filter(jobs__gte=int(low))
        return rows.filter(jobs__lte=int(high)) if high else rows

    def by_manager(self, queryset: QuerySet[Employer], name: str, value: str) -> QuerySet[Employer]:
        assigned = AccountAssignment.objects.filter(employer=OuterRef("pk")).on(self.today)
        if value == NOBODY:
            return queryset.filter(~Exists(assigned))
        return queryset.filter(Exists(assigned.filter(user_id=self.user.pk if value == MINE else int(value))))

    def by_contact(self, queryset: QuerySet[Employer], name: str, value: str) -> QuerySet[Employer]:
        if value == NEVER:
            return queryset.filter(last_contact_at__isnull=True)
        return self.by_contact_before(queryset, name, self.today - dt.timedelta(days=int(value)))

    def by_contact_before(
        self, queryset: QuerySet[Employer], name: str, value: dt.date
    ) -> QuerySet[Employer]:
        """Never contacted is not contacted since, either."""
        return queryset.filter(Q(last_contact_at__date__lt=value) | Q(last_contact_at__isnull=True))

    def by_top_list(self, queryset: QuerySet[Employer], name: str, value: str) -> QuerySet[Employer]:
        entries = TopListEntry.objects.standing(self.today.year)
        survivors = entries.annotate(now=Coalesce("employer__merged_into_id", "employer_id"))
        return queryset.filter(pk__in=survivors.values("now"))

    def by_use(self, queryset: QuerySet[Employer], name: str, value: str) -> QuerySet[Employer]:
        return queryset.filter(retired_on__isnull=False)

    def active(self) -> list[tuple[str, Any, str]]:
        """Name, label and chosen value in words of every filter that is on."""
        rows = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, ""):
                continue
            field = self.form.fields[name]
            shown = nl_date(value) if isinstance(value, dt.date) else str(value)
            if hasattr(field, "choices"):
                shown = str(_labels(field.choices).get(str(value), value))
            rows.append((name, field.label, shown))
        return rows


def _labels(choices: Any) -> dict[str, Any]:
    """Choices with groups as one dictionary."""
    found: dict[str, Any] = {}
    for key, label in choices:
        if isinstance(label, list | tuple):
            found.update(_labels(label))
        else:
            found[str(key)] = label
    return found
