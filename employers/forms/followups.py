"""Forms of promises and actions: writing one down, correcting it, and one small form for each act."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember, User
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, VersionedModelForm
from deventer_crm.core.services import StaleRecord
from employers import services
from employers.models import ContactPerson, FollowUp, Theme
from employers.permissions_followups import kinds_for, may_choose_owner, may_confirm
from employers.services import default_audience
from employers.services.followups import EDITABLE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from employers.models import Employer


def colleagues() -> "QuerySet[User]":
    """With whom something can lie: who may see promises and actions at all."""
    return User.objects.who_can(Act.SEE_FOLLOW_UPS).order_by("last_name", "first_name", "email")


class FollowUpForm(VersionedModelForm):
    """Writing one down (new) and correcting it. Only what must be done must be typed, the rest is guessed."""

    made_on = DayField(label=_("Made on"), required=False, help_text=_("Empty means today."))
    due_on = DayField(
        label=_("Due on"), required=False, help_text=_("Empty means the usual term for this kind.")
    )

    class Meta:
        model = FollowUp
        fields = (
            "kind",
            "what",
            "person",
            "promised_by",
            "made_on",
            "due_on",
            "owner",
            "department",
            "exact_words",
            "reservation",
            "authority_checked",
            "theme",
            "audience",
            "given_in_confidence",
            "woo_ground",
        )
        labels = {
            "what": _("What must be done"),
            "promised_by": _("Promised by"),
            "owner": _("Lies with"),
            "department": _("Or with a department"),
            "authority_checked": _("Checked that the municipality may promise this"),
        }
        help_texts = {
            "exact_words": _("What was said, word for word."),
            "reservation": _("Under which condition, for instance “when the council agrees”."),
        }
        widgets = {
            "what": forms.TextInput(
                attrs={"placeholder": _("One sentence is enough"), "autocomplete": "off"}
            ),
            "exact_words": forms.Textarea(attrs={"rows": 3}),
            "reservation": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(
        self, *args: Any, user: "User", employer: "Employer", people: Iterable[ContactPerson], **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.employer = employer
        row: FollowUp = self.instance
        kinds = {*kinds_for(user), *([row.kind] if row.pk else [])}
        self.fields["kind"].choices = [
            (code, capfirst(label)) for code, label in FollowUp.Kind.choices if code in kinds
        ]
        self._choose_person(people)
        self.fields["theme"].queryset = Theme.objects.filter(disabled_on__isnull=True)
        self.fields["theme"].empty_label = _("no theme")
        self.fields["promised_by"].queryset = CollegeMember.objects.on(row.made_on or clock.today())
        self.fields["promised_by"].empty_label = _("nobody of the college")
        self.fields["audience"].required = False
        self.fields["audience"].initial = default_audience(user)
        if row.pk:
            self._for_a_correction(row)
        else:
            self._for_a_new_one(user)

    def _choose_person(self, people: Iterable[ContactPerson]) -> None:
        known = {person.pk: person for person in people}
        if self.instance.person_id and self.instance.person is not None:
            known.setdefault(self.instance.person_id, self.instance.person)
        if not known:
            del self.fields["person"]
            return
        self.fields["person"].queryset = ContactPerson.objects.filter(pk__in=known)
        self.fields["person"].choices = [
            ("", _("nobody in particular")),
            *((pk, str(person)) for pk, person in known.items()),
        ]

    def _for_a_new_one(self, user: "User") -> None:
        self.fields["kind"].required = False
        if may_choose_owner(user):
            self.fields["owner"].queryset = colleagues()
            self.fields["owner"].empty_label = _("the account manager")
        else:
            del self.fields["owner"], self.fields["department"]
        if not may_confirm(user, None):
            del self.fields["authority_checked"]
        if kinds_for(user) == [FollowUp.Kind.PROMISE_TO.value]:
            # A college member writes one sentence; the account manager does the rest.
            for name in ("kind", "promised_by", "exact_words", "reservation", "given_in_confidence"):
                self.fields.pop(name, None)
            self.fields["what"].label = _("What did you promise?")

    def _for_a_correction(self, row: FollowUp) -> None:
        """With whom it lies, and confirming it, are acts of their own."""
        for name in ("owner", "department", "authority_checked"):
            del self.fields[name]
        for name in ("made_on", "due_on"):
            self.fields[name].required = True
            self.fields[name].help_text = ""
        if row.confirmed_on or row.fulfilled_on:
            del self.fields["kind"], self.fields["promised_by"]
        if row.confirmed_on:
            del self.fields["exact_words"], self.fields["reservation"]

    @property
    def promise_is_open(self) -> bool:
        """Whether the part for a promise to the employer must stand open: it is one, or somebody filled it
        in."""
        inside = ("promised_by", "exact_words", "reservation", "authority_checked")
        typed = {self.add_prefix(name) for name in inside}
        return (
            any(name in self.errors for name in inside)
            or ("kind" in self.fields and self["kind"].value() == FollowUp.Kind.PROMISE_TO)
            or (self.is_bound and any(self.data.get(name) for name in typed))
        )

    @property
    def is_open(self) -> bool:
        """Whether "more" must stand open: somebody filled it in, or erred there."""
        inside = ("theme", "audience", "given_in_confidence", "woo_ground")
        return any(name in self.errors for name in inside) or bool(
            self.initial.get("theme") or self.initial.get("given_in_confidence")
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("given_in_confidence") and not (data.get("woo_ground") or "").strip():
            self.add_error("woo_ground", _("Say on which ground this was given in confidence."))
        if not data.get("audience"):
            data["audience"] = self.instance.audience if self.instance.pk else default_audience(self.user)
        return data

    def save_follow_up(self, **given: Any) -> FollowUp | None:
        """Add or correct it; None: refused, and the form says why. `given`: what the page knows besides."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "record_version"}
        if self.instance.pk:
            changes = {name: value for name, value in data.items() if name in EDITABLE}
            return self.attempt(
                lambda: services.edit_follow_up(
                    self.instance, by=self.user, expected_version=self.expected_version, **changes
                )
            )
        return self.attempt(
            lambda: services.add_follow_up(by=self.user, employer=self.employer, **data, **given)
        )


class ActForm(CrmForm):
    """One act. `take` does it, or puts the refusal, or the second editor, beside the fields."""

    record_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, follow_up: FollowUp, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.follow_up = follow_up
        self.fields["record_version"].initial = follow_up.version

    def act(self, **versioned: Any) -> FollowUp:
        """Call the service with what was typed."""
        raise NotImplementedError

    def take(self) -> FollowUp | None:
        """The follow-up after the act; None when it was refused. A request without a version never
        overwrites."""
        expected = self.cleaned_data.pop("record_version", None) or 0
        try:
            return self.attempt(lambda: self.act(by=self.user, expected_version=expected))
        except StaleRecord as conflict:
            self.add_error(None, conflict.message())
            typed: Any = self.data.copy()
            typed[self.add_prefix("record_version")] = str(conflict.stored.version)
            self.data = typed
            return None


class ConfirmForm(ActForm):
    """What exactly was promised, under which condition, and may that be."""

    exact_words = forms.CharField(
        label=_("Exact words"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was said, word for word."),
    )
    reservation = forms.CharField(
        label=_("Reservation"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Under which condition, for instance “when the council agrees”."),
    )
    authority_checked = forms.BooleanField(
        label=_("Checked that the municipality may promise this"),
        error_messages={"required": _("First check whether the municipality may promise this.")},
    )

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, follow_up=follow_up, **kwargs)
        self.fields["exact_words"].initial = follow_up.exact_words or follow_up.what
        self.fields["reservation"].initial = follow_up.reservation

    def act(self, **versioned: Any) -> FollowUp:
        return services.confirm_follow_up(self.follow_up, **self.cleaned_data, **versioned)


NOT_TOLD_YET = ("", _("not yet"))


class FulfilForm(ActForm):
    """It was done; a promise to an employer may be reported back in the same act."""

    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=300,
        required=False,
        help_text=_("What came of it, in one sentence."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    fulfilled_on = DayField(label=pgettext_lazy("promise", "Fulfilled on"), required=False)
    reported_back_how = forms.ChoiceField(
        label=_("Told the employer"),
        choices=[NOT_TOLD_YET, *((code, capfirst(label)) for code, label in FollowUp.Channel.choices)],
        required=False,
        help_text=_("A promise is done only when the employer was told."),
    )
    reported_back_on = DayField(label=_("Told on"), required=False)

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, follow_up=follow_up, **kwargs)
        self.fields["fulfilled_on"].initial = clock.today()
        if follow_up.kind != FollowUp.Kind.PROMISE_TO:
            del self.fields["reported_back_how"], self.fields["reported_back_on"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reported_back_on") and not data.get("reported_back_how"):
            self.add_error("reported_back_how", _("Say how the employer was told."))
        return data

    def act(self, **versioned: Any) -> FollowUp:
        return services.fulfil_follow_up(self.follow_up, **self.cleaned_data, **versioned)


class ReportBackForm(ActForm):
    """The employer was told."""

    reported_back_how = forms.ChoiceField(
        label=_("How"), choices=[(code, capfirst(label)) for code, label in FollowUp.Channel.choices]
    )
    reported_back_on = DayField(label=_("Told on"), required=False)

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, follow_up=follow_up, **kwargs)
        self.fields["reported_back_on"].initial = clock.today()

    def act(self, **versioned: Any) -> FollowUp:
        data = self.cleaned_data
        return services.report_back(
            self.follow_up,
            how=data["reported_back_how"],
            reported_back_on=data["reported_back_on"],
            **versioned,
        )


class DropForm(ActForm):
    """It will not be done."""

    dropped_reason = forms.CharField(label=_("Reason"), max_length=200)

    def act(self, **versioned: Any) -> FollowUp:
        return services.drop_follow_up(
            self.follow_up, reason=self.cleaned_data["dropped_reason"], **versioned
        )


class ReassignForm(ActForm):
    """To a colleague, or to another department."""

    owner = forms.ModelChoiceField(
        label=_("Lies with"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody of the team"),
    )
    department = forms.CharField(label=_("Or with a department"), max_length=80, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, follow_up=follow_up, **kwargs)
        self.fields["owner"].queryset = colleagues()

    def act(self, **versioned: Any) -> FollowUp:
        return services.reassign_follow_up(self.follow_up, **self.cleaned_data, **versioned)


class ReopenForm(ActForm):
    """A tick that was wrong."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def act(self, **versioned: Any) -> FollowUp:
        return services.reopen_follow_up(self.follow_up, **self.cleaned_data, **versioned)
