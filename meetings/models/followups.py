"""What came out of a meeting: promises and actions, tied to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.trail import leaves_trail
from employers.models import FollowUp

from .agenda import AgendaItem
from .meeting import Meeting


class MeetingFollowUp(models.Model):
    """A promise or action that was written down at a meeting. The follow-up belongs to the floor below, so
    the tie is kept here; it stays when the follow-up is done or the meeting is closed."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="follow_up_rows"
    )
    follow_up = models.OneToOneField(
        FollowUp, verbose_name=_("follow-up"), on_delete=models.PROTECT, related_name="meeting_row"
    )
    #: The decision it came from.
    agenda_item = models.ForeignKey(
        AgendaItem,
        verbose_name=_("agenda item"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_up_rows",
    )

    class Meta:
        verbose_name = _("follow-up of a meeting")
        verbose_name_plural = _("follow-ups of a meeting")
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.follow_up_id}"
