"""Forms of the agenda of a meeting: items, documents, roles at the table."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core.forms import CrmForm, DayField, VersionedModelForm
from employers.forms.followups import colleagues
from employers.models import Employer
from meetings.models import AgendaDocument, AgendaItem, Meeting, Participant
from meetings.services import agenda, table


def parties_at(meeting: Meeting, user: Any) -> Any:
    """The employers at the table that this person may see, to choose one from."""
    rows = Employer.objects.visible_to(user).filter(meeting_rows__meeting=meeting)
    return rows.order_by("sort_name", "pk")


class AgendaItemForm(VersionedModelForm):
    """An item, new or corrected."""

    class Meta:
        model = AgendaItem
        fields = ("title", "brought_by", "duration", "text", "is_confidential")
        labels = {
            "title": gettext_lazy("What it is about"),
            "duration": gettext_lazy("Minutes needed"),
        }
        help_texts = {
            "is_confidential": gettext_lazy(
                "Only who sits at the table for us, the account manager and the team lead see it; it is not "
                "in what others print."
            ),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "duration": forms.NumberInput(attrs={"min": 1, "max": 480, "inputmode": "numeric"}),
        }

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        self.fields["brought_by"].queryset = parties_at(meeting, user)
        self.fields["brought_by"].empty_label = _("the municipality")
        self.fields["duration"].max_value = 480

    def save(self, commit: bool = True) -> AgendaItem | None:  # type: ignore[override]  # None: refused
        """Add it, or save the correction. None: the form says what is wrong."""
        data = self.cleaned_data
        if self.instance.pk is None:
            details = {name: data[name] for name in self._meta.fields or ()}
            return self.attempt(lambda: agenda.add_item(self.meeting, by=self.user, **details))
        return self.attempt(
            lambda: agenda.change_item(self.instance, by=self.user, expected_version=self.expected_version)
        )


class AgendaDocumentForm(VersionedModelForm):
    """A document that is to come, or came."""

    due_on = DayField(label=gettext_lazy("Expected on"), required=False)
    received_on = DayField(label=gettext_lazy("Received on"), required=False)

    class Meta:
        model = AgendaDocument
        fields = ("name", "item", "from_employer", "from_user", "due_on", "received_on", "link")
        labels = {"name": gettext_lazy("Which document"), "item": gettext_lazy("For which agenda item")}
        help_texts = {
            "link": gettext_lazy(
                "Where it stands in the document system of the municipality. Documents are not kept here."
            ),
        }

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.instance.meeting = meeting
        self.fields["item"].queryset = AgendaItem.objects.visible_to(user).filter(meeting=meeting)
        self.fields["item"].empty_label = _("for the whole meeting")
        self.fields["from_employer"].queryset = parties_at(meeting, user)
        self.fields["from_employer"].empty_label = _("no party")
        self.fields["from_user"].queryset = colleagues()
        self.fields["from_user"].empty_label = _("no colleague")
        self.fields["link"].assume_scheme = "https"

    def save(self, commit: bool = True) -> AgendaDocument | None:  # type: ignore[override]  # None: refused
        """None: the form says what is wrong, or who saved first."""
        return self.attempt(
            lambda: agenda.save_document(self.instance, by=self.user, expected_version=self.expected_version)
        )


class RolesForm(CrmForm):
    """What each participant does in the meeting."""

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        rows = meeting.participants.select_related("college_member", "user", "person", "employer")
        for row in rows.order_by("college_member__position", "pk"):
            label = str(row)
            if row.person_id and row.employer_id:
                label = _("%(person)s for %(employer)s") % {"person": row.person, "employer": row.employer}
            self.fields[f"role_{row.pk}"] = forms.ChoiceField(
                label=label,
                choices=[("", _("takes part")), *Participant.Role.choices],
                required=False,
                initial=row.role,
            )

    def take(self) -> bool:
        """Whether it was saved; if not, the form says why."""
        roles = {int(name.removeprefix("role_")): value for name, value in self.cleaned_data.items()}

        def act() -> bool:
            table.set_roles(self.meeting, roles, by=self.user)
            return True

        return bool(self.attempt(act))
