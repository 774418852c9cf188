"""Reads of contact moments (R10: audience, confidentiality, and the confidentiality of the employers)."""

import re
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import OuterRef, Q

from accounts.names import full_name
from accounts.roles import Act, Role
from deventer_crm.core.search import MOST_WORDS
from employers.hidden import hidden_keys
from employers.querysets import ConfidentialQuerySet

if TYPE_CHECKING:
    from accounts.models import User

#: Who reads what is written "for the team" (R10).
TEAM_ROLES = (
    Role.ACCOUNT_MANAGER,
    Role.COLLEGE_MEMBER,
    Role.SECRETARY,
    Role.TEAM_LEAD,
    Role.FUNCTIONAL_ADMIN,
)


def audiences_of(user: "User") -> list[str]:
    """Which rows of a timeline this person may read by who they are written for (R10)."""
    audiences = ["municipality"]
    if user.has_role(*TEAM_ROLES):
        audiences += ["team", "employer_desk"]
    if user.has_role(Role.EMPLOYER_DESK):
        audiences.append("employer_desk")
    return audiences


class ContactMomentQuerySet(ConfidentialQuerySet):
    """Contact moments that were not withdrawn, as one reader may see them."""

    def standing(self) -> Self:
        return self.filter(withdrawn_on__isnull=True)

    def with_people_names(self) -> Self:
        """`people_names`: with whom, in the same query."""
        from employers.models import ContactPerson

        people = ContactPerson.objects.filter(contact_moments=OuterRef("pk")).order_by("last_name", "pk")
        shown = full_name()
        return self.annotate(people_names=ArraySubquery(people.annotate(shown=shown).values("shown")))

    def search(self, text: str) -> Self:
        """In which every word was said, as a Dutch word ("vergunningen" finds "vergunning") or the beginning
        of one, for who is still typing. Nothing for a text without words."""
        words = re.findall(r"\w+", text)[:MOST_WORDS]
        if not words:
            return self.none()
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="dutch")
        return self.annotate(said=SearchVector("subject", "notes", config="dutch")).filter(said=query)

    def visible_to(self, user: "User") -> Self:
        """One confidential employer or person hides the whole moment, and so does an audience without this
        reader."""
        from employers.models import ContactPerson, Employer

        rows = super().visible_to(user)
        if user.can(Act.VIEW_CONFIDENTIAL):
            return rows
        named: Any = self._read_by(user.pk)
        mine = Q(pk__in=named) | Q(user_id=user.pk)
        rows = rows.filter(Q(audience__in=audiences_of(user)) | mine)
        for model, through, key in (
            (Employer, self.model.employers.through, "employer__in"),
            (ContactPerson, self.model.people.through, "contactperson__in"),
        ):
            hidden = hidden_keys(model, user)
            if hidden != []:
                rows = rows.exclude(pk__in=through.objects.filter(**{key: hidden}).values("contactmoment_id"))
        return rows
