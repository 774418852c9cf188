"""Reads of meetings and invitations (R10: one confidential employer hides the meeting)."""

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef

from accounts.roles import Act
from employers.models import Employer
from employers.querysets import ConfidentialQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class MeetingQuerySet(ConfidentialQuerySet):
    """Meetings as one reader may see them."""

    def visible_to(self, user: "User") -> Self:
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        allowed = Employer.objects.visible_to(user).filter(is_confidential=True).values("pk")
        hidden = Employer.objects.filter(meetings=OuterRef("pk"), is_confidential=True).exclude(
            pk__in=allowed
        )
        return super().visible_to(user).filter(~Exists(hidden))


class InvitationQuerySet(ConfidentialQuerySet):
    """Invitations inherit the confidentiality of their employer and their meeting."""

    def visible_to(self, user: "User") -> Self:
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        unseen = Meeting.objects.exclude(pk__in=Meeting.objects.visible_to(user).values("pk"))
        return self.filter(employer__in=Employer.objects.visible_to(user).values("pk")).filter(
            ~Exists(unseen.filter(pk=OuterRef("meeting_id")))
        )
