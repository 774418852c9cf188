"""What the measures of the series read: the series with their parties, their meetings with who sits at them,
and who holds a seat; each in one kept statement."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from deventer_crm.core.statements import Prepared, attach
from employers.models import Position
from meetings.models import Meeting, MeetingEmployer, Participant, Series, SeriesParty

#: What a measure looks at; another field of these records is read when somebody asks for it.
AT_TABLE = ("id", "meeting_id", "employer_id", "is_present", "is_organiser")
SEATED = ("id", "meeting_id", "college_member_id", "person_id", "employer_id", "is_present")


@Prepared
def series_meetings(*, start: dt.date, end: dt.date) -> "QuerySet[Meeting]":
    """With who sits at them, in the same statement."""
    held_or_planned = Meeting.objects.filter(
        kind__series__isnull=False, starts_at__date__gte=start, starts_at__date__lte=end
    ).exclude(state=Meeting.State.DRAFT)
    employers = (
        MeetingEmployer.objects.filter(meeting=OuterRef("pk"))
        .order_by("pk")
        .values(row=JSONObject(**{name: name for name in AT_TABLE}))
    )
    people = (
        Participant.objects.filter(meeting=OuterRef("pk"))
        .order_by("pk")
        .values(row=JSONObject(**{name: name for name in SEATED}))
    )
    rows: QuerySet[Meeting] = held_or_planned.annotate(
        stored_employers=ArraySubquery(employers),
        stored_people=ArraySubquery(people),
    )
    return rows.select_related("kind").order_by("starts_at", "pk")


def add_people(meetings: Collection[Any]) -> None:
    """Who sits at these meetings, as they were read with them."""
    for relation, model, names, stored in (
        ("employer_rows", MeetingEmployer, AT_TABLE, "stored_employers"),
        ("participants", Participant, SEATED, "stored_people"),
    ):
        rows = [row for meeting in meetings for row in getattr(meeting, stored)]
        known = [model.from_db(DEFAULT_DB_ALIAS, names, [row[name] for name in names]) for row in rows]
        attach(meetings, relation, known, by="meeting")


@Prepared
def all_series() -> "QuerySet[Series]":
    return Series.objects.all()


@Prepared
def parties_of(series_ids: list[int]) -> "QuerySet[SeriesParty]":
    return SeriesParty.objects.filter(series__in=series_ids).select_related("association")


@Prepared
def seats_of(person_ids: list[int], employer_ids: list[int]) -> "QuerySet[Position]":
    return Position.objects.filter(person__in=person_ids, employer__in=employer_ids).exclude(seat="")
