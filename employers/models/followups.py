"""What was promised or must be done after a talk: actions, promises to an employer, promises by one."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core.models import Confidential, Tracked
from deventer_crm.core.search import keeps_search_text
from deventer_crm.core.trail import leaves_trail
from employers.querysets_followups import FollowUpQuerySet

from .contact import Audience, ContactMoment
from .employer import Employer
from .people import ContactPerson
from .reference import Theme


class FollowUp(Tracked, Confidential):
    """One thing to do for or by an employer, with the day it is due.

    A promise to an employer starts unconfirmed, is confirmed with the exact words, the reservation and the
    authority checked, and closes only when it was reported back, and how. Everything else closes when it is
    fulfilled. Without an owner and a department it waits to be given to somebody again."""

    class Kind(models.TextChoices):
        ACTION = "action", pgettext_lazy("follow-up", "action")
        PROMISE_TO = "promise_to", _("promise to the employer")
        PROMISE_BY = "promise_by", _("promise by the employer")

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("to be confirmed")
        OPEN = "open", _("open")
        FULFILLED = "fulfilled", _("to be reported back")
        CLOSED = "closed", _("done")
        DROPPED = "dropped", _("dropped")

    #: What still asks somebody for something.
    OPEN_STATES = (State.UNCONFIRMED, State.OPEN, State.FULFILLED)

    class Channel(models.TextChoices):
        CALL = "call", _("by phone")
        MAIL = "mail", _("by e-mail")
        TALK = "talk", _("in a talk")
        LETTER = "letter", _("by letter")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ACTION)
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    person = models.ForeignKey(
        ContactPerson,
        verbose_name=_("contact person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
    )
    what = models.CharField(_("what"), max_length=200)
    exact_words = models.TextField(_("exact words"), blank=True)
    reservation = models.TextField(_("reservation"), blank=True)
    authority_checked = models.BooleanField(_("authority checked"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lies with"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
    )
    department = models.CharField(_("department"), max_length=80, blank=True)
    promised_by = models.ForeignKey(
        CollegeMember,
        verbose_name=_("promised by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
    )
    #: Who promised stays a fact. Of a member who left: who answers for it now; with a day and nobody: the
    #: college as a whole.
    taken_over_by = models.ForeignKey(
        CollegeMember,
        verbose_name=_("taken over by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promises_taken_over",
    )
    taken_over_on = models.DateField(_("taken over on"), null=True, blank=True)
    made_on = models.DateField(_("made on"))
    due_on = models.DateField(_("due on"))
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    fulfilled_on = models.DateField(_("fulfilled on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    reported_back_on = models.DateField(_("reported back on"), null=True, blank=True)
    reported_back_how = models.CharField(_("reported back"), max_length=10, choices=Channel, blank=True)
    dropped_on = models.DateField(_("dropped on"), null=True, blank=True)
    dropped_reason = models.CharField(_("reason"), max_length=200, blank=True)
    contact_moment = models.ForeignKey(
        ContactMoment,
        verbose_name=_("contact moment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
    )
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT, null=True, blank=True)
    audience = models.CharField(
        _("who may read this"), max_length=20, choices=Audience, default=Audience.TEAM
    )
    given_in_confidence = models.BooleanField(_("given in confidence"), default=False)
    woo_ground = models.CharField(_("ground for refusal (Woo)"), max_length=120, blank=True)

    # Kept by the database from the dates above, so that it is never out of step.
    state = models.GeneratedField(
        verbose_name=_("state"),
        expression=Case(
            When(dropped_on__isnull=False, then=Value("dropped")),
            When(
                Q(kind="promise_to", reported_back_on__isnull=False)
                | (~Q(kind="promise_to") & Q(fulfilled_on__isnull=False)),
                then=Value("closed"),
            ),
            When(fulfilled_on__isnull=False, then=Value("fulfilled")),
            When(kind="promise_to", confirmed_on__isnull=True, then=Value("unconfirmed")),
            default=Value("open"),
        ),
        output_field=models.CharField(max_length=12, choices=State),
        db_persist=True,
    )
    # derived, by a trigger
    search_text = models.TextField(editable=False, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""),
                name="employers_followup_says_what",
                violation_error_message=_("Say what must be done."),
            ),
            models.CheckConstraint(
                condition=Q(given_in_confidence=False) | ~Q(woo_ground=""),
                name="employers_followup_confidence_has_ground",
                violation_error_message=_("Say on which ground this was given in confidence."),
            ),
            models.CheckConstraint(
                condition=Q(taken_over_on__isnull=False) | Q(taken_over_by__isnull=True),
                name="employers_followup_taken_over_on_a_day",
                violation_error_message=_("Say when somebody else took this over."),
            ),
            models.CheckConstraint(
                condition=Q(promised_by__isnull=False) | Q(taken_over_on__isnull=True),
                name="employers_followup_taken_over_from_a_member",
                violation_error_message=_("Only what a college member promised is taken over."),
            ),
            models.CheckConstraint(
                condition=Q(dropped_on__isnull=True) | ~Q(dropped_reason=""),
                name="employers_followup_dropped_with_reason",
                violation_error_message=_("Say why this is dropped."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True) | (~Q(exact_words="") & Q(authority_checked=True)),
                name="employers_followup_confirmed_in_words",
                violation_error_message=_(
                    "A promise is confirmed with its exact words, when it was checked who may promise this."
                ),
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_on__isnull=True) | Q(fulfilled_on__gte=F("made_on")),
                name="employers_followup_fulfilled_after_made",
                violation_error_message=_("It cannot be fulfilled before it was made."),
            ),
            models.CheckConstraint(
                condition=Q(reported_back_on__isnull=True)
                | (Q(reported_back_on__gte=F("fulfilled_on")) & ~Q(reported_back_how="")),
                name="employers_followup_reported_back_after_fulfilled",
                violation_error_message=_(
                    "Say how it was reported back; that is on or after the day it was fulfilled."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="employers_followup_due"),
            models.Index(fields=["owner", "state", "due_on"], name="employers_followup_owner"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="employers_followup_search"),
        ]
        triggers = [
            leaves_trail(
                hidden=(
                    "what",
                    "exact_words",
                    "reservation",
                    "department",
                    "outcome",
                    "dropped_reason",
                    "woo_ground",
                ),
                derived=("search_text", "state"),
            ),
            keeps_search_text(
                "NEW.what",
                "NEW.exact_words",
                "NEW.reservation",
                "NEW.department",
                "NEW.outcome",
                columns=("what", "exact_words", "reservation", "department", "outcome"),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def reminder_name(self) -> str:
        """Many employers are promised the same; the employer is read along. It also stands in mails, which
        never tell what was given in confidence (R10)."""
        what = self.get_kind_display() if self.given_in_confidence else self.what
        return f"{self.employer.name}: {what}"

    def get_state_display(self) -> str:
        """Django makes this for ordinary columns only."""
        return str(self.State(self.state).label)

    def get_absolute_url(self) -> str:
        return reverse("employers:follow_up", args=[self.pk])

    def get_confirm_url(self) -> str:
        return reverse("employers:follow_up_confirm", args=[self.pk])

    @property
    def answers(self) -> CollegeMember | None:
        """Who of the college answers for it now; None when nobody promised it in person, and when it stays
        with the college as a whole."""
        return self.taken_over_by if self.taken_over_on else self.promised_by

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES
