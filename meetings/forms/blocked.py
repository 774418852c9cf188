"""Forms of blocked times and of the calendars of people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import BlockedTime, CollegeMember, User
from accounts.roles import Role
from accounts.services import save_blocked_time
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, VersionedModelForm
from meetings.calendar.fetching import check_address

from .fields import ClockField

EVERYBODY, MEMBER, USER = "", "m", "u"


class BlockedTimeForm(VersionedModelForm):
    """A time on which nothing is planned, for the whole college, a member or a colleague."""

    whose = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("May stay empty for what returns every week."),
    )
    start_time = ClockField(label=gettext_lazy("From"), required=False)
    end_time = ClockField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("No times: the whole day.")
    )

    class Meta:
        model = BlockedTime
        fields = ["label", "weekday", "starts_on", "ends_on", "start_time", "end_time"]
        labels = {"label": gettext_lazy("What it is"), "weekday": gettext_lazy("On which days")}
        help_texts = {"label": gettext_lazy("For instance: college day, evening of the council, recess.")}

    field_order = ["label", "whose", "weekday", "starts_on", "ends_on", "start_time", "end_time"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.fields["weekday"].choices = [("", _("every day of this period")), *self._weekdays()]
        today = clock.today()
        members = CollegeMember.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today) | Q(pk=row.college_member_id or 0)
        )
        staff = User.objects.with_role(Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD)
        users = User.objects.filter(Q(pk__in=staff.order_by().values("pk")) | Q(pk=row.user_id or 0))
        self.fields["whose"].choices = [
            (EVERYBODY, _("the whole college")),
            (_("College members"), [(f"{MEMBER}{one.pk}", one.titled_name) for one in members]),
            (_("Colleagues"), [(f"{USER}{one.pk}", str(one)) for one in users]),
        ]
        if row.college_member_id:
            self.initial.setdefault("whose", f"{MEMBER}{row.college_member_id}")
        elif row.user_id:
            self.initial.setdefault("whose", f"{USER}{row.user_id}")

    def _weekdays(self) -> list[tuple[int, Any]]:
        return [(value, _("every %(day)s") % {"day": label.lower()}) for value, label in
                ((value, str(label)) for value, label in BlockedTime.Weekday.choices)]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        whose = cleaned.get("whose") or ""
        key = int(whose[1:]) if whose else None
        self.instance.college_member_id = key if whose.startswith(MEMBER) else None
        self.instance.user_id = key if whose.startswith(USER) else None
        start, end = cleaned.get("start_time"), cleaned.get("end_time")
        if (start is None) != (end is None) and not {"start_time", "end_time"} & set(self.errors):
            self.add_error("end_time", _("Give both times, or none for whole days."))
        elif start and end and end <= start:
            self.add_error("end_time", _("The end lies before the start."))
        if cleaned.get("weekday") is None and not cleaned.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Give the last day, or say on which weekday it returns."))
        return cleaned

    def save_row(self) -> BlockedTime | None:
        """None: the form says what is wrong, or who saved first."""
        return self.attempt(
            lambda: save_blocked_time(self.instance, by=self.user, expected_version=self.expected_version)
        )


class OwnCalendarForm(CrmForm):
    """The address of one's own calendar; it is never shown again."""

    address = forms.CharField(
        label=gettext_lazy("Address of your calendar"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy(
            "Begins with https:// and mostly ends with .ics. Share only free and busy if your calendar can."
        ),
    )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not address:
            raise ValidationError(_("Paste the address of your calendar."))
        try:
            return check_address(address)
        except ValidationError as refused:
            raise ValidationError(refused.messages) from refused


class FeedForm(CrmForm):
    """What is in the feed."""

    with_names = forms.BooleanField(
        label=gettext_lazy("With names and places"),
        required=False,
        help_text=gettext_lazy(
            "Without this tick others who see your calendar read only “busy”. Confidential meetings always"
            " say only “busy”."
        ),
    )
