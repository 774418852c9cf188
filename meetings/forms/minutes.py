"""The form of the minutes: for each agenda item what was said, what was decided, and who does what."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, KnownField
from deventer_crm.core.services import StaleRecord
from employers.forms.followups import colleagues
from employers.models import Employer, FollowUp
from employers.permissions_followups import kinds_for, may_choose_owner
from meetings.models import AgendaItem, Meeting, MeetingMinutes
from meetings.services.minutes import Agreed, ItemMinutes, adopt_minutes, write_minutes

from .agenda import parties_at
from .fields import add_on_behalf


@dataclass(frozen=True)
class Offered:
    """What every line of a page can choose from, read once."""

    employers: list[Employer]
    owners: list[User]

    @classmethod
    def to(cls, user: Any, employers: Iterable[Employer]) -> "Offered":
        """For this person; who may not choose with whom it lies gets no colleagues."""
        return cls(list(employers), list(colleagues()) if may_choose_owner(user) else [])


class AgreedForm(CrmForm):
    """One line of who does what. Empty as long as nobody types what must be done."""

    what = forms.CharField(label=gettext_lazy("What must be done"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), required=False)
    employer = KnownField(label=gettext_lazy("For or by"), required=False)
    owner = KnownField(label=gettext_lazy("Lies with"), required=False)
    due_on = DayField(label=gettext_lazy("Due on"), required=False)

    def __init__(
        self,
        *args: Any,
        user: Any,
        offered: "Offered",
        first: Employer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.first = first
        kinds = kinds_for(user)
        self.fields["kind"].choices = [
            (code, capfirst(label)) for code, label in FollowUp.Kind.choices if code in kinds
        ]
        self.fields["employer"].offer(offered.employers)
        self.fields["employer"].initial = first
        if may_choose_owner(user):
            self.fields["owner"].offer(offered.owners, empty=_("the account manager"))
        else:
            del self.fields["owner"]

    def clean_employer(self) -> Employer | None:
        """Nothing was chosen: the first party."""
        found: Employer | None = self.cleaned_data["employer"] or self.first
        if found is None and self.data.get(self.add_prefix("what")):
            raise forms.ValidationError(_("Say for which employer."))
        return found

    def agreed(self, item_id: int | None = None) -> list[Agreed]:
        """What was typed, as at most one line."""
        data = self.cleaned_data
        if not data.get("what"):
            return []
        return [
            Agreed(
                what=data["what"],
                employer=data["employer"],
                item_id=item_id,
                kind=data.get("kind") or FollowUp.Kind.ACTION,
                owner=data.get("owner"),
                due_on=data.get("due_on"),
            )
        ]


class ItemMinutesForm(CrmForm):
    """What was said and decided about one item."""

    record_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    notes = forms.CharField(
        label=gettext_lazy("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    decision = forms.CharField(
        label=gettext_lazy("Decision"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_finished = forms.BooleanField(
        label=gettext_lazy("Finished"),
        required=False,
        help_text=gettext_lazy("What is not finished comes back on the sheet of the next meeting."),
    )


@dataclass(frozen=True)
class ItemBlock:
    """An item of the agenda with its two forms, and what was agreed before."""

    item: AgendaItem
    minutes: ItemMinutesForm
    agreed: AgreedForm
    made: list[FollowUp]


class MinutesForm(CrmForm):
    """The whole of it; `blocks` are its items. Everything is saved, or nothing."""

    remarks = forms.CharField(
        label=gettext_lazy("Opening and announcements"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    summary = forms.CharField(
        label=gettext_lazy("In short, for the report"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("May stay empty: then the report refers to the agenda items."),
    )
    is_ready = forms.BooleanField(label=gettext_lazy("The report is ready"), required=False)

    def __init__(
        self,
        *args: Any,
        meeting: Meeting,
        user: Any,
        items: list[AgendaItem],
        made: Mapping[int | None, list[FollowUp]],
        minutes: MeetingMinutes | None,
        adopts: Meeting | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting, self.adopts_meeting = meeting, adopts
        self.fields["remarks"].initial = minutes.remarks if minutes else ""
        if meeting.state == Meeting.State.HELD:
            add_on_behalf(self, user)
        else:
            del self.fields["summary"], self.fields["is_ready"]
        if adopts is not None:
            self.fields["adopts"] = forms.BooleanField(
                label=_("The minutes of %(meeting)s were adopted") % {"meeting": adopts}, required=False
            )
        parties = list(parties_at(meeting, user))
        offered, first = Offered.to(user, parties), next(iter(parties), None)
        self.blocks = [
            self._block(
                item,
                made.get(item.pk, []),
                offered=offered,
                first=item.brought_by or first,
            )
            for item in items
        ]
        self.general = AgreedForm(
            self.data if self.is_bound else None,
            user=user,
            offered=offered,
            first=first,
            prefix="general",
        )
        self.general_made = made.get(None, [])

    def _block(self, item: AgendaItem, made: list[FollowUp], **choices: Any) -> ItemBlock:
        data, prefix = self.data if self.is_bound else None, f"item{item.pk}"
        initial = {
            "record_version": item.version,
            "notes": item.notes,
            "decision": item.decision,
            "is_finished": item.is_finished,
        }
        return ItemBlock(
            item,
            ItemMinutesForm(data, prefix=prefix, initial=initial, user=self.user),
            AgreedForm(data, prefix=f"{prefix}-agreed", user=self.user, **choices),
            made,
        )

    @property
    def parts(self) -> list[CrmForm]:
        found: list[CrmForm] = [self.general]
        for block in self.blocks:
            found += [block.minutes, block.agreed]
        return found

    def is_valid(self) -> bool:
        """All parts are looked at, so that one look shows every mistake."""
        return all([super().is_valid(), *(part.is_valid() for part in self.parts)])

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or any(part.errors for part in self.parts))

    def take(self) -> bool:
        """Whether it was saved; if not, the form says what is wrong, or who was first."""
        data = self.cleaned_data
        lines = [
            ItemMinutes(
                block.item.pk,
                block.minutes.cleaned_data.get("record_version") or 0,
                block.minutes.cleaned_data["notes"],
                block.minutes.cleaned_data["decision"],
                block.minutes.cleaned_data["is_finished"],
            )
            for block in self.blocks
        ]
        agreed = [line for block in self.blocks for line in block.agreed.agreed(block.item.pk)]
        try:
            saved = self.attempt(
                lambda: write_minutes(
                    self.meeting,
                    by=self.user,
                    items=lines,
                    agreed=[*agreed, *self.general.agreed()],
                    remarks=data["remarks"],
                    adopts=self.adopts_meeting if data.get("adopts") else None,
                    summary=data.get("summary", ""),
                    is_ready=data.get("is_ready", False),
                    on_behalf_of=data.get("on_behalf_of"),
                )
            )
        except StaleRecord as conflict:
            self._show_conflict(conflict)
            return False
        return saved is not None

    def _show_conflict(self, conflict: StaleRecord) -> None:
        """What was typed stays; a second, deliberate save goes over what a colleague wrote."""
        stored: Any = conflict.stored
        self.add_error(None, f"{stored.title}: {conflict.message()}")
        typed: Any = self.data.copy()
        typed[f"item{stored.pk}-record_version"] = str(stored.version)
        for block in self.blocks:
            if block.item.pk == stored.pk:
                block.minutes.data = typed
                words = [text for text in (stored.notes, stored.decision) if text]
                block.minutes.add_error(
                    "notes", _("Stored now: %(text)s") % {"text": " · ".join(words) or "–"}
                )


class AdoptForm(CrmForm):
    """The minutes were adopted, as a rule in the next meeting."""

    adopted_on = DayField(label=gettext_lazy("Adopted on"))
    adopted_in = forms.ModelChoiceField(
        label=gettext_lazy("In which meeting"), queryset=Meeting.objects.none(), required=False
    )
    adopted_with = forms.CharField(
        label=gettext_lazy("With which changes"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        later = Meeting.objects.visible_to(user).held().filter(starts_at__gt=meeting.starts_at)
        same = (
            {"kind__series": meeting.kind.series_id} if meeting.kind.series_id else {"kind": meeting.kind_id}
        )
        rows = later.filter(**same).select_related("kind").order_by("starts_at", "pk")
        self.fields["adopted_in"].queryset = rows
        self.fields["adopted_in"].empty_label = _("not in a meeting, for instance by mail")
        first = rows.first()
        self.fields["adopted_in"].initial = first
        self.fields["adopted_on"].initial = first.held_on if first else clock.today()

    def take(self) -> bool:
        """Whether it was saved."""
        data: dict[str, Any] = self.cleaned_data
        day: dt.date = data["adopted_on"]
        saved = self.attempt(
            lambda: adopt_minutes(
                self.meeting,
                by=self.user,
                adopted_on=day,
                adopted_in=data["adopted_in"],
                adopted_with=data["adopted_with"],
            )
        )
        return saved is not None
