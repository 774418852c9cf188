"""Forms that give what was left behind to somebody else: the rows to tick are on the page itself."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm
from deventer_crm.core.parsing import whole_number
from employers.forms.followups import colleagues
from meetings.leavers import services
from meetings.leavers.services import EVERYTHING, Given, Ticked

if TYPE_CHECKING:
    from accounts.models import User

#: "It stays with the college as a whole."
COLLEGE = "college"
#: What the button for the ticked rows sends; the other one gives everything.
ONLY_TICKED = "ticked"


def keys_of(values: Iterable[str]) -> list[int]:
    """Keys of ticked rows; nonsense is no row."""
    return [key for key in map(whole_number, values) if key is not None]


def ticked_in(data: QueryDict) -> Ticked:
    """Which rows the act is about."""
    if data.get("scope") != ONLY_TICKED:
        return EVERYTHING
    return Ticked(
        promises=keys_of(data.getlist("promise")),
        invitations=keys_of(data.getlist("invitation")),
        meetings=keys_of(data.getlist("meeting")),
    )


class _GiveForm(CrmForm):
    """To whom, and why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        ticked = self.ticked
        if ticked is not EVERYTHING and not any((ticked.promises, ticked.invitations, ticked.meetings)):
            self.add_error(None, _("Tick what must go to somebody else."))
        return data

    @property
    def ticked(self) -> Ticked:
        return ticked_in(self.data)  # type: ignore[arg-type]  # bound to a QueryDict


class MemberForm(_GiveForm):
    """From a member who left."""

    to = forms.ChoiceField(label=_("Who answers for it now"))
    field_order = ("to", "reason")

    def __init__(self, *args: Any, member: CollegeMember, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, auto_id=f"id_member{member.pk}_%s", **kwargs)
        self.member = member
        self.members = {str(row.pk): row for row in CollegeMember.objects.on(clock.today())}
        self.fields["to"].choices = [
            ("", _("choose")),
            *((key, row.titled_name) for key, row in self.members.items()),
            (COLLEGE, _("the college as a whole")),
        ]

    def give(self) -> Given | None:
        """What went; None: refused, and the form says why."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.reassign_member(
                self.member,
                by=self.user,
                to=self.members.get(data["to"]),
                reason=data["reason"],
                ticked=self.ticked,
            )
        )


class ClosedForm(_GiveForm):
    """From a colleague whose account was closed, or from nobody."""

    to: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Lies with from now on"), queryset=None, empty_label=_("choose")
    )
    field_order = ("to", "reason")

    def __init__(self, *args: Any, old: "User | None", user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, auto_id=f"id_user{old.pk if old else 0}_%s", **kwargs)
        self.old = old
        field: Any = self.fields["to"]
        field.queryset = colleagues()

    def give(self) -> Given | None:
        """What went; None: refused, and the form says why."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.reassign_closed(
                self.old, by=self.user, to=data["to"], reason=data["reason"], ticked=self.ticked
            )
        )
