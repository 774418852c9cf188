"""Reads of contact moments (R10: audience, confidentiality, and the confidentiality of the employers)."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Trim

from accounts.roles import Act, Role
from employers.querysets import ConfidentialQuerySet

if TYPE_CHECKING:
    from accounts.models import User

TEAM_ROLES = (
    Role.ACCOUNT_MANAGER,
    Role.COLLEGE_MEMBER,
    Role.SECRETARY,
    Role.TEAM_LEAD,
    Role.FUNCTIONAL_ADMIN,
)


class ContactMomentQuerySet(ConfidentialQuerySet):
    """Contact moments that were not withdrawn, as one reader may see them."""

    def standing(self) -> Self:
        return self.filter(withdrawn_on__isnull=True)

    def with_people_names(self) -> Self:
        """`people_names`: with whom, in the same query."""
        from employers.models import ContactPerson

        people = ContactPerson.objects.filter(contact_moments=OuterRef("pk")).order_by("last_name", "pk")
        shown = Trim(Concat("first_name", Value(" "), "last_name"))
        return self.annotate(people_names=ArraySubquery(people.annotate(shown=shown).values("shown")))

    def visible_to(self, user: "User") -> Self:
        """One confidential employer or person hides the whole moment, and so does an audience without this
        reader."""
        from employers.models import ContactPerson, Employer

        rows = super().visible_to(user)
        if user.can(Act.VIEW_CONFIDENTIAL):
            return rows
        through = self.model.readers.through
        mine = Q(pk__in=through.objects.filter(user_id=user.pk).values("contactmoment_id")) | Q(user=user)
        audiences = ["municipality"]
        if user.has_role(*TEAM_ROLES):
            audiences += ["team", "employer_desk"]
        if user.has_role(Role.EMPLOYER_DESK):
            audiences.append("employer_desk")
        hidden = Employer.objects.filter(contact_moments=OuterRef("pk")).secret_to(user)
        people = self.model.people.through.objects.filter(
            contactperson__in=ContactPerson.objects.secret_to(user).order_by().values("pk")
        )
        rows = rows.filter(Q(audience__in=audiences) | mine).filter(~Exists(hidden))
        return rows.exclude(pk__in=people.values("contactmoment_id"))
