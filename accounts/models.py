"""People who log in, members of the college, who may act for whom, and when nobody plans anything."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager, Group, Permission
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import ROLE_LABELS, Act, Role
from deventer_crm.core.models import Dated, DatedQuerySet, Tracked, no_overlap
from deventer_crm.core.statements import Prepared
from deventer_crm.core.trail import leaves_trail


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address; there are no user names."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def with_role(self, *roles: Role) -> models.QuerySet["User"]:
        """Active users in at least one of the roles."""
        return self.filter(is_active=True, groups__name__in=[role.value for role in roles]).distinct()

    def ids_with_role(self, role: Role) -> list[int]:
        """Whom a reminder of that role goes to."""
        return list(self.with_role(role).values_list("pk", flat=True))

    def who_can(self, act: Act) -> models.QuerySet["User"]:
        """Active users who may do that, by a role, by a right of their own or as superuser."""
        return self.filter(
            Q(groups__permissions__codename=act.value)
            | Q(user_permissions__codename=act.value)
            | Q(is_superuser=True),
            is_active=True,
        ).distinct()


class User(AbstractUser):
    """A person of the municipality with a personal account (no group accounts: BIO2 5.16)."""

    username = None  # type: ignore[assignment]  # the e-mail address identifies a person
    email = models.EmailField(_("e-mail address"), unique=True)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    mails_digest = models.BooleanField(_("gets the reminder mail"), default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()  # type: ignore[misc,assignment]  # by e-mail address, as BaseUserManager is meant to be used

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["last_name", "first_name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message=_("There is already a user with this e-mail address."),
            )
        ]
        triggers = [
            leaves_trail(
                hidden=("email", "first_name", "last_name", "password", "phone", "job_title", "last_login")
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    @cached_property
    def _grants(self) -> dict[str, frozenset[str]]:
        """Names of the roles and codes of the acts of this person, in one read per request."""
        rows = GRANTS_OF.rows(self.pk) if self.pk else []
        return {what: frozenset(code for kind, code in rows if kind == what) for what in ("role", "act")}

    @cached_property
    def role_codes(self) -> frozenset[str]:
        """Role codes of this person."""
        return self._grants["role"]

    @property
    def grants_key(self) -> tuple[frozenset[str], frozenset[str]]:
        """What this person may do, to keep things apart by."""
        return self._grants["role"], self._grants["act"]

    def has_role(self, *roles: Role) -> bool:
        return not self.role_codes.isdisjoint(roles)

    def can(self, act: Act) -> bool:
        """Whether this person may do that (R9): by a role, by a right of their own, or as superuser. The same
        answer as has_perm() gives, which asks the database three times."""
        return self.is_active and (self.is_superuser or str(act) in self._grants["act"])

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """As Django gives it; for the acts of this application without asking the database again, because
        templates ask it in this way."""
        app, _dot, code = perm.partition(".")
        if app == "accounts" and obj is None:
            return self.is_active and (self.is_superuser or code in self._grants["act"])
        return super().has_perm(perm, obj)

    @property
    def role_label(self) -> str:
        return ", ".join(str(ROLE_LABELS[role]) for role in Role if role.value in self.role_codes)


def _grants_of(user_id: int) -> "models.QuerySet[Any, Any]":
    acts = Permission.objects.filter(content_type__app_label="accounts").order_by()
    kind = {what: models.Value(what, models.CharField()) for what in ("role", "act")}
    roles = Group.objects.filter(user=user_id).values_list(kind["role"], "name")
    own = acts.filter(user=user_id).values_list(kind["act"], "codename")
    return roles.union(own, acts.filter(group__user=user_id).values_list(kind["act"], "codename"))


GRANTS_OF = Prepared(_grants_of)


class UserRole(User.groups.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody has a role; here for the trail only (R13: who could do what, since when and by whom)."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class UserAct(User.user_permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody has a right besides the roles; here for the trail only."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class CollegeMemberQuerySet(DatedQuerySet):
    def for_user(self, user: User) -> "CollegeMemberQuerySet":
        """The member who logs in as that user."""
        return self.filter(user=user)


class CollegeMember(Tracked, Dated):
    """A mayor or alderman for a period: public office, so the name is not hidden in the trail of meetings."""

    class Office(models.TextChoices):
        MAYOR = "mayor", _("mayor")
        ALDERMAN = "alderman", _("alderman")
        MUNICIPAL_SECRETARY = "municipal_secretary", _("municipal secretary")

    name = models.CharField(_("name"), max_length=120)
    office = models.CharField(_("office"), max_length=20, choices=Office)
    remit = models.CharField(_("remit"), max_length=300, blank=True)
    user = models.OneToOneField(
        User,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="college_member",
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)

    objects = CollegeMemberQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("college member")
        verbose_name_plural = _("college members")
        ordering = ["position", "name"]
        constraints = [
            *Dated.Meta.constraints,
            no_overlap(
                "accounts_collegemember_one_mayor",
                "office",
                condition=Q(office="mayor"),
                message=_("There is another mayor in this period."),
            ),
        ]
        triggers = [leaves_trail(hidden=("name",))]

    def __str__(self) -> str:
        return self.titled_name

    @property
    def titled_name(self) -> str:
        """The name as it is said: "wethouder Voorbeeld"."""
        return f"{self.get_office_display()} {self.name}"


class Mandate(Tracked, Dated):
    """A secretary acts for a college member during a period (R9); acts store on_behalf_of."""

    secretary = models.ForeignKey(
        User, verbose_name=_("secretary"), on_delete=models.PROTECT, related_name="mandates"
    )
    college_member = models.ForeignKey(
        CollegeMember, verbose_name=_("college member"), on_delete=models.PROTECT, related_name="mandates"
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["-starts_on"]
        constraints = [
            *Dated.Meta.constraints,
            no_overlap(
                "accounts_mandate_no_overlap",
                "secretary",
                "college_member",
                message=_("This secretary already has a mandate for this member in this period."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.secretary} → {self.college_member}"


class BlockedTimeQuerySet(DatedQuerySet):
    """Reads of blocked times."""

    def between(self, first: dt.date, last: dt.date) -> "BlockedTimeQuerySet":
        """Whose period has a day from `first` to `last`; a weekly one need not fall on any of them."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)

    def concerning(self, member_ids: Iterable[int], user_ids: Iterable[int]) -> "BlockedTimeQuerySet":
        """Those of the whole college, of these members and of these users."""
        everybody = Q(college_member__isnull=True, user__isnull=True)
        return self.filter(everybody | Q(college_member__in=list(member_ids)) | Q(user__in=list(user_ids)))


class BlockedTime(Tracked, Dated):
    """A time on which no meeting is planned: the college day, the evening of the council, recess. For the
    whole college, one member or one user; every day of a period, or weekly on one weekday of it; the whole
    day, or between two times of the Dutch clock."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    label = models.CharField(_("what it is"), max_length=80)
    college_member = models.ForeignKey(
        CollegeMember,
        verbose_name=_("college member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="blocked_times",
    )
    user = models.ForeignKey(
        User,
        verbose_name=_("colleague"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="blocked_times",
    )
    weekday = models.PositiveSmallIntegerField(_("weekly on"), choices=Weekday, null=True, blank=True)
    start_time = models.TimeField(_("from what time"), null=True, blank=True)
    end_time = models.TimeField(_("until what time"), null=True, blank=True)

    objects = BlockedTimeQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("blocked time")
        verbose_name_plural = _("blocked times")
        ordering = ["starts_on", "start_time", "pk"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(college_member__isnull=True) | Q(user__isnull=True),
                name="accounts_blockedtime_one_person",
                violation_error_message=_("Choose a college member or a colleague, not both."),
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False) | Q(ends_on__isnull=False),
                name="accounts_blockedtime_ends_unless_weekly",
                violation_error_message=_("Give the last day, or say on which weekday it returns."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False, end_time__gt=models.F("start_time")),
                name="accounts_blockedtime_times_in_order",
                violation_error_message=_("Give both times, the later one last, or none for whole days."),
            ),
        ]
        triggers = [leaves_trail(hidden=("label",))]

    def __str__(self) -> str:
        return self.label

    @property
    def whose(self) -> str:
        """For whom it is blocked, in words."""
        return str(self.college_member or self.user or _("the whole college"))

    @property
    def is_whole_day(self) -> bool:
        return self.start_time is None
