"""Invitations as facts (R5)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import formatting
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import ContactPerson, Employer
from meetings.querysets import InvitationQuerySet

from .meeting import Meeting


class Invitation(Tracked):
    """An invitation as a fact (R5): who asked whom, why, how, when, and what came back. One chain is
    invitation → meeting; the chain counts once, in the meeting's year."""

    class Direction(models.TextChoices):
        OUT = "out", _("we invited the employer")
        IN = "in", _("the employer invited us")

    class Purpose(models.TextChoices):
        APPOINTMENT = "appointment", _("request for an appointment")
        PERSONAL = "personal", _("personal invitation to a talk")
        GROUP = "group", _("invitation to a reception or theme")

    class Channel(models.TextChoices):
        LETTER = "letter", _("letter")
        MAIL = "mail", _("e-mail")
        PHONE = "phone", _("phone")
        SPOKEN = "spoken", _("in person")

    class Answer(models.TextChoices):
        NONE = "", pgettext_lazy("answer", "no answer yet")
        ACCEPTED = "accepted", pgettext_lazy("answer", "accepted")
        DECLINED = "declined", pgettext_lazy("answer", "declined")
        OTHER_DATE = "other_date", _("asks for another date")

    class Via(models.TextChoices):
        UNKNOWN = "", _("not known how")
        LINK = "link", _("by the link in the mail")
        REPLY = "reply", _("by a mail back")
        PHONE = "phone", _("by phone")
        SPOKEN = "spoken", _("in person")

    #: Longest wish somebody can leave with an answer.
    LONGEST_WISH = 500

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="invitations"
    )
    person = models.ForeignKey(
        ContactPerson,
        verbose_name=_("to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
    )
    college_member = models.ForeignKey(
        CollegeMember,
        verbose_name=_("in the name of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
    )
    #: Of a member who left: who answers for it now; with a day and nobody: the college as a whole.
    taken_over_by = models.ForeignKey(
        CollegeMember,
        verbose_name=_("taken over by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="invitations_taken_over",
    )
    taken_over_on = models.DateField(_("taken over on"), null=True, blank=True, editable=False)
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("meeting"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.PERSONAL)
    channel = models.CharField(_("how"), max_length=10, choices=Channel, default=Channel.MAIL)
    sent_on = models.DateField(_("sent on"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default=Answer.NONE)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_via = models.CharField(
        _("how it was answered"), max_length=6, choices=Via, blank=True, default=Via.UNKNOWN, db_default=""
    )
    wish = models.CharField(_("wish"), max_length=LONGEST_WISH, blank=True, default="", db_default="")
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    #: The mail was given up: from that day the invitation counts for nothing (R5), as it reached nobody.
    undelivered_on = models.DateField(_("not delivered, known on"), null=True, blank=True, editable=False)
    #: What makes the link in the mail this invitation's; another key, or none, and older links are void.
    link_key = models.UUIDField(_("key of the link"), null=True, blank=True, editable=False)
    link_until = models.DateField(_("link valid until"), null=True, blank=True, editable=False)
    on_behalf_of = models.ForeignKey(
        CollegeMember,
        verbose_name=_("recorded on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True)
                | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="meetings_invitation_answer_has_a_date",
                violation_error_message=_("An answer needs its date, and a date its answer."),
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=models.F("sent_on")),
                name="meetings_invitation_answered_after_sent",
                violation_error_message=_("The answer cannot be earlier than the invitation."),
            ),
            models.CheckConstraint(
                condition=Q(taken_over_on__isnull=False) | Q(taken_over_by__isnull=True),
                name="meetings_invitation_taken_over_on_a_day",
                violation_error_message=_("Say when somebody else took this over."),
            ),
            models.CheckConstraint(
                condition=~Q(purpose="personal", direction="out") | Q(college_member__isnull=False),
                name="meetings_invitation_personal_has_member",
                violation_error_message=_("A personal invitation is in the name of a college member."),
            ),
        ]
        indexes = [models.Index(fields=["sent_on", "answer"], name="meetings_invitation_sent")]
        triggers = [leaves_trail(hidden=("note", "wish", "link_key"))]

    def __str__(self) -> str:
        return f"{self.employer} {formatting.nl_date(self.sent_on)}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:invitation", args=[self.pk])

    @property
    def is_mailed(self) -> bool:
        """Written to be sent from here, with a link to answer by; what became of the mail is on its row."""
        return self.link_key is not None

    @property
    def is_guest(self) -> bool:
        """On a guest list: a group invitation of somebody to a meeting."""
        return self.purpose == self.Purpose.GROUP and bool(self.person_id and self.meeting_id)
