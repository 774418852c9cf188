"""Contact persons, their dated positions, and memberships of associations (R13: business data only)."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Dated, Tracked, no_overlap
from deventer_crm.core.search import PHONE_SQL, keeps_search_text
from deventer_crm.core.trail import leaves_trail
from employers.querysets_people import ContactPersonQuerySet, MembershipQuerySet, PositionQuerySet

from .employer import Employer


class ContactPerson(Tracked):
    """Somebody the municipality talks to. No birth date, no citizen number, nothing private."""

    class Channel(models.TextChoices):
        ANY = "", _("no wish known")
        CALL = "call", _("to be called")
        MAIL = "mail", _("to be mailed")
        VISIT = "visit", _("to be visited")

    first_name = models.CharField(_("first name"), max_length=60, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    mobile = models.CharField(_("mobile phone"), max_length=30, blank=True)
    preferred_channel = models.CharField(
        _("prefers"), max_length=10, choices=Channel, blank=True, default=Channel.ANY
    )
    source = models.CharField(
        _("source"), max_length=120, help_text=_("Where we have this from, for instance a business card.")
    )
    informed_on = models.DateField(_("informed on"), null=True, blank=True)
    objects_to_mail = models.BooleanField(_("wants no mailings"), default=False)
    has_objected = models.BooleanField(_("has objected to being recorded"), default=False)
    anonymised_on = models.DateField(_("anonymised on"), null=True, blank=True, editable=False)

    # derived, by a trigger
    search_text = models.TextField(editable=False, blank=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(last_name=""),
                name="employers_contactperson_has_a_name",
                violation_error_message=_("A contact person needs a last name."),
            )
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name", "id"], name="employers_person_sort"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="employers_person_search"),
        ]
        triggers = [
            leaves_trail(
                hidden=("first_name", "last_name", "email", "phone", "mobile", "source"),
                derived=("search_text",),
            ),
            keeps_search_text(
                "NEW.first_name",
                "NEW.last_name",
                "NEW.email",
                PHONE_SQL.format(column="NEW.phone"),
                PHONE_SQL.format(column="NEW.mobile"),
                columns=("first_name", "last_name", "email", "phone", "mobile"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("employers:person", args=[self.pk])


class Position(Tracked, Dated):
    """Functie: what a person is at an employer, and when. Seats on boards are positions at an association."""

    class Seat(models.TextChoices):
        NONE = "", _("no seat")
        CHAIR = "chair", _("chair")
        BOARD = "board", _("board member")

    person = models.ForeignKey(
        ContactPerson, verbose_name=_("contact person"), on_delete=models.CASCADE, related_name="positions"
    )
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="positions"
    )
    title = models.CharField(_("position"), max_length=100)
    seat = models.CharField(_("seat"), max_length=10, choices=Seat, blank=True, default=Seat.NONE)
    is_primary = models.BooleanField(_("first to contact"), default=False)

    objects = PositionQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-is_primary", "person__last_name", "pk"]
        constraints = [
            *Dated.Meta.constraints,
            no_overlap(
                "employers_position_one_primary",
                "employer",
                condition=Q(is_primary=True),
                message=_("Somebody else is the first to contact in this period."),
            ),
            no_overlap(
                "employers_position_one_chair",
                "employer",
                condition=Q(seat="chair"),
                message=_("Somebody else is chair in this period."),
            ),
        ]
        triggers = [leaves_trail(hidden=("title",))]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"


class Membership(Tracked, Dated):
    """Lidmaatschap: an employer is a member of an association."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="memberships"
    )
    association = models.ForeignKey(
        Employer, verbose_name=_("association"), on_delete=models.PROTECT, related_name="members"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Dated.Meta.constraints,
            no_overlap(
                "employers_membership_no_overlap",
                "employer",
                "association",
                message=_("This employer is already a member in this period."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.employer_id} ∈ {self.association_id}"
