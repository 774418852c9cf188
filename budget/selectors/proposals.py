"""What a person did in a month that has no hours yet: contact moments they logged and meetings they were at,
with the usual hours and the track that follows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import StandardHours, TimeEntry
from deventer_crm.core import clock, policy
from deventer_crm.core.formatting import nl_date
from employers.models import ContactMoment, Employer, Track
from meetings.models import Meeting, MeetingEmployer, Participant

CENT = Decimal("0.01")
#: Besides the key of a track: over both tracks by the default share, or by the employers that were there.
JOINT, BY_EMPLOYERS = "joint", "employers"


@dataclass(frozen=True)
class Proposal:
    """Hours to say yes to. `choice`: a key of a track, JOINT, BY_EMPLOYERS, or empty when only the person can
    know; `weights`: employers of each track; `is_doubtful`: hours on that day for that employer are booked
    already."""

    key: str
    day: dt.date
    title: str
    url: str
    hours: Decimal
    kind: str
    choice: str
    employer: Employer | None
    weights: dict[Track, int]
    origin: dict[str, Any]
    names: list[str] = field(default_factory=list)
    is_doubtful: bool = False

    @property
    def label(self) -> str:
        """What it is, for who hears the page instead of seeing it."""
        return f"{nl_date(self.day)}, {self.title}"


def month_range(first: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a month."""
    following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return first.replace(day=1), following - dt.timedelta(days=1)


def proposals(user: User, month: dt.date) -> list[Proposal]:
    """What to book, by day. Only of what this person may (still) know (R10). A fixed number of queries."""
    first, last = month_range(month)
    last = min(last, clock.today())
    if first > last:
        return []
    booked = set(
        TimeEntry.objects.filter(
            user=user, day__range=(first, last), contact__isnull=True, meeting__isnull=True
        ).values_list("day", "employer_id")
    )
    found = [*_of_contacts(user, first, last, booked), *_of_meetings(user, first, last, booked)]
    return sorted(found, key=lambda proposal: (proposal.day, proposal.key))


def _of_contacts(
    user: User, first: dt.date, last: dt.date, booked: set[tuple[dt.date, int | None]]
) -> Iterable[Proposal]:
    rows = (
        ContactMoment.objects.visible_to(user)
        .standing()
        .filter(
            user=user,
            happened_at__gte=clock.start_of(first),
            happened_at__lt=clock.start_of(last + dt.timedelta(days=1)),
        )
        .filter(~Exists(TimeEntry.objects.filter(contact=OuterRef("pk"), user=user)))
        .prefetch_related("employers__track")
        .order_by("happened_at", "pk")
    )
    usual = {
        kind: _number(value)
        for kind, value in zip(
            ContactMoment.Kind.values,
            policy.values([f"standard_hours_{kind}" for kind in ContactMoment.Kind.values], last).values(),
            strict=True,
        )
    }
    for moment in rows:
        there = sorted(moment.employers.all(), key=lambda employer: employer.sort_name)
        is_note = moment.kind == ContactMoment.Kind.NOTE
        yield _proposal(
            f"contact-{moment.pk}",
            clock.local_date(moment.happened_at),
            f"{moment.get_kind_display()}: {moment.subject}",
            there[0].get_absolute_url() if there else "",
            usual[moment.kind],
            TimeEntry.Kind.PREPARATION if is_note else TimeEntry.Kind.CONTACT,
            there,
            {"contact": moment},
            booked,
            last,
        )


def _of_meetings(
    user: User, first: dt.date, last: dt.date, booked: set[tuple[dt.date, int | None]]
) -> Iterable[Proposal]:
    """Meetings that took place and at which this person was: ticked present, or the one who looks after it
    and is not said to have been away."""
    mine = Participant.objects.filter(meeting=OuterRef("pk"), user=user)
    rows = list(
        Meeting.objects.visible_to(user)
        .held()
        .filter(held_on__range=(first, last))
        .filter(Exists(mine.filter(is_present=True)) | Q(owner=user) & ~Exists(mine))
        .filter(~Exists(TimeEntry.objects.filter(meeting=OuterRef("pk"), user=user)))
        .select_related("kind")
        .order_by("held_on", "pk")
    )
    if not rows:
        return
    there: dict[int, list[MeetingEmployer]] = {}
    for row in MeetingEmployer.objects.filter(meeting__in=rows).select_related("employer__track"):
        there.setdefault(row.meeting_id, []).append(row)
    usual = usual_hours(last)
    fallback = _number(policy.value("standard_hours_meeting", last))
    for meeting in rows:
        seats = there.get(meeting.pk, [])
        present = [row.employer for row in seats if row.is_present] or [row.employer for row in seats]
        yield _proposal(
            f"meeting-{meeting.pk}",
            meeting.held_on or first,
            meeting.name,
            meeting.get_absolute_url(),
            usual.get(meeting.kind_id, fallback),
            TimeEntry.Kind.CONTACT,
            sorted(present, key=lambda employer: employer.sort_name),
            {"meeting": meeting},
            booked,
            last,
        )


def _proposal(
    key: str,
    day: dt.date,
    title: str,
    url: str,
    hours: Decimal,
    kind: str,
    there: list[Employer],
    origin: dict[str, Any],
    booked: set[tuple[dt.date, int | None]],
    last: dt.date,
) -> Proposal:
    weights: dict[Track, int] = {}
    for employer in there:
        if employer.track is not None:
            weights[employer.track] = weights.get(employer.track, 0) + 1
    only = there[0] if len(there) == 1 else None
    return Proposal(
        key=key,
        day=day,
        title=title,
        url=url,
        hours=hours,
        kind=kind,
        choice=usual_choice(weights, len(there), last),
        employer=only,
        weights=weights,
        origin=origin,
        names=[employer.name for employer in there],
        is_doubtful=any((day, employer.pk) in booked for employer in there),
    )


def usual_choice(weights: dict[Track, int], employers: int, day: dt.date) -> str:
    """The track when there is one; joint when there are two, or nobody has a track at a meeting of several
    (R6: a default share, or by the employers that were there when the policy says so)."""
    if len(weights) == 1:
        return str(next(iter(weights)).pk)
    if len(weights) > 1:
        return BY_EMPLOYERS if policy.value("joint_hours_by_employers", day) else JOINT
    return JOINT if employers > 1 else ""


def usual_hours(day: dt.date) -> dict[int, Decimal]:
    """What a meeting usually takes on that day, by the key of its kind."""
    rows = StandardHours.objects.filter(starts_on__lte=day).order_by("starts_on")
    return dict(rows.values_list("meeting_kind_id", "hours"))


def choices_for(proposal: Proposal, tracks: Iterable[Track]) -> list[tuple[str, str]]:
    """Which tracks can be chosen for it; "cannot be assigned" always."""
    found = [(str(track.pk), track.name) for track in tracks]
    if len(proposal.weights) > 1:
        found.append((BY_EMPLOYERS, _("By the employers that were there")))
    found.append((JOINT, _("Joint: split over both tracks")))
    return found if proposal.choice else [("", "–"), *found]


def _number(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(CENT)
