"""Reads of employers; every page starts from visible_to(user) (R10)."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.names import colleague_name
from accounts.roles import Act
from deventer_crm.core.search import look_alikes, matches
from employers.hidden import hidden_from

if TYPE_CHECKING:
    from accounts.models import User


def nearest(rows: "EmployerQuerySet", text: str) -> list[Any]:
    """Employers among these whose names or address nearly have the text, for when search() finds nothing."""
    return look_alikes(rows, text, "sort_name", "pk")


class ConfidentialQuerySet(models.QuerySet):  # type: ignore[type-arg]  # the model is each subclass's
    """R10: a confidential record exists only for its readers and for those with view_confidential."""

    def visible_to(self, user: "User") -> Self:
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        known = hidden_from(user)
        if known is not None:
            keys = known.get(self.model._meta.label_lower)
            return self.exclude(pk__in=keys) if keys else self
        return self.filter(Q(is_confidential=False) | Q(pk__in=self._read_by(user.pk)))

    def not_read_by(self, user_id: int) -> Self:
        """The confidential ones this person was not named a reader of."""
        return self.filter(is_confidential=True).exclude(pk__in=self._read_by(user_id))

    def _read_by(self, user_id: int) -> "models.QuerySet[Any, Any]":
        """Keys of the records this person was named a reader of."""
        through = self.model.readers.through
        keys: models.QuerySet[Any, Any] = through.objects.filter(user_id=user_id).values(
            f"{self.model._meta.model_name}_id"
        )
        return keys


class EmployerQuerySet(ConfidentialQuerySet):
    """Reads of employers."""

    def current(self) -> Self:
        """In use, and not grouped under another."""
        return self.filter(retired_on__isnull=True, merged_into__isnull=True)

    def secret_to(self, user: "User") -> Self:
        """The confidential ones that do not exist for this reader (R10): what else is about them does not
        exist either. A few rows by an index, where all that are visible would be the whole register."""
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self.none()
        return self.not_read_by(user.pk)

    def search(self, text: str) -> Self:
        """Employers in whose names (former ones too), numbers and addresses every term of the text occurs."""
        return self.filter(matches(text))

    def alike(self, text: str) -> Self:
        """nearest() as a queryset, for callers that go on filtering."""
        return self.filter(pk__in=[row.pk for row in nearest(self.only("pk"), text)])

    def with_manager(self, day: dt.date) -> Self:
        """`manager_id`, `manager_name` and `manager_since` of the account manager of that day, or null.

        One join, because there is one at a time (a constraint): sorting by name reads assignments once."""
        until_then = Q(assignments__ends_on__isnull=True) | Q(assignments__ends_on__gte=day)
        return self.annotate(
            assignment_then=FilteredRelation(
                "assignments", condition=Q(until_then, assignments__starts_on__lte=day)
            ),
            manager_id=F("assignment_then__user_id"),
            manager_name=colleague_name("assignment_then__user"),
            manager_since=F("assignment_then__starts_on"),
        )

    def with_family(self, day: dt.date) -> Self:
        """What a dossier needs besides the row, in the same query: `family` (ids of employers grouped under
        it), `kvk_numbers`, `associations` (of which it is a member that day: id, name, since), and the
        `themes` in use (id, name) for the contact form."""
        from employers.models import Employer, Membership, Registration, Theme

        grouped = Employer.objects.filter(merged_into=OuterRef("pk")).order_by("pk").values("pk")
        numbers = Registration.objects.filter(employer=OuterRef("pk"), ended_on__isnull=True).values(
            "kvk_number"
        )
        members = (
            Membership.objects.filter(employer=OuterRef("pk"), association__is_confidential=False)
            .on(day)
            .order_by("association__sort_name")
            .values(
                row=JSONObject(
                    id="association_id", name="association__name", since="starts_on", membership="pk"
                )
            )
        )
        themes = (
            Theme.objects.filter(disabled_on__isnull=True)
            .order_by("position", "name")
            .values(row=JSONObject(id="pk", name="name"))
        )
        return self.annotate(
            family=ArraySubquery(grouped),
            kvk_numbers=ArraySubquery(numbers),
            associations=ArraySubquery(members),
            themes=ArraySubquery(themes),
        )
