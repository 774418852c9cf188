"""The moment that is being picked: what stands in its way, and the tick that says "anyway". The same for a
form that is drawn, a form that is sent, and the part of the page that htmx asks for."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.formatting import clock_time, nl_date
from deventer_crm.core.forms import DayField
from deventer_crm.core.parsing import whole_numbers
from meetings.calendar import Asked, Moment, conflicts, look_at
from meetings.calendar.conflicts import fingerprint
from meetings.models import Meeting

from .fields import ClockField, moment

if TYPE_CHECKING:
    from accounts.models import User

#: Names of what is sent: the tick, a proposed moment, and "look again" without JavaScript.
ANYWAY, TAKE, REFRESH = "anyway", "take", "refresh"


def _clean(field: forms.Field, value: Any) -> Any:
    try:
        return field.clean(value)
    except (ValidationError, TypeError):
        return None


def keys(values: Iterable[Any] | None) -> frozenset[int]:
    """The numbers of what is ticked: from an address, a form or records."""
    return frozenset(whole_numbers(str(getattr(value, "pk", value)) for value in values or ()))


def seated(meeting: Meeting) -> Asked:
    """Who sits at the table of a meeting."""
    rows = list(meeting.participants.all())
    return Asked(
        frozenset(row.college_member_id for row in rows if row.college_member_id),
        frozenset(row.user_id for row in rows if row.user_id),
        frozenset(row.person_id for row in rows if row.person_id),
    )


@dataclass
class Picking:
    """A moment for these people, as `reader` picks it. `meeting`: the one that is changed or moved; its own
    time does not stand in its way, and what was accepted before is not asked again."""

    day: dt.date | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    asked: Asked
    reader: "User"
    meeting: Meeting | None = None

    @classmethod
    def read(
        cls, value: Callable[[str], Any], asked: Asked, reader: "User", meeting: Meeting | None = None
    ) -> "Picking":
        """From the three fields of a form, whatever is in them; a day that nobody means is no day yet."""
        day = _clean(DayField(), value("starts_on"))
        start, end = (_clean(ClockField(), value(name)) for name in ("start_time", "end_time"))
        return cls(
            day,
            moment(day, start) if day and start else None,
            moment(day, end) if day and start and end else None,
            asked,
            reader,
            meeting,
        )

    @classmethod
    def of(cls, meeting: Meeting, asked: Asked, reader: "User") -> "Picking":
        """The moment that a meeting has already."""
        day = clock.local_date(meeting.starts_at)
        return cls(day, meeting.starts_at, meeting.ends_at, asked, reader, meeting)

    @property
    def is_past(self) -> bool:
        """What took place is written down, not picked."""
        return self.starts_at is not None and self.starts_at < clock.now()

    @property
    def is_new(self) -> bool:
        """Whether the time differs from the one the meeting has."""
        stored = self.meeting
        return stored is None or (self.starts_at, self.ends_at) != (stored.starts_at, stored.ends_at)

    @cached_property
    def moment(self) -> Moment:
        """What to show: conflicts, gaps of the day, proposals."""
        if self.day is None or self.is_past:
            return Moment(day=self.day, has_people=bool(self.asked))
        exclude = self.meeting.pk if self.meeting else None
        return look_at(
            self.day, self.starts_at, self.ends_at, self.asked, reader=self.reader, exclude=exclude
        )

    @property
    def offers(self) -> list[tuple[str, str]]:
        """The proposed moments: what the button says to the server, and to the person."""
        return [
            (as_taken(span), f"{nl_date(span.starts_at, 'weekday')}, {clock_time(span.starts_at)}")
            for span in self.moment.proposals
        ]

    @cached_property
    def tick(self) -> str:
        """What the tick "anyway" must say; "" when none is needed."""
        if self.is_new or self.meeting is None or self.starts_at is None or self.is_past:
            return self.moment.fingerprint
        added = self.asked - seated(self.meeting)
        found = conflicts(
            self.starts_at,
            self.ends_at,
            added.members,
            added.users,
            added.people,
            reader=self.reader,
            exclude=self.meeting.pk,
        )
        return fingerprint(found) if added else ""


class PicksMoment:
    """Of forms with a moment: `picking` says which, and `check_moment` asks for the tick. The field is drawn
    by meetings/_moment.html, with the fingerprint of the conflicts that are shown as its value."""

    fields: dict[str, forms.Field]
    picking_moment: Picking
    errors: Any
    add_error: Callable[..., None]

    def add_tick(self) -> None:
        """Call it at the end of __init__."""
        self.fields[ANYWAY] = forms.CharField(
            label=_("Plan it anyway"), required=False, max_length=64, widget=forms.HiddenInput
        )

    def check_moment(self, cleaned: dict[str, Any]) -> None:
        """Call it at the end of clean(), when the moment is known."""
        if self.errors:
            return
        tick = self.picking_moment.tick
        if tick and cleaned.get(ANYWAY) != tick:
            self.add_error(
                ANYWAY, _("Somebody is busy then. Pick another moment, or tick that you plan it anyway.")
            )


def taken(data: QueryDict) -> dict[str, str]:
    """The three fields for a proposed moment that somebody pressed; nothing for what is no moment."""
    begin, _slash, end = data.get(TAKE, "").partition("/")
    try:
        start, until = dt.datetime.fromisoformat(begin), dt.datetime.fromisoformat(end)
    except ValueError:
        return {}
    return {
        "starts_on": start.date().isoformat(),
        "start_time": f"{start:%H:%M}",
        "end_time": f"{until:%H:%M}",
    }


def as_taken(span: Any) -> str:
    """The value of the button that takes a proposed moment."""
    start, end = timezone.localtime(span.starts_at), timezone.localtime(span.ends_at)
    return f"{start:%Y-%m-%dT%H:%M}/{end:%Y-%m-%dT%H:%M}"
