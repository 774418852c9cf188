"""Forms of hours: one entry, a month of proposals, a week as a grid."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from budget.models import TimeEntry
from budget.selectors.proposals import Proposal, choices_for
from budget.selectors.week import RowKey, Week
from budget.services.months import Chosen
from budget.services.week import CellChange
from deventer_crm.core import clock, formatting
from deventer_crm.core.forms import CrmForm, DayInput
from employers.models import AccountAssignment, Employer, Track

JOINT = "joint"
ZERO = Decimal(0)


def own_employers(user: User, extra: int | None = None) -> "QuerySet[Employer]":
    """Employers this person looks after today, and one more."""
    mine = AccountAssignment.objects.on(clock.today()).filter(user=user).values("employer")
    keys = Employer.objects.filter(pk__in=mine).values("pk")
    rows = Employer.objects.visible_to(user)
    if extra:
        return rows.filter(pk__in=keys.union(Employer.objects.filter(pk=extra).values("pk"))).order_by(
            "sort_name"
        )
    return rows.filter(pk__in=keys).order_by("sort_name")


def shortest(hours: Decimal) -> Decimal:
    """The same hours without zeros behind the comma: 4, not 4,00."""
    return hours.quantize(Decimal(1)) if hours == hours.to_integral_value() else hours.normalize()


def hours_field(**options: Any) -> forms.DecimalField:
    """Hours as people type them, in a small field of a table."""
    return forms.DecimalField(
        max_value=Decimal(24),
        max_digits=5,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "form-control"}
        ),
        **options,
    )


class HoursForm(CrmForm):
    """Own hours of one day. An employer brings its track along."""

    day = forms.DateField(label=_("Day"), widget=DayInput())
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        max_digits=5,
        decimal_places=2,
        localize=True,
        help_text=_("For instance 1,5 for an hour and a half."),
    )
    employer = forms.ModelChoiceField(
        label=_("Employer"),
        queryset=Employer.objects.none(),
        required=False,
        empty_label=_("No employer"),
        help_text=_("Your own employers. Its track counts."),
    )
    track = forms.ChoiceField(label=_("Track"), required=False, help_text=_("For hours without an employer."))
    kind = forms.ChoiceField(label=_("Kind"), choices=TimeEntry.Kind.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, extra_employer: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        today = clock.today()
        self.fields["day"].initial = today
        self.fields["employer"].queryset = own_employers(user, extra_employer)
        rows = list(Track.objects.filter(disabled_on__isnull=True))
        tracks = [(str(row.pk), row.name) for row in rows]
        # "Cannot be assigned" can be chosen with any employer.
        self.loose = next((str(row.pk) for row in rows if row.code == Track.NONE), "")
        self.fields["track"].choices = [("", "–"), *tracks, (JOINT, _("Joint: split over both tracks"))]
        self.helper.layout = Layout(
            Row(Column("day"), Column("hours")), Row(Column("employer"), Column("track")), "kind", "note"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        employer, track = cleaned.get("employer"), cleaned.get("track")
        allowed = {"", self.loose, str(employer.track_id) if employer else ""}
        if employer and employer.track_id and track and track not in allowed:
            self.add_error("track", _("This employer belongs to another track. Leave one of the two empty."))
        if not track and not (employer and employer.track_id):
            self.add_error("track", _("Choose a track, or an employer that has one."))
        return cleaned


class MonthForm(CrmForm):
    """The proposals of a month, a line for each: whether, how long, on which track. Only ticked lines are
    looked at."""

    def __init__(self, *args: Any, proposals: list[Proposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = proposals
        tracks = list(Track.objects.filter(disabled_on__isnull=True))
        for proposal in proposals:
            self.fields[f"take-{proposal.key}"] = forms.BooleanField(
                required=False,
                initial=not proposal.is_doubtful,
                label=proposal.label,
                widget=forms.CheckboxInput(
                    attrs={
                        "class": "form-check-input",
                        "aria-label": _now("Book: %(what)s") % {"what": proposal.label},
                    }
                ),
            )
            field = hours_field(
                required=False, initial=shortest(proposal.hours), label=_("Hours"), min_value=Decimal("0.01")
            )
            field.widget.attrs["aria-label"] = _now("Hours: %(what)s") % {"what": proposal.label}
            self.fields[f"hours-{proposal.key}"] = field
            choice = forms.ChoiceField(
                required=False,
                choices=choices_for(proposal, tracks),
                initial=proposal.choice,
                label=_("Track"),
            )
            choice.widget.attrs |= {
                "class": "form-select",
                "aria-label": _now("Track: %(what)s") % {"what": proposal.label},
            }
            self.fields[f"track-{proposal.key}"] = choice

    def lines(self) -> list[dict[str, Any]]:
        """What the table draws: a proposal with its three fields."""
        return [
            {
                "proposal": proposal,
                "take": self[f"take-{proposal.key}"],
                "hours": self[f"hours-{proposal.key}"],
                "track": self[f"track-{proposal.key}"],
            }
            for proposal in self.proposals
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for proposal in self.proposals:
            names = [f"hours-{proposal.key}", f"track-{proposal.key}"]
            if not cleaned.get(f"take-{proposal.key}"):
                for name in names:
                    self._errors.pop(name, None)  # what is not booked need not be right
                continue
            if names[0] not in self.errors and not cleaned.get(names[0]):
                self.add_error(names[0], _("Fill in the hours, or take the tick away."))
            if names[1] not in self.errors and not cleaned.get(names[1]):
                self.add_error(names[1], _("Choose a track."))
        return cleaned

    def chosen(self) -> list[Chosen]:
        """The ticked lines."""
        data = self.cleaned_data
        return [
            Chosen(proposal.key, data[f"hours-{proposal.key}"], data[f"track-{proposal.key}"])
            for proposal in self.proposals
            if data.get(f"take-{proposal.key}")
        ]


class WeekForm(CrmForm):
    """A week as a grid. Rows that are there have the name of their key, new ones are n0, n1 …; `was-` holds
    what was on the screen."""

    NEW_ROWS = 2

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.week = week
        tracks = list(Track.objects.filter(disabled_on__isnull=True))
        self._tracks = {str(track.pk): track for track in tracks}
        for row in week.rows:
            if row.is_hidden:
                continue
            for at, cell in enumerate(row.cells):
                what = row.label if row.label == row.track else f"{row.label}, {row.track}"
                self._add_cell(row.key.code, at, f"{what}, {row.kind}", cell.hours, cell.closed)
        employers = own_employers(self.user)
        for number in range(self.NEW_ROWS):
            code = f"n{number}"
            about = _now("New row %(number)s") % {"number": number + 1}
            self._add_choice(
                f"{code}-employer",
                forms.ModelChoiceField(
                    employers, required=False, empty_label=_now("No employer"), label=_("Employer")
                ),
                f"{about}: {_now('Employer')}",
            )
            self._add_choice(
                f"{code}-track",
                forms.ChoiceField(
                    choices=[
                        ("", _("track of the employer")),
                        *((key, row.name) for key, row in self._tracks.items()),
                    ],
                    required=False,
                    label=_("Track"),
                ),
                f"{about}: {_now('Track')}",
            )
            self._add_choice(
                f"{code}-kind",
                forms.ChoiceField(choices=TimeEntry.Kind.choices, required=False, label=_("Kind")),
                f"{about}: {_now('Kind')}",
            )
            for at, day in enumerate(week.days):
                self._add_cell(code, at, about, ZERO, week.closed.get(day, ""))

    def _add_choice(self, name: str, field: forms.ChoiceField, label: str) -> None:
        field.widget.attrs |= {"class": "form-select", "aria-label": label}
        field.label = label
        self.fields[name] = field

    def _add_cell(self, code: str, at: int, about: str, hours: Decimal, closed: str) -> None:
        label = f"{formatting.nl_date(self.week.days[at], 'weekday')}: {about}"
        field = hours_field(
            required=False,
            min_value=ZERO,
            initial=shortest(hours) if hours else None,
            label=label,
            disabled=bool(closed),
        )
        field.widget.attrs["aria-label"] = label
        self.fields[f"{code}-{at}"] = field
        if not code.startswith("n"):
            self.fields[f"was-{code}-{at}"] = forms.DecimalField(
                required=False, initial=hours, widget=forms.HiddenInput, label=_("Hours")
            )

    def rows(self) -> Iterable[dict[str, Any]]:
        """The rows that are there, each with its cells: (cell, field, what was on the screen)."""
        for row in self.week.rows:
            code = row.key.code
            cells = [
                {
                    "cell": cell,
                    "day": self.week.days[at],
                    "field": None if row.is_hidden else self[f"{code}-{at}"],
                    "was": None if row.is_hidden else self[f"was-{code}-{at}"],
                }
                for at, cell in enumerate(row.cells)
            ]
            yield {"row": row, "code": code, "cells": cells}

    def new_rows(self) -> Iterable[dict[str, Any]]:
        """The empty rows below."""
        for number in range(self.NEW_ROWS):
            code = f"n{number}"
            yield {
                "employer": self[f"{code}-employer"],
                "track": self[f"{code}-track"],
                "kind": self[f"{code}-kind"],
                "cells": [
                    {"day": day, "field": self[f"{code}-{at}"]} for at, day in enumerate(self.week.days)
                ],
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(self.NEW_ROWS):
            code = f"n{number}"
            if not any(cleaned.get(f"{code}-{at}") for at in range(7)):
                continue
            employer, track = cleaned.get(f"{code}-employer"), cleaned.get(f"{code}-track")
            if not track and not (employer and employer.track_id):
                self.add_error(f"{code}-track", _("Choose a track, or an employer that has one."))
        return cleaned

    def changes(self) -> list[CellChange]:
        """Every cell, with what was on the screen and what was typed."""
        found = [change for row in self.week.rows if not row.is_hidden for change in self._of_row(row.key)]
        data = self.cleaned_data
        for number in range(self.NEW_ROWS):
            code = f"n{number}"
            employer = data[f"{code}-employer"]
            track = self._tracks.get(data[f"{code}-track"]) or (employer.track if employer else None)
            for at, day in enumerate(self.week.days):
                hours = data.get(f"{code}-{at}")
                if not hours or track is None:
                    continue
                kind = data[f"{code}-kind"] or TimeEntry.Kind.CONTACT
                there = self._stored(employer, track, kind, at)
                found.append(CellChange(f"{code}-{at}", employer, track, kind, day, there, there + hours))
        return found

    def _of_row(self, key: RowKey) -> Iterable[CellChange]:
        row = next(row for row in self.week.rows if row.key == key)
        for at, day in enumerate(self.week.days):
            if row.cells[at].closed:
                continue
            was = self.cleaned_data.get(f"was-{key.code}-{at}")
            if was is None:  # was not on the screen
                continue
            wanted = self.cleaned_data.get(f"{key.code}-{at}") or ZERO
            yield CellChange(
                f"{key.code}-{at}", self._employer(key), self._track(key), key.kind, day, was, wanted
            )

    def _employer(self, key: RowKey) -> Employer | None:
        return self.week.employers.get(key.employer)

    def _track(self, key: RowKey) -> Track:
        return self.week.tracks[key.track]

    def _stored(self, employer: Employer | None, track: Track, kind: str, at: int) -> Decimal:
        """A new row can be about what is there already: the hours come on top."""
        wanted = RowKey(employer.pk if employer else 0, track.pk, kind)
        return next((row.cells[at].hours for row in self.week.rows if row.key == wanted), ZERO)


def iso_week(day: dt.date) -> tuple[int, int]:
    """Year and number of the week of a day."""
    year, week, _weekday = day.isocalendar()
    return year, week
