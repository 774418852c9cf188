"""A question to a colleague without an account: what a promise or action waits for, asked by mail."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.querysets_followups import FollowUpRequestQuerySet

from .followups import FollowUp

if TYPE_CHECKING:
    import datetime as dt


class FollowUpRequest(Tracked):
    """One question to one colleague, who answers by the link in a mail (R10: single purpose, signed, and no
    longer than until `expires_on`). The follow-up stays with its owner, who looks at the answer
    (`handled_on`). Name and address are emptied some months after all is done; question and answer stay."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("question", "waits for an answer")
        ANSWERED = "answered", pgettext_lazy("question", "answered")
        EXPIRED = "expired", pgettext_lazy("question", "too late to answer")
        WITHDRAWN = "withdrawn", pgettext_lazy("question", "withdrawn")

    follow_up = models.ForeignKey(
        FollowUp, verbose_name=_("follow-up"), on_delete=models.PROTECT, related_name="requests"
    )
    #: What the link in the mail signs. Another address gets another one, so that the first link is dead.
    uid = models.UUIDField(_("identity"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    question = models.TextField(_("question"), max_length=2000)
    asked_on = models.DateField(_("asked on"))
    answer_by = models.DateField(_("answer wanted by"))
    expires_on = models.DateField(_("link works until"))
    #: How often it was mailed again.
    rounds = models.PositiveSmallIntegerField(_("mailed again"), default=0)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    promised_on = models.DateField(_("will be done on"), null=True, blank=True)
    says_done = models.BooleanField(_("says it is done"), null=True, blank=True)
    handled_on = models.DateField(_("looked at on"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked at by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    emptied_on = models.DateField(_("name and address emptied on"), null=True, blank=True)

    objects = FollowUpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to a colleague")
        verbose_name_plural = _("questions to colleagues")
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(emptied_on__isnull=False) | (~Q(name="") & ~Q(email="")),
                name="employers_followuprequest_asks_somebody",
                violation_error_message=_("Say whom you ask, and at which e-mail address."),
            ),
            models.CheckConstraint(
                condition=~Q(question=""),
                name="employers_followuprequest_asks_something",
                violation_error_message=_("Say what you want to know."),
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=F("asked_on")) & Q(expires_on__gte=F("answer_by")),
                name="employers_followuprequest_days_in_order",
                violation_error_message=_("The answer cannot be wanted before today."),
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | (~Q(answer="") & Q(says_done__isnull=False)),
                name="employers_followuprequest_answer_says_something",
                violation_error_message=_("Write down your answer."),
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(withdrawn_on__isnull=True),
                name="employers_followuprequest_answered_or_withdrawn",
                violation_error_message=_("What was answered cannot be withdrawn."),
            ),
            models.CheckConstraint(
                condition=Q(handled_on__isnull=True) | Q(answered_on__isnull=False),
                name="employers_followuprequest_handled_after_answer",
                violation_error_message=_("There is no answer yet."),
            ),
            models.UniqueConstraint(
                "follow_up",
                models.functions.Lower("email"),
                condition=Q(answered_on__isnull=True, withdrawn_on__isnull=True, emptied_on__isnull=True),
                name="employers_followuprequest_once",
                violation_error_message=_("This colleague was asked already and has not answered yet."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_on"],
                name="employers_request_waiting",
                condition=Q(answered_on__isnull=True, withdrawn_on__isnull=True),
            )
        ]
        triggers = [leaves_trail(hidden=("uid", "name", "email", "question", "answer"))]

    def __str__(self) -> str:
        return str(_("question to %(name)s") % {"name": self.who})

    @property
    def who(self) -> Any:
        """The name, as long as it is kept."""
        return self.name or _("a colleague")

    @property
    def reminder_name(self) -> str:
        """By what was promised, as the owner knows it; never the question, which may say more."""
        return self.follow_up.reminder_name

    def get_absolute_url(self) -> str:
        return f"{self.follow_up.get_absolute_url()}#request-{self.pk}"

    def state_on(self, day: "dt.date") -> "FollowUpRequest.State":
        """What it is on that day."""
        if self.withdrawn_on is not None:
            return self.State.WITHDRAWN
        if self.answered_on is not None:
            return self.State.ANSWERED
        return self.State.EXPIRED if self.expires_on < day else self.State.WAITING

    @property
    def state(self) -> "FollowUpRequest.State":
        return self.state_on(clock.today())

    @property
    def is_answered(self) -> bool:
        return self.answered_on is not None

    @property
    def is_unanswered(self) -> bool:
        """Neither answered nor withdrawn: it can be mailed again, also when the link is too old."""
        return self.answered_on is None and self.withdrawn_on is None
