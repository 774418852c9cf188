"""Reads of contact persons and positions; a person at a confidential employer only is confidential too."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.models import DatedQuerySet
from deventer_crm.core.search import occurs, terms
from employers.hidden import hidden_keys

if TYPE_CHECKING:
    from accounts.models import User


class PositionQuerySet(DatedQuerySet):
    """Dated positions."""

    def visible_to(self, user: "User") -> Self:
        """Positions at employers this person may see."""
        from employers.models import Employer

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        keys = hidden_keys(Employer, user)
        return self if keys == [] else self.exclude(employer__in=keys)


class MembershipQuerySet(DatedQuerySet):
    """Memberships of associations."""

    def visible_to(self, user: "User") -> Self:
        """Of members and associations that both exist for this reader."""
        from employers.models import Employer

        keys = hidden_keys(Employer, user)
        if user.can(Act.VIEW_CONFIDENTIAL) or keys == []:
            return self
        return self.exclude(employer__in=keys).exclude(association__in=keys)


class ContactPersonQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Contact persons."""

    def search(self, text: str, user: "User | None" = None) -> Self:
        """In whose name, mail address or phone number every term of the text occurs; for a reader also in
        what they are and where: a position of today that this reader may see, with all names of its employer
        (R10)."""
        found = self
        for term in terms(text):
            here = occurs(term)
            if user is not None:
                here |= Q(pk__in=self._at(term, user))
            found = found.filter(here)
        return found

    def _at(self, term: tuple[str, ...], user: "User") -> "models.QuerySet[Any, Any]":
        from employers.models import Employer, Position

        named = Employer.objects.filter(occurs(term)).order_by().values("pk")
        titled = Q()
        for word in term:
            titled |= Q(title__unaccent__icontains=word)
        held = Position.objects.visible_to(user).on(clock.today())
        people: models.QuerySet[Any, Any] = held.filter(Q(employer__in=named) | titled).order_by()
        return people.values("person_id")

    def secret_to(self, user: "User") -> Self:
        """The others: whoever holds positions only where this person may not look. A contact, meeting or
        invitation that names them is as secret as they are."""
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self.none()
        return self.only_at_hidden(user.pk)

    def only_at_hidden(self, user_id: int) -> Self:
        """Whoever holds positions only at confidential employers this person is no reader of."""
        from employers.models import Employer, Position

        secret = Employer.objects.not_read_by(user_id).values("pk")
        elsewhere = Position.objects.filter(person=OuterRef("pk")).exclude(employer__in=secret)
        there = Position.objects.filter(employer__in=secret).values("person_id")
        return self.filter(pk__in=there).filter(~Exists(elsewhere))

    def visible_to(self, user: "User") -> Self:
        """Without a position, or with one at an employer this person may see (R10)."""
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        keys = hidden_keys(self.model, user)
        return self if keys == [] else self.exclude(pk__in=keys)
