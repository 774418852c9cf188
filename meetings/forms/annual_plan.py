"""Forms of the annual plan."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.forms import CrmForm, DayField
from employers.models import Area, Sector
from meetings.annual_plan import services
from meetings.annual_plan.reading import college_of
from meetings.models import AnnualPlan, MemberInterest, PlanProposal

if TYPE_CHECKING:
    from accounts.models import User


def _months(year: int, first: int = 1) -> list[tuple[str, str]]:
    return [
        (str(number), capfirst(nl_date(dt.date(year, number, 1), "month").rsplit(" ", 1)[0]))
        for number in range(first, 13)
    ]


class PlanForm(CrmForm):
    """How the year is asked."""

    first_day = DayField(label=_("Plan from"))
    most_a_month = forms.IntegerField(
        label=_("Visits of a member in a month, at most"), min_value=1, max_value=20
    )
    months_off = forms.TypedMultipleChoiceField(
        label=_("Months without visits"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    with_series = forms.BooleanField(
        label=_("Also the meetings of the boards, the chairs and the theme"), required=False
    )
    with_invited = forms.BooleanField(
        label=_("Also employers that were only invited this year"), required=False
    )

    def __init__(self, *args: Any, year: int, plan: AnnualPlan | None, **kwargs: Any) -> None:
        self.year = year
        options = services.default_options(year)
        if plan is not None:
            options = {name: getattr(plan, name) for name in options}
            options["first_day"] = max(plan.first_day, clock.today())
        super().__init__(*args, initial=options, **kwargs)
        field: Any = self.fields["months_off"]
        field.choices = _months(year)

    def clean_first_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["first_day"]
        if day > dt.date(self.year, 12, 31):
            raise ValidationError(_("Choose a day before the end of the year."))
        return day

    def make(self, user: "User") -> AnnualPlan | None:
        """Propose, or propose anew; None: refused, and the form says why."""
        return self.attempt(lambda: services.make_plan(self.year, by=user, **self.cleaned_data))


class VersionForm(CrmForm):
    """One act on a proposal, based on what somebody saw of it."""

    record_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, proposal: PlanProposal, **kwargs: Any) -> None:
        self.proposal = proposal
        super().__init__(*args, initial={"record_version": proposal.version}, **kwargs)

    @property
    def seen(self) -> dict[str, Any]:
        """The version that was seen; a request without one never overwrites."""
        return {"expected_version": self.cleaned_data.get("record_version") or 0}


class MoveForm(VersionForm):
    """Another member, another month or another day. Dragging a card sends the same."""

    college_member: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("College member"), queryset=CollegeMember.objects.none(), required=False
    )
    month = forms.TypedChoiceField(
        label=_("Month"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("The best day of the month is looked up."),
    )
    day = DayField(
        label=_("Or a day"),
        required=False,
        help_text=_("Taken as it is. The plan shows what it clashes with."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year, today = self.proposal.plan.year, clock.today()
        first = today.month if today.year == year else 1
        month: Any = self.fields["month"]
        month.choices = [("", _("the same day")), *_months(year, first)]
        if self.proposal.series_id is not None:
            del self.fields["college_member"]
            return
        member: Any = self.fields["college_member"]
        member.queryset = college_of(max(today, dt.date(year, 1, 1)), dt.date(year, 12, 31))
        member.initial = self.proposal.college_member_id
        member.empty_label = _("choose")

    def take(self) -> PlanProposal | None:
        data = self.cleaned_data
        return self.attempt(
            lambda: services.move_proposal(
                self.proposal,
                by=self.user,
                member=data.get("college_member"),
                day=data.get("day"),
                month=data.get("month"),
                **self.seen,
            )
        )


class DropForm(VersionForm):
    """Leave it out of this year."""

    reason = forms.CharField(
        label=_("Why is it left out?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def take(self) -> PlanProposal | None:
        return self.attempt(
            lambda: services.drop_proposal(
                self.proposal, by=self.user, reason=self.cleaned_data["reason"], **self.seen
            )
        )


class InterestForm(CrmForm):
    """Remit and district of one member, for the plan."""

    sectors: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(  # type: ignore[type-arg]
        label=_("Sectors that go with the remit"),
        queryset=Sector.objects.filter(disabled_on__isnull=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    areas: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(  # type: ignore[type-arg]
        label=_("Areas of the district"),
        queryset=Area.objects.filter(disabled_on__isnull=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, member: CollegeMember, **kwargs: Any) -> None:
        self.member = member
        rows = list(MemberInterest.objects.filter(college_member=member))
        initial = {
            "sectors": [row.sector_id for row in rows if row.sector_id],
            "areas": [row.area_id for row in rows if row.area_id],
        }
        super().__init__(*args, initial=initial, **kwargs)

    def save(self, user: "User") -> None:
        """Raises nothing: ticks cannot contradict each other."""
        services.set_interests(
            self.member, sectors=self.cleaned_data["sectors"], areas=self.cleaned_data["areas"], by=user
        )
