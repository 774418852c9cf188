"""Who takes part in a meeting, from both sides, and who was there."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock, formatting
from employers.models import ContactPerson, Employer, Position
from meetings.models import Meeting, MeetingEmployer, Participant

from .effects import meeting_changed
from .errors import IllegalStep

if TYPE_CHECKING:
    from accounts.models import User


def check_members(members: Iterable[CollegeMember], day: dt.date) -> None:
    """Raises ValidationError (college_members) for somebody who is not in the college on that day."""
    for member in members:
        if not member.is_valid_on(day):
            raise ValidationError(
                {
                    "college_members": _("%(member)s is not in the college on %(day)s.")
                    % {"member": member, "day": formatting.nl_date(day)}
                }
            )


def represented(
    people: Iterable[ContactPerson], employer_ids: Collection[int], day: dt.date
) -> dict[int, int]:
    """For each contact person the employer of the meeting they come for: where they have a position on that
    day, a seat on a board first (R6)."""
    rows = (
        Position.objects.on(day)
        .filter(person__in=[person.pk for person in people], employer__in=employer_ids)
        .order_by("pk")
        .values_list("person_id", "employer_id", "seat")
    )
    found: dict[int, int] = {}
    with_seat: set[int] = set()
    for person_id, employer_id, seat in rows:
        if person_id not in found or (seat and person_id not in with_seat):
            found[person_id] = employer_id
        if seat:
            with_seat.add(person_id)
    return found


@transaction.atomic
def set_participants(
    meeting: Meeting,
    *,
    employers: Iterable[Employer],
    college_members: Iterable[CollegeMember] = (),
    colleagues: Iterable["User"] = (),
    people: Iterable[ContactPerson] = (),
    organisers: Iterable[Employer] = (),
) -> set[int]:
    """Make the lists of a meeting equal to these; ticks of who stays are kept. Returns the ids of employers
    that were taken off. Raises ValidationError for a member who is not in the college on that day."""
    day = clock.local_date(meeting.starts_at)
    members, guests = list(college_members), list(people)
    check_members(members, day)
    wanted = {employer.pk for employer in employers}
    organising = {employer.pk for employer in organisers} & wanted
    before = dict(meeting.employer_rows.values_list("employer_id", "is_organiser"))
    meeting.employer_rows.exclude(employer__in=wanted).delete()
    MeetingEmployer.objects.bulk_create(
        MeetingEmployer(meeting=meeting, employer_id=pk, is_organiser=pk in organising)
        for pk in sorted(wanted - before.keys())
    )
    for pk in sorted(wanted & before.keys()):
        if before[pk] != (pk in organising):
            meeting.employer_rows.filter(employer=pk).update(is_organiser=pk in organising)
    _set_side(meeting, "college_member_id", {member.pk: None for member in members})
    _set_side(meeting, "user_id", {colleague.pk: None for colleague in colleagues})
    comes_for = represented(guests, wanted, day)
    _set_side(meeting, "person_id", {person.pk: comes_for.get(person.pk) for person in guests})
    return before.keys() - wanted


def _set_side(meeting: Meeting, column: str, wanted: dict[int, int | None]) -> None:
    """One kind of participant: id to the employer they come for."""
    rows = {getattr(row, column): row for row in meeting.participants.filter(**{f"{column}__isnull": False})}
    # Guests come and go by their answers and at the door, not by the form of the meeting.
    guests = set(meeting.guests.values_list("person_id", flat=True)) if column == "person_id" else set()
    rows = {key: row for key, row in rows.items() if key not in guests}
    wanted = {key: employer_id for key, employer_id in wanted.items() if key not in guests}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    Participant.objects.filter(pk__in=gone).delete()
    Participant.objects.bulk_create(
        Participant(meeting=meeting, employer_id=employer_id, **{column: key})
        for key, employer_id in wanted.items()
        if key not in rows
    )
    for key, row in rows.items():
        if key in wanted and row.employer_id != wanted[key]:
            Participant.objects.filter(pk=row.pk).update(employer=wanted[key])


def tick(meeting: Meeting, employer_ids: Iterable[int], participant_ids: Iterable[int]) -> None:
    """Tick exactly these as present. Somebody who came for an employer makes that employer present.

    Raises ValidationError when an id is not of this meeting, or when no employer was there."""
    employers, participants = set(employer_ids), set(participant_ids)
    rows = dict(meeting.employer_rows.values_list("employer_id", "pk"))
    known = dict(meeting.participants.values_list("pk", "employer_id"))
    if not employers <= rows.keys():
        raise ValidationError({"present_employers": _("Somebody you ticked does not take part any more.")})
    if not participants <= known.keys():
        raise ValidationError({"present_participants": _("Somebody you ticked does not take part any more.")})
    new = {employer_id for pk in participants if (employer_id := known[pk]) and employer_id not in rows}
    _seat_employers_of_guests(meeting, sorted(new), rows)
    employers |= {known[pk] for pk in participants if known[pk] in rows}
    if not employers:
        raise ValidationError(
            {"present_employers": _("Tick who was there. Did nobody come? Then cancel the meeting.")}
        )
    meeting.employer_rows.filter(employer__in=employers).update(is_present=True)
    meeting.employer_rows.exclude(employer__in=employers).update(is_present=False)
    meeting.participants.filter(pk__in=participants).update(is_present=True)
    meeting.participants.exclude(pk__in=participants).update(is_present=False)


def _seat_employers_of_guests(meeting: Meeting, coming: list[int], rows: dict[int, int]) -> None:
    """Guests who came bring their employer to the table, except at a visit of the college, where that would
    count for the employer (R5). Adds what it makes to `rows`."""
    if not coming or meeting.kind.counts_for_visit:
        return
    made = MeetingEmployer.objects.bulk_create(
        MeetingEmployer(meeting=meeting, employer_id=pk) for pk in coming
    )
    rows.update({row.employer_id: row.pk for row in made})


@transaction.atomic
def record_attendance(
    meeting: Meeting,
    *,
    by: "User",
    present_employer_ids: Iterable[int],
    present_participant_ids: Iterable[int],
) -> Meeting:
    """Correct who was there, as long as the meeting is not closed. Raises IllegalStep, ValidationError."""
    from .steps import lock

    lock(meeting)
    if meeting.state not in (Meeting.State.HELD, Meeting.State.REPORTED):
        raise IllegalStep(meeting, Meeting.State.HELD)
    tick(meeting, present_employer_ids, present_participant_ids)
    meeting_changed(meeting)
    return meeting
