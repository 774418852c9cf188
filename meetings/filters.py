"""The filters of the agenda and of the list of invitations; they live in the address."""

from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.statements import Prepared
from employers.models import Employer
from meetings import gaps
from meetings.duty import personal_invitations
from meetings.models import Invitation, Meeting, MeetingKind
from meetings.querysets import InvitationQuerySet, MeetingQuerySet

if TYPE_CHECKING:
    from accounts.models import User

COMING, PAST, WAITING, ALL = "coming", "past", "waiting", "all"
WHEN = [
    (COMING, _("coming up")),
    (PAST, _("past")),
    (WAITING, _("not marked as held yet")),
    (ALL, _("everything")),
]
NONE = "none"


class AddressFilter(django_filters.FilterSet):
    """A filter set that forgives: a choice that does not exist is left out, the rest still filters."""

    def __init__(self, data: Any, queryset: QuerySet[Any], *, user: "User") -> None:
        super().__init__(data, queryset)
        self.user = user

    @property
    def qs(self) -> QuerySet[Any]:
        if not hasattr(self, "_qs"):
            self.form.is_valid()
            self._qs = self.filter_queryset(self.queryset.all())
        return self._qs

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def active(self) -> list[tuple[str, Any, str]]:
        """Name, label and chosen value in words of every filter that is on."""
        rows = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, ""):
                continue
            field = self.form.fields[name]
            options = {str(key): label for key, label in getattr(field, "choices", [])}
            rows.append((name, field.label, str(options.get(str(value), value))))
        return rows


@Prepared
def _kinds() -> QuerySet[MeetingKind]:
    return MeetingKind.objects.all()


@Prepared
def _members() -> QuerySet[CollegeMember]:
    return CollegeMember.objects.all()


class MeetingFilter(AddressFilter):
    """`when` has a default: what is coming up."""

    q = django_filters.CharFilter(label=_("Search"), method="by_text")
    when = django_filters.ChoiceFilter(label=_("When"), choices=WHEN, method="ignore", empty_label=None)
    who = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[("me", _("mine"))], method="by_who", empty_label=_("everybody's")
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), field_name="kind_id", empty_label=_("all kinds"))
    member = django_filters.ChoiceFilter(
        label=_("College member"), method="by_member", empty_label=_("whole college")
    )
    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("meeting", "State"), choices=Meeting.State.choices, empty_label=_("all states")
    )
    gap = django_filters.ChoiceFilter(
        label=_("Missing"),
        choices=[("report", _("the report")), ("briefing", _("the briefing, within two weeks"))],
        method="by_gap",
        empty_label=_("nothing in particular"),
    )
    employer = django_filters.NumberFilter(label=_("Employer"), method="by_employer")

    class Meta:
        model = Meeting
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Any], *, user: "User") -> None:
        super().__init__(data, queryset, user=user)
        self.filters["kind"].extra["choices"] = [(str(row.pk), row.name) for row in _kinds.rows()]
        self.filters["member"].extra["choices"] = [(str(row.pk), row.titled_name) for row in _members.rows()]

    @property
    def part(self) -> str:
        """The part of time shown; a state that only the past has, or a draft, looks everywhere."""
        chosen = self.form.cleaned_data.get("when")
        if chosen:
            return str(chosen)
        if self.form.cleaned_data.get("gap"):
            return ALL
        state = self.form.cleaned_data.get("state")
        return ALL if state and state != Meeting.State.PLANNED else COMING

    def filter_queryset(self, queryset: MeetingQuerySet) -> QuerySet[Any]:
        rows: Any = super().filter_queryset(queryset)
        now = clock.now()
        if self.part == COMING:
            return rows.upcoming(now)
        if self.part == WAITING:
            return rows.waiting(now)
        if self.part == PAST:
            rows = rows.filter(starts_at__lt=now)
        return rows.order_by("-starts_at", "-pk")

    def ignore(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset  # `when` is applied last, in filter_queryset: it also orders

    def by_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        named = Employer.objects.visible_to(self.user).search(value).filter(meetings=OuterRef("pk"))
        return queryset.filter(Q(title__icontains=value) | Exists(named))

    def by_who(self, queryset: MeetingQuerySet, name: str, value: str) -> QuerySet[Any]:
        return queryset.of_user(self.user)

    def by_member(self, queryset: MeetingQuerySet, name: str, value: str) -> QuerySet[Any]:
        return queryset.with_member(value)

    def by_gap(self, queryset: MeetingQuerySet, name: str, value: str) -> QuerySet[Any]:
        condition = gaps.lacks_report if value == "report" else gaps.lacks_briefing
        return condition(queryset, clock.today())

    def by_employer(self, queryset: MeetingQuerySet, name: str, value: Any) -> QuerySet[Any]:
        grouped = Employer.objects.filter(Q(pk=int(value)) | Q(merged_into=int(value)))
        return queryset.with_employers(grouped.values_list("pk", flat=True))


class CalendarFilter(MeetingFilter):
    """The same for a month or a week, which say themselves which time is meant. What was called off is there
    only when it is asked for."""

    when = None

    @property
    def part(self) -> str:
        return ALL

    def filter_queryset(self, queryset: MeetingQuerySet) -> QuerySet[Any]:
        rows: Any = AddressFilter.filter_queryset(self, queryset)
        if self.form.cleaned_data.get("state") != Meeting.State.CANCELLED:
            rows = rows.exclude(state=Meeting.State.CANCELLED)
        return rows.order_by("starts_at", "pk")


class InvitationFilter(AddressFilter):
    """Invitations: who, what for, and what came back."""

    q = django_filters.CharFilter(label=_("Employer"), method="by_text")
    answer = django_filters.ChoiceFilter(
        label=_("Answer"),
        choices=[(NONE, _("no answer yet")), *[row for row in Invitation.Answer.choices if row[0]]],
        method="by_answer",
        empty_label=_("all answers"),
    )
    purpose = django_filters.ChoiceFilter(
        label=_("What for"), choices=Invitation.Purpose.choices, empty_label=_("all purposes")
    )
    member = django_filters.ChoiceFilter(
        label=_("In the name of"), field_name="college_member_id", empty_label=_("whole college")
    )
    gap = django_filters.ChoiceFilter(
        label=_("Missing"),
        choices=[("answer", _("the answer, of this year and without an appointment"))],
        method="by_gap",
        empty_label=_("nothing in particular"),
    )
    direction = django_filters.ChoiceFilter(
        label=pgettext_lazy("invitation", "Direction"),
        choices=Invitation.Direction.choices,
        empty_label=_("both ways"),
    )

    class Meta:
        model = Invitation
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Any], *, user: "User") -> None:
        super().__init__(data, queryset, user=user)
        self.filters["member"].extra["choices"] = [(str(row.pk), row.titled_name) for row in _members.rows()]

    def by_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(employer__in=Employer.objects.visible_to(self.user).search(value).values("pk"))

    def by_gap(self, queryset: InvitationQuerySet, name: str, value: str) -> QuerySet[Any]:
        today = clock.today()
        standing = personal_invitations(today.year, today)
        return gaps.without_answer(queryset.filter(pk__in=standing.order_by().values("pk")))

    def by_answer(self, queryset: InvitationQuerySet, name: str, value: str) -> QuerySet[Any]:
        return queryset.unanswered() if value == NONE else queryset.filter(answer=value)
