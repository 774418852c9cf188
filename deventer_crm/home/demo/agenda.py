"""A made-up year of the college and its companies: frozen lists, visits in every state, invitations with
every answer, the series of C2 to C4, and one confidential visit."""

import datetime as dt
import random
from collections.abc import Iterable

from django.utils import timezone

from accounts.models import CollegeMember, User
from deventer_crm.core import clock
from deventer_crm.core.workdays import is_working_day
from deventer_crm.home.demo import tables
from deventer_crm.home.demo.people import Team
from employers.activity import refresh_shared_activities
from employers.models import ContactPerson, Employer, Theme
from employers.toplist.selectors import standing_list
from employers.toplist.services import freeze_top_list
from meetings.models import Invitation, Meeting, MeetingKind, Series, SeriesParty
from meetings.services.invitations import answer_invitation, record_invitation
from meetings.services.planning import plan_meeting
from meetings.services.steps import cancel_meeting, close_meeting, hold_meeting, report_meeting

#: What becomes of the twenty in a whole year, in an order that mixes them over the ranks.
YEAR_OF_VISITS = (
    "visited planned visited none visited received visited visited invited planned "
    "visited planned declined none cancelled visited received planned visited none"
).split()

REPORTS = (
    (
        "Rondleiding door de hal. De orders lopen goed, maar de stroomaansluiting is te klein.",
        "Wij vragen het na.",
    ),
    ("Gesproken over personeel. Zij zoeken mensen die in de avond willen werken.", "Gesprek met het loket."),
    ("De verhuizing naar een groter pand gaat door. De buurt is op de hoogte.", ""),
    ("Kennisgemaakt met de nieuwe bestuurder. Zij wil meedoen aan de open dag.", "Uitnodiging volgt."),
)


def tell_agenda(
    team: Team, associations: list[Employer], employers: list[Employer], today: dt.date, rng: random.Random
) -> None:
    """Everything with a date, up to today and a few weeks ahead."""
    for year in (today.year - 1, today.year):
        _freeze(team, year, today)
    kinds = {kind.code: kind for kind in MeetingKind.objects.all()}
    _visits(team, kinds, today, rng)
    _visits_of_managers(team, kinds, employers, today, rng)
    _series(team, kinds, associations, today)
    _confidential_visit(team, kinds, employers, today)


def _freeze(team: Team, year: int, today: dt.date) -> None:
    day = dt.date(year, 2, 3)
    if day <= today:
        with clock.at(day):
            freeze_top_list(year, by=team.lead)


def _visits(team: Team, kinds: dict[str, MeetingKind], today: dt.date, rng: random.Random) -> None:
    """The college and the top list: what happened so far follows how much of the year has passed."""
    frozen = standing_list(today.year)
    if frozen is None:
        return
    entries = list(frozen.entries.filter(status__in=["listed", "added"]).select_related("employer"))
    first, last = dt.date(today.year, 2, 16), dt.date(today.year, 12, 11)
    for index, entry in enumerate(entries):
        what = YEAR_OF_VISITS[index % len(YEAR_OF_VISITS)]
        day = _workday(first + (last - first) * ((index * 7) % len(entries)) / len(entries))
        member = team.college[index % len(team.college)] if index % 3 else team.college[1]
        if what == "none":
            continue
        if what == "planned" or (day > today and what in {"visited", "received"}):
            soon = _workday(today + dt.timedelta(days=2 + 5 * (index % 4)))
            if soon.year == today.year:
                _meet(team, kinds["bedrijfsbezoek-college"], entry.employer, member, soon, rng, today)
            continue
        if day > today - dt.timedelta(days=20):
            day = _workday(today - dt.timedelta(days=30 + index))
            if day < first:
                continue
        if what in {"visited", "received"}:
            code = "bedrijfsbezoek-college" if what == "visited" else "ontvangst-college"
            _meet(team, kinds[code], entry.employer, member, day, rng, today)
        else:
            _only_invited(team, kinds, entry.employer, member, day, what, rng, today)


def _meet(
    team: Team,
    kind: MeetingKind,
    employer: Employer,
    member: CollegeMember,
    day: dt.date,
    rng: random.Random,
    today: dt.date,
) -> Meeting:
    """Invited by the secretary, agreed, and when the day is over held, mostly reported, sometimes closed."""
    sent = _workday(min(day, today) - dt.timedelta(days=21))
    manager = _manager_of(employer, team)
    people = _people_of(employer, day)
    at_town_hall = kind.code == "ontvangst-college"
    with clock.at(sent):
        invitation = record_invitation(
            by=team.secretary,
            employer=employer,
            sent_on=sent,
            college_member=member,
            on_behalf_of=member,
            person=people[0] if people else None,
            purpose=Invitation.Purpose.PERSONAL,
            channel=Invitation.Channel.MAIL,
        )
    agreed = _workday(sent + dt.timedelta(days=4))
    with clock.at(agreed):
        meeting = plan_meeting(
            by=team.secretary,
            on_behalf_of=member,
            kind=kind,
            starts_at=_moment(day, rng.choice((9, 10, 11, 13, 14, 15))),
            place=Meeting.Place.TOWN_HALL if at_town_hall else Meeting.Place.COMPANY,
            location="Stadhuis, kamer 2.14" if at_town_hall else "",
            purpose="Kennis nemen van de plannen en van wat het bedrijf van de gemeente nodig heeft.",
            employers=[employer],
            college_members=[member],
            colleagues=[manager],
            people=people[:2],
            owner=manager,
        )
        invitation.refresh_from_db()
        invitation.meeting = meeting
        invitation.save(update_fields=["meeting"])
        answer_invitation(
            invitation, by=team.secretary, answer=Invitation.Answer.ACCEPTED, answered_on=agreed
        )
    if day < today:
        _finish(team, meeting, day, today, rng)
    return meeting


def _finish(team: Team, meeting: Meeting, day: dt.date, today: dt.date, rng: random.Random) -> None:
    """Held on its day by everybody; the report follows within a week, unless that is still to come."""
    owner = meeting.owner or team.lead
    with clock.at(_moment(day, 17)):
        hold_meeting(
            meeting,
            by=owner,
            held_on=day,
            present_employer_ids=list(meeting.employer_rows.values_list("employer_id", flat=True)),
            present_participant_ids=list(meeting.participants.values_list("pk", flat=True)),
        )
    written = _workday(day + dt.timedelta(days=3))
    # Only reports of the last weeks are still to be written, so that reminders look like a normal week's.
    is_recent = day > today - dt.timedelta(days=30)
    if written > today or (is_recent and rng.random() < 0.5):
        return
    summary, agreements = rng.choice(REPORTS)
    with clock.at(written):
        report_meeting(meeting, by=owner, summary=summary, agreements=agreements)
        if rng.random() < 0.5:
            close_meeting(meeting, by=owner)


def _only_invited(
    team: Team,
    kinds: dict[str, MeetingKind],
    employer: Employer,
    member: CollegeMember,
    day: dt.date,
    what: str,
    rng: random.Random,
    today: dt.date,
) -> None:
    """An invitation that did not lead to a talk: unanswered, declined, or called off by the employer."""
    if what == "cancelled":
        meeting = _meet(
            team, kinds["bedrijfsbezoek-college"], employer, member, today + dt.timedelta(days=9), rng, today
        )
        cancel_meeting(
            meeting,
            by=team.secretary,
            cancelled_by=Meeting.CancelledBy.EMPLOYER,
            reason="De directeur is ziek; zij bellen in het voorjaar.",
        )
        return
    with clock.at(day):
        invitation = record_invitation(
            by=team.secretary,
            employer=employer,
            sent_on=day,
            college_member=member,
            on_behalf_of=member,
            purpose=Invitation.Purpose.PERSONAL,
            channel=Invitation.Channel.LETTER,
        )
    if what == "declined":
        with clock.at(day + dt.timedelta(days=6)):
            answer_invitation(invitation, by=team.secretary, answer=Invitation.Answer.DECLINED)


def _visits_of_managers(
    team: Team,
    kinds: dict[str, MeetingKind],
    employers: list[Employer],
    today: dt.date,
    rng: random.Random,
) -> None:
    """Visits by account managers, over the last year and the coming weeks."""
    for employer in rng.sample(employers[20:], k=min(24, max(len(employers) - 20, 0))):
        manager = _manager_of(employer, team)
        day = _workday(today + dt.timedelta(days=rng.randint(-330, 24)))
        with clock.at(min(today, _workday(day - dt.timedelta(days=10)))):
            meeting = plan_meeting(
                by=manager,
                kind=kinds["bezoek-accountmanager"],
                starts_at=_moment(day, rng.choice((9, 11, 13, 15))),
                employers=[employer],
                colleagues=[manager],
                people=_people_of(employer, day)[:1],
                owner=manager,
            )
        if day < today:
            _finish(team, meeting, day, today, rng)


def _series(team: Team, kinds: dict[str, MeetingKind], associations: list[Employer], today: dt.date) -> None:
    """Boards once, chairs twice and one to come, a themed meeting in December."""
    seats = ((Series.BOARDS, "board"), (Series.CHAIRS, "chair"), (Series.THEMED, "board"))
    for code, seat in seats:
        series = Series.objects.get(code=code)
        for association in associations:
            SeriesParty.objects.get_or_create(series=series, association=association, defaults={"seat": seat})
    year = today.year
    theme = Theme.objects.filter(code="energie").first()
    plan = (
        ("bestuurlijk-overleg", dt.date(year, 4, 14), "", 4),
        ("voorzittersoverleg", dt.date(year, 3, 10), "", 4),
        ("voorzittersoverleg", dt.date(year, 9, 22), "", 3),
        ("voorzittersoverleg", dt.date(year, 12, 1), "", 4),
        ("themabijeenkomst", dt.date(year, 12, 8), "Netcongestie: wat kan wel?", 4),
    )
    chairs = {
        association.pk: association.positions.order_by("-seat").select_related("person").all()
        for association in associations
    }
    for code, wanted, title, parties in plan:
        day = _workday(wanted)
        present = associations[:parties]
        with clock.at(min(today, _workday(day - dt.timedelta(days=60)))):
            meeting = plan_meeting(
                by=team.secretary,
                kind=kinds[code],
                title=title,
                theme=theme if title else None,
                starts_at=_moment(day, 16),
                place=Meeting.Place.TOWN_HALL,
                location="Stadhuis, raadzaal",
                employers=associations,
                organisers=associations[:2] if title else [],
                college_members=team.college[:2],
                people=[position.person for rows in chairs.values() for position in rows],
                owner=team.lead,
            )
            if code == Series.BOARDS:
                tables.make_agenda(team, meeting, associations)
        if day < today:
            ids = [association.pk for association in present]
            with clock.at(_moment(day, 18)):
                hold_meeting(
                    meeting,
                    by=team.secretary,
                    held_on=day,
                    present_employer_ids=ids,
                    present_participant_ids=_present(meeting, ids),
                )
            with clock.at(min(today, _workday(day + dt.timedelta(days=4)))):
                if code == Series.BOARDS:
                    tables.take_minutes(team, meeting, associations, today)
                    continue
                report_meeting(
                    meeting,
                    by=team.secretary,
                    summary="Stand van de afspraken doorgenomen en de agenda voor de volgende keer gemaakt.",
                )


def _present(meeting: Meeting, employer_ids: Iterable[int]) -> list[int]:
    """Participants of our side, and of the employers that were there."""
    rows = meeting.participants.values_list("pk", "employer_id")
    there = set(employer_ids)
    return [pk for pk, employer_id in rows if employer_id is None or employer_id in there]


def _confidential_visit(
    team: Team, kinds: dict[str, MeetingKind], employers: list[Employer], today: dt.date
) -> None:
    """A move nobody may know of yet: only the lead and the account manager of industry read it."""
    if len(employers) < 30:
        return
    employer = Employer.objects.get(pk=employers[27].pk)
    employer.is_confidential = True
    employer.save(update_fields=["is_confidential"])
    refresh_shared_activities([employer.pk])
    manager = _manager_of(employer, team)
    employer.readers.set({manager, team.lead})
    day = _workday(today + dt.timedelta(days=12))
    plan_meeting(
        by=manager,
        kind=kinds["bezoek-accountmanager"],
        starts_at=_moment(day, 10),
        employers=[employer],
        colleagues=[manager, team.lead],
        owner=manager,
        is_confidential=True,
        purpose="Mogelijke verplaatsing; de koper wil niet genoemd worden.",
        readers=[manager, team.lead],
    )


def _manager_of(employer: Employer, team: Team) -> User:
    assignment = employer.assignments.select_related("user").order_by("-starts_on").first()
    return assignment.user if assignment else team.lead


def _people_of(employer: Employer, day: dt.date) -> list[ContactPerson]:
    rows = employer.positions.on(day).select_related("person").order_by("-is_primary", "pk")
    return [position.person for position in rows]


def _workday(day: dt.date) -> dt.date:
    """That day, or the first working day after it."""
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def _moment(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
