"""After a meeting: what a college member promised, and the letter that tells the company what comes of it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import CollegeMember
from deventer_crm.core.models import OutgoingMail, Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import ContactPerson, FollowUp
from meetings.querysets_report import OfMeetingQuerySet

from .meeting import Meeting


class PromiseAnswer(Tracked):
    """What a college member answered to "Wat heeft u beloofd?": nothing, or one sentence that became a
    promise to be confirmed. Asked once for each member and meeting; that day it can still be corrected."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="promise_answers"
    )
    member = models.ForeignKey(
        CollegeMember, verbose_name=_("college member"), on_delete=models.PROTECT, related_name="+"
    )
    #: Empty: nothing was promised.
    follow_up = models.ForeignKey(
        FollowUp, verbose_name=_("promise"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField(_("answered on"))

    class Meta:
        verbose_name = _("answer about promises")
        verbose_name_plural = _("answers about promises")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "member"],
                name="meetings_promiseanswer_once",
                violation_error_message=_("This was answered already."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.member_id}"


class FeedbackLetter(Tracked):
    """Terugkoppelbrief: what we discussed, what we do, what you do, as it was mailed to people of the
    company. What stood in it stays as the record of what was told."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="feedback_letters"
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    sent_on = models.DateField(_("sent on"))

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter after a meeting")
        verbose_name_plural = _("letters after a meeting")
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body=""), name="meetings_feedbackletter_says_something"
            )
        ]
        triggers = [leaves_trail(hidden=("subject", "body"))]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("meetings:feedback", args=[self.meeting_id])


class LetterRecipient(models.Model):
    """To whom a letter went, with its mail; the address is in the mail alone."""

    letter = models.ForeignKey(
        FeedbackLetter, verbose_name=_("letter"), on_delete=models.CASCADE, related_name="recipients"
    )
    person = models.ForeignKey(
        ContactPerson, verbose_name=_("to"), on_delete=models.PROTECT, related_name="letters"
    )
    mail = models.ForeignKey(
        OutgoingMail, verbose_name=_("mail"), on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("recipient of a letter")
        verbose_name_plural = _("recipients of a letter")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "person"], name="meetings_letterrecipient_once")
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.person_id}"
