"""Reads of agenda items and documents (R10: what the meeting, the party or the follow-up hides is hidden)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.roles import Act
from employers.hidden import hidden_keys
from employers.models import Employer, FollowUp
from employers.querysets import ConfidentialQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class AgendaItemQuerySet(ConfidentialQuerySet):
    """Agenda items as one reader may see them."""

    def visible_to(self, user: "User") -> Self:
        """Whatever the meeting: what is confidential itself, was brought by a party that is a secret, or came
        from a follow-up that is not for this reader, does not exist."""
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.of_meetings_seen(user).filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))

    def of_meetings_seen(self, user: "User") -> Self:
        """The same for items of a meeting that this reader was allowed to see already."""
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        rows = super().visible_to(user)
        hidden = hidden_keys(Employer, user)
        if hidden != []:
            rows = rows.filter(Q(brought_by__isnull=True) | ~Q(brought_by__in=hidden))
        seen = FollowUp.objects.visible_to(user).values("pk")
        return rows.filter(Q(follow_up__isnull=True) | Q(follow_up__in=seen))


class AgendaDocumentQuerySet(models.QuerySet):  # type: ignore[type-arg]  # of AgendaDocument
    """Documents of meetings, as one reader may see them."""

    def visible_to(self, user: "User") -> Self:
        """What goes with a hidden item, or comes from a party that is a secret, does not exist either."""
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.of_meetings_seen(user).filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))

    def of_meetings_seen(self, user: "User") -> Self:
        from meetings.models import AgendaItem

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        items = AgendaItem.objects.of_meetings_seen(user).values("pk")
        rows = self.filter(Q(item__isnull=True) | Q(item__in=items))
        hidden = hidden_keys(Employer, user)
        return (
            rows
            if hidden == []
            else rows.filter(Q(from_employer__isnull=True) | ~Q(from_employer__in=hidden))
        )
