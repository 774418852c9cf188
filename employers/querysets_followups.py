"""Reads of follow-ups (R10: audience, confidentiality, and that of the employer and the person)."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from accounts.roles import Act
from deventer_crm.core.search import matches
from employers.hidden import hidden_keys
from employers.querysets import ConfidentialQuerySet
from employers.querysets_contact import audiences_of

if TYPE_CHECKING:
    from accounts.models import User


class FollowUpQuerySet(ConfidentialQuerySet):
    """Follow-ups as one reader may see them."""

    def standing(self) -> Self:
        """What still asks somebody for something."""
        return self.filter(state__in=["unconfirmed", "open", "fulfilled"])

    def late(self, today: dt.date) -> Self:
        """Standing, and the day it was due has passed."""
        return self.standing().filter(due_on__lt=today)

    def of(self, user: "User") -> Self:
        """What lies with somebody, and what a college member answers for in person."""
        promised = Q(taken_over_on__isnull=True, promised_by__user_id=user.pk)
        return self.filter(Q(owner_id=user.pk) | promised | Q(taken_over_by__user_id=user.pk))

    def answered_for_by(self, member_id: int) -> Self:
        """What a college member answers for now: promised in person, or taken over from one who left."""
        promised = Q(taken_over_on__isnull=True, promised_by_id=member_id)
        return self.filter(promised | Q(taken_over_by_id=member_id))

    def at(self, employer_ids: list[int]) -> Self:
        """Of these employers: a dossier passes the employer and those grouped under it."""
        return self.filter(employer__in=employer_ids)

    def to_give(self, today: dt.date) -> Self:
        """Standing and with nobody who can act ("opnieuw toewijzen"): without owner and department, an owner
        whose account was closed, or a college member answers for it whose term is over."""
        nobody = Q(owner__isnull=True, department="") | Q(owner__is_active=False)
        return self.standing().filter(nobody | self.left(today))

    @staticmethod
    def left(today: dt.date) -> Q:
        """Who answers for it left the college, and since then nobody said who does now."""
        return Q(taken_over_on__isnull=True, promised_by__ends_on__lt=today) | Q(
            taken_over_by__ends_on__lt=today
        )

    def for_list(self) -> Self:
        """With what a line of a list shows, in the same query."""
        return self.select_related("employer", "person", "owner", "promised_by", "taken_over_by", "theme")

    def by_urgency(self) -> Self:
        """What is due first comes first."""
        return self.order_by("due_on", "pk")

    def visible_to(self, user: "User") -> Self:
        """A confidential employer or person hides it, and so does an audience without this reader; who must
        do it may always read it, unless the employer itself is a secret to them."""
        from employers.models import ContactPerson, Employer

        rows = super().visible_to(user)
        if user.can(Act.VIEW_CONFIDENTIAL):
            return rows
        named: Any = self._read_by(user.pk)
        mine = (
            Q(pk__in=named)
            | Q(owner_id=user.pk)
            | Q(created_by_id=user.pk)
            | Q(promised_by__user_id=user.pk)
            | Q(taken_over_by__user_id=user.pk)
        )
        rows = rows.filter(Q(audience__in=audiences_of(user)) | mine)
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


class FollowUpRequestQuerySet(QuerySet[Any]):
    """Questions to colleagues without an account."""

    def visible_to(self, user: "User") -> Self:
        """Whoever may read the follow-up."""
        from employers.models import FollowUp

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.filter(follow_up__in=FollowUp.objects.visible_to(user).order_by().values("pk"))

    def unanswered(self) -> Self:
        """Neither answered nor withdrawn, also when the link is too old."""
        return self.filter(answered_on__isnull=True, withdrawn_on__isnull=True)

    def to_look_at(self) -> Self:
        """Answered, and the owner did nothing with it yet."""
        return self.filter(answered_on__isnull=False, handled_on__isnull=True)
