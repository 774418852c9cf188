"""The contact form: kind, with whom, what about; the rest is behind "more"."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput, VersionedModelForm
from employers.models import ContactMoment, ContactPerson, Theme
from employers.services import allowed_kinds, default_audience
from employers.timeline.contact import ICONS

if TYPE_CHECKING:
    from accounts.models import User

NOON = dt.time(12)


class KindChoice(forms.RadioSelect):
    """Kinds as a row of buttons, each with the icon it has on the timeline."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["icon"] = ICONS[ContactMoment.Kind(str(value))]
        return option


def _name(person: ContactPerson, where: dict[int, str] | None) -> str:
    at = (where or {}).get(person.pk)
    return f"{person} ({at})" if at else str(person)


class ContactForm(VersionedModelForm):
    """Used inline on a dossier (new) and on its own page (changing one). `people`: whom it can have been
    with, and `where` they work when that is not said elsewhere; `themes`: keys and names when the page read
    them already. The day and the time may stay empty: then it was just now."""

    person = forms.ModelChoiceField(
        label=_("With"),
        queryset=ContactPerson.objects.none(),
        required=False,
        empty_label=_("nobody in particular"),
    )
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=DayInput(),
        help_text=_("Empty means today."),
    )
    time = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    class Meta:
        model = ContactMoment
        fields = (
            "kind",
            "subject",
            "people",
            "notes",
            "theme",
            "audience",
            "given_in_confidence",
            "woo_ground",
        )
        labels = {"kind": _("Kind"), "subject": _("About"), "people": _("Also with")}
        widgets = {
            "kind": KindChoice,
            "subject": forms.TextInput(
                attrs={
                    "placeholder": _("One sentence is enough"),
                    "autocomplete": "off",
                    "enterkeyhint": "done",
                }
            ),
            "notes": forms.Textarea(attrs={"rows": 4}),
            "people": forms.CheckboxSelectMultiple,
        }

    def __init__(
        self,
        *args: Any,
        user: "User",
        people: "list[ContactPerson]",
        themes: list[tuple[int, str]] | None = None,
        where: dict[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        kinds = {*allowed_kinds(user), *([self.instance.kind] if self.instance.pk else [])}
        if self.initial.get("kind") not in kinds:
            self.initial["kind"] = next((kind for kind in ContactMoment.Kind.values if kind in kinds), "")
        self.fields["kind"].choices = [
            (code, capfirst(label)) for code, label in ContactMoment.Kind.choices if code in kinds
        ]
        if not self.instance.pk:
            # The rest is guessed, so the key that opens the form goes to the sentence.
            self.fields["subject"].widget.attrs["data-key"] = "n"
            self.fields["audience"].initial = default_audience(user)
        self.fields["audience"].required = False
        self.fields["theme"].queryset = Theme.objects.filter(disabled_on__isnull=True)
        self.fields["theme"].empty_label = _("no theme")
        if themes is not None:
            self.fields["theme"].choices = [("", _("no theme")), *themes]
        known = ContactPerson.objects.filter(pk__in=[person.pk for person in people])
        for name in ("person", "people"):
            field = self.fields[name]
            blank = [("", field.empty_label)] if name == "person" else []
            field.queryset = known
            field.choices = [*blank, *((person.pk, _name(person, where)) for person in people)]
        if self.instance.pk:
            del self.fields["person"]
            self.fields["people"].label = _("With")
            local = timezone.localtime(self.instance.happened_at)
            self.initial.update(day=local.date(), time=local.time().replace(second=0, microsecond=0))
        if not people:
            self.fields.pop("person", None)
            del self.fields["people"]

    @property
    def is_open(self) -> bool:
        """Whether "more" must stand open: somebody filled it in, or erred there."""
        quick = {"kind", "person", "subject"}
        filled = ("notes", "theme", "day", "time", "people", "given_in_confidence", "woo_ground")
        return any(name not in quick for name in self.errors) or any(
            self[name].value() for name in filled if name in self.fields
        )

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"].strip()
        return subject

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("given_in_confidence") and not (data.get("woo_ground") or "").strip():
            self.add_error("woo_ground", _("Say on which ground this was given in confidence."))
        people = set(data.get("people") or [])
        if data.get("person"):
            people.add(data["person"])
        data["people"] = people
        if not data.get("audience"):
            data["audience"] = self.instance.audience if self.instance.pk else default_audience(self.user)
        data["happened_at"] = self._moment(data.get("day"), data.get("time"))
        return data

    def _moment(self, day: dt.date | None, time: dt.time | None) -> dt.datetime:
        """Nothing typed: now (or as it was). Only a day in the past: noon of it."""
        now = clock.now()
        today = clock.local_date(now)
        if day is None and time is None:
            return self.instance.happened_at if self.instance.pk else now
        if day in (None, today) and time is None:
            return now
        moment = timezone.make_aware(dt.datetime.combine(day or today, time or NOON))
        if moment > now:
            self.add_error(
                "day" if day and day > today else "time",
                _("This lies in the future. Plan it in the agenda instead."),
            )
        return moment

    def _post_clean(self) -> None:
        super()._post_clean()
        self.instance.happened_at = self.cleaned_data.get("happened_at") or self.instance.happened_at

    def arguments(self) -> dict[str, Any]:
        """What log_contact() takes, from a valid form."""
        names = (
            "kind",
            "subject",
            "people",
            "happened_at",
            "notes",
            "theme",
            "audience",
            "given_in_confidence",
            "woo_ground",
        )
        return {name: self.cleaned_data[name] for name in names}


class WithdrawForm(CrmForm):
    """Why a contact is taken back, and what becomes of the open follow-ups that came from it."""

    KEEP, DROP = "keep", "drop"

    withdrawn_reason = forms.CharField(label=_("Reason"), max_length=200)
    follow_ups = forms.ChoiceField(
        label=_("What was agreed in this contact"),
        choices=[(KEEP, _("stays open")), (DROP, _("is dropped, with the same reason"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what must happen to what was agreed.")},
    )

    def __init__(self, *args: Any, has_follow_ups: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_follow_ups:
            del self.fields["follow_ups"]
