"""The guest list of a meeting, and the texts of the mails that go to those who are invited."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import ContactPerson, Employer
from meetings.placeholders import problems_with
from meetings.querysets import GuestQuerySet

from .invitation import Invitation
from .kinds import MeetingKind
from .meeting import Meeting


class Guest(models.Model):
    """Somebody on the guest list of a meeting. Being on it invites nobody: `invitation` is the fact that it
    was sent (R5); who comes, or came, is a Participant."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="guests"
    )
    person = models.ForeignKey(
        ContactPerson, verbose_name=_("contact person"), on_delete=models.PROTECT, related_name="guest_rows"
    )
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guest_rows",
    )
    invitation = models.OneToOneField(
        Invitation,
        verbose_name=_("invitation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guest",
    )
    #: Came without an invitation.
    is_walk_in = models.BooleanField(_("came by"), default=False)

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "person"],
                name="meetings_guest_once",
                violation_error_message=_("This person is on the guest list already."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.person_id}"


class MailTemplate(Tracked):
    """The text of a kind of mail, in Dutch: for one kind of meeting, or for all that have none of their own.
    It comes with the product (reference_data_mails) and is changed in the administration."""

    class Use(models.TextChoices):
        APPOINTMENT = "appointment", _("request for an appointment")
        PERSONAL = "personal", _("personal invitation to a talk")
        GROUP = "group", _("invitation to a reception or theme")
        ASK_AGAIN = "ask_again", _("reminder of an invitation without an answer")
        MOVED = "moved", _("another date")
        CHANGED = "changed", _("another place or title")
        CANCELLED = "cancelled", _("called off")
        WITHDRAWN = "withdrawn", _("an invitation taken back")
        DISCREET = "discreet", _("about something confidential: says nothing but the link")

    use = models.CharField(_("what for"), max_length=12, choices=Use)
    kind = models.ForeignKey(
        MeetingKind,
        verbose_name=_("kind of meeting"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mail_templates",
        help_text=_("Empty: for every kind that has no text of its own."),
    )
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        ordering = ["use", models.F("kind").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["use", "kind"],
                name="meetings_mailtemplate_once",
                nulls_distinct=False,
                violation_error_message=_("There is a text for this already. Change that one."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.get_use_display()} ({self.kind or '–'})"

    def clean(self) -> None:
        super().clean()
        found: dict[str, Any] = problems_with(self.use, self.subject, self.text)
        if found:
            raise ValidationError(found)
