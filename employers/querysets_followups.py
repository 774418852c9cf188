"""Reads of follow-ups (R10: audience, confidentiality, and that of the employer and the person)."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from accounts.roles import Act, Role
from employers.querysets import ConfidentialQuerySet
from employers.querysets_contact import TEAM_ROLES

if TYPE_CHECKING:
    from accounts.models import User


class FollowUpQuerySet(ConfidentialQuerySet):
    """Follow-ups as one reader may see them."""

    def standing(self) -> Self:
        """What still asks somebody for something."""
        return self.filter(state__in=["unconfirmed", "open", "fulfilled"])

    def visible_to(self, user: "User") -> Self:
        """A confidential employer or person hides it, and so does an audience without this reader; who must
        do it may always read it, unless the employer itself is a secret to them."""
        from employers.models import ContactPerson, Employer

        rows = super().visible_to(user)
        if user.can(Act.VIEW_CONFIDENTIAL):
            return rows
        audiences = ["municipality"]
        if user.has_role(*TEAM_ROLES):
            audiences += ["team", "employer_desk"]
        if user.has_role(Role.EMPLOYER_DESK):
            audiences.append("employer_desk")
        named: Any = self._read_by(user)
        mine = Q(pk__in=named) | Q(owner=user) | Q(created_by=user)
        return (
            rows.filter(Q(audience__in=audiences) | mine)
            .exclude(employer__in=Employer.objects.secret_to(user).order_by().values("pk"))
            .exclude(person__in=ContactPerson.objects.secret_to(user).order_by().values("pk"))
        )
