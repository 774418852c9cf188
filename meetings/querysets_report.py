"""Reads of what hangs on a meeting (R10: its confidentiality is inherited; a report has an audience of its
own)."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Act
from employers.querysets_contact import audiences_of

if TYPE_CHECKING:
    from accounts.models import User


class OfMeetingQuerySet(models.QuerySet):  # type: ignore[type-arg]  # the model is each subclass's
    """Rows that exist for who may know of their meeting."""

    def visible_to(self, user: "User") -> Self:
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.filter(meeting__in=Meeting.objects.visible_to(user).order_by().values("pk"))


class ReportQuerySet(OfMeetingQuerySet):
    """Reports as one reader may see them."""

    def visible_to(self, user: "User") -> Self:
        """Also by whom it is written for. "Named" are those who were at the table for us, the account manager
        of the meeting and who wrote it."""
        rows = super().visible_to(user)
        if user.can(Act.VIEW_CONFIDENTIAL):
            return rows
        return rows.filter(self._for(user))

    def _for(self, user: "User") -> Any:
        from meetings.models import Participant

        at_table = Participant.objects.filter(meeting=OuterRef("meeting_id")).filter(
            Q(user=user.pk) | Q(college_member__user=user.pk)
        )
        named = Q(created_by=user.pk) | Q(meeting__owner=user.pk) | Q(Exists(at_table))
        return Q(audience__in=audiences_of(user)) | named
