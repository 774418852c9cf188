"""Reads of follow-ups (R10: audience, confidentiality, and that of the employer and the person)."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from accounts.roles import Act, Role
from deventer_crm.core.search import matches
from employers.hidden import hidden_keys
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
        named: Any = self._read_by(user.pk)
        mine = Q(pk__in=named) | Q(owner_id=user.pk) | Q(created_by_id=user.pk)
        rows = rows.filter(Q(audience__in=audiences) | mine)
        employers, people = hidden_keys(Employer, user), hidden_keys(ContactPerson, user)
        if employers != []:
            rows = rows.exclude(employer__in=employers)
        return rows if people == [] else rows.exclude(person__in=people)

    def search(self, text: str) -> Self:
        """In whose words every term of the text occurs, or in the names of the employer it is for. Call it on
        rows that a reader may see: those have no employer that is a secret."""
        from employers.models import Employer

        named = Employer.objects.search(text).order_by().values("pk")
        return self.filter(matches(text) | Q(employer__in=named))
