"""Fields these forms share."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.services import mandated_members


class ClockField(forms.TimeField):
    """A time of day with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        kwargs.setdefault("input_formats", ["%H:%M", "%H.%M", "%H:%M:%S"])
        super().__init__(**kwargs)


def moment(day: dt.date, time: dt.time) -> dt.datetime:
    """The aware moment of a Dutch day and time."""
    return timezone.make_aware(dt.datetime.combine(day, time))


def add_on_behalf(form: Any, user: Any) -> None:
    """Who has mandates can say for whom this act is (R9); others see no such field."""
    members = mandated_members(user)
    if members:
        form.fields["on_behalf_of"] = forms.ModelChoiceField(
            label=_("On behalf of"), queryset=members, required=False, empty_label=_("nobody, I act myself")
        )
