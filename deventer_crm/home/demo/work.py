"""A made-up year of work in the demo: who looks after whom, contacts, budget and hours."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal

from accounts.models import User
from budget.checking import check_spending
from budget.models import TimeEntry
from budget.selectors.proposals import proposals
from budget.services import (
    Reservation,
    add_rate,
    book_hours,
    book_month,
    close_month,
    plan_budget,
    plan_person,
    set_standard_hours,
)
from budget.services.months import Chosen
from deventer_crm.core import clock
from deventer_crm.core.workdays import is_working_day
from deventer_crm.home.demo.people import Team
from employers.models import ContactMoment, ContactPerson, Employer, Theme, Track
from employers.services.contact import log_contact
from employers.services.employers import assign_account_manager
from meetings.models import MeetingKind

#: About what people talk, with the theme it belongs to.
SUBJECTS = (
    ("Netcongestie houdt de uitbreiding tegen", "energie"),
    ("Zoekt twaalf mensen voor de avondploeg", "werk-en-scholing"),
    ("Wil stageplekken aanbieden", "werk-en-scholing"),
    ("Vraag over laden en lossen in de straat", "bereikbaarheid"),
    ("Vergunning voor een nieuwe hal", "vergunningen"),
    ("Zoekt grotere bedrijfsruimte", "ruimte-en-huisvesting"),
    ("Zonnepanelen op het dak, dakconstructie bekeken", "duurzaamheid"),
    ("Tevreden over de bereikbaarheid van de gemeente", "dienstverlening"),
    ("Camera’s op het terrein", "veiligheid"),
    ("Omzet groeit, nieuwe lijn in het najaar", "groei"),
    ("Wil meedoen aan de open dag", "samenwerking"),
    ("Kennisgemaakt met de nieuwe directeur", "overig"),
)


def assign_managers(team: Team, since: dt.date, *, at_least: int) -> list[Employer]:
    """Give every employer of some size its account manager by area, else by sector; returns them, the
    largest first."""
    inner_city = {"binnenstad"}
    industry = {"chemie", "maakindustrie", "bouw", "logistiek", "energie", "agrarisch", "handel"}
    looked_after = []
    rows = Employer.objects.current().filter(jobs__gte=at_least).select_related("area", "sector")
    for employer in rows.order_by("-jobs", "pk"):
        if employer.area and employer.area.code in inner_city:
            manager = team.inner_city
        elif employer.sector and employer.sector.code in industry:
            manager = team.industry
        else:
            manager = team.services
        assign_account_manager(employer, manager, by=team.lead, starts_on=since)
        looked_after.append(employer)
    Employer.objects.filter(pk__in=[employer.pk for employer in looked_after]).update(is_relation=True)
    return looked_after


def log_contacts(employers: list[Employer], team: Team, today: dt.date, rng: random.Random) -> int:
    """Calls, mails and chats over the last fourteen months; one in six employers is never contacted."""
    themes = {theme.code: theme for theme in Theme.objects.all()}
    people: dict[int, list[ContactPerson]] = {}
    for person in ContactPerson.objects.prefetch_related("positions"):
        for position in person.positions.all():
            people.setdefault(position.employer_id, []).append(person)
    managers = {
        employer.pk: employer.assignments.order_by("-starts_on").first().user
        for employer in Employer.objects.filter(pk__in=[e.pk for e in employers]).prefetch_related(
            "assignments__user"
        )
    }
    plan: list[tuple[dt.datetime, Employer]] = []
    for employer in employers:
        if rng.random() < 1 / 6:
            continue
        for _number in range(rng.choice((1, 2, 2, 3, 4))):
            day = today - dt.timedelta(days=rng.randint(2, 420))
            while not is_working_day(day):
                day -= dt.timedelta(days=1)
            plan.append((_moment(day, rng), employer))
    kinds = (
        ContactMoment.Kind.CALL,
        ContactMoment.Kind.CALL,
        ContactMoment.Kind.MAIL,
        ContactMoment.Kind.CHAT,
    )
    for moment, employer in sorted(plan, key=lambda row: (row[0], row[1].pk)):
        subject, theme = rng.choice(SUBJECTS)
        known = people.get(employer.pk, [])
        with clock.at(moment + dt.timedelta(minutes=20)):
            log_contact(
                by=managers[employer.pk],
                employers=[employer],
                people=known[:1] if rng.random() < 0.8 else [],
                kind=rng.choice(kinds),
                happened_at=moment,
                subject=subject,
                theme=themes.get(theme),
            )
    return len(plan)


def plan_budgets(team: Team, today: dt.date) -> None:
    """Last year and this year at 80/20, with an amendment in between that kept the norm."""
    tracks = {track.code: track for track in Track.objects.all()}
    for year in (today.year - 1, today.year):
        first = dt.date(year, 1, 9)
        if first > today:
            continue
        _plan(team, tracks, year, first, hours=(1920, 480, 300), reason="")
        later = dt.date(year, 5, 4)
        if year == today.year and later <= today:
            _plan(team, tracks, year, later, hours=(2000, 500, 300), reason="Extra uren uit de voorjaarsnota")


def plan_people(team: Team, today: dt.date) -> None:
    """What an hour costs, what a meeting takes, and the hours each account manager has for a track."""
    tracks = {track.code: track for track in Track.objects.all()}
    for year, euros in ((today.year - 1, "86.00"), (today.year, "88.00")):
        with clock.at(dt.date(year, 1, 2)):
            add_rate(Decimal(euros), dt.date(year, 1, 1), by=team.lead, reason="Jaarlijkse aanpassing")
    usual = {"bedrijfsbezoek-college": "2.5", "ontvangst-college": "2", "themabijeenkomst": "4"}
    for kind in MeetingKind.objects.filter(code__in=usual):
        set_standard_hours(kind, Decimal(usual[kind.code]), dt.date(today.year - 1, 1, 1), by=team.lead)
    first = dt.date(today.year, 1, 9)
    if first > today:
        return
    shares = {
        team.industry: {Track.SECTORS: 1000, Track.NONE: 100},
        team.services: {Track.SECTORS: 900, Track.NONE: 100},
        team.inner_city: {Track.SECTORS: 20, Track.INNER_CITY: 480, Track.NONE: 100},
    }
    with clock.at(first):
        for person, hours in shares.items():
            named = {tracks[code]: Decimal(amount) for code, amount in hours.items()}
            plan_person(today.year, person, named, by=team.lead, planned_on=first)


def look_back(team: Team, today: dt.date) -> None:
    """Proposals that were booked, months that were closed, and the weekly look at spending."""
    firsts = [dt.date(today.year, month, 1) for month in range(1, today.month)]
    for first in firsts[:-2]:
        with clock.at(min(today, _month_later(first) + dt.timedelta(days=9))):
            close_month(first, by=team.lead)
    for weeks in range(6, -1, -1):
        monday = today - dt.timedelta(days=today.weekday() + 7 * weeks)
        if monday.year == today.year:
            with clock.at(monday):
                check_spending(monday)


def _plan(
    team: Team, tracks: dict[str, Track], year: int, on: dt.date, *, hours: tuple[int, int, int], reason: str
) -> None:
    codes = (Track.SECTORS, Track.INNER_CITY, Track.NONE)
    with clock.at(on):
        plan_budget(
            year,
            {
                tracks[code]: Reservation(Decimal(amount), Decimal(amount) * 88)
                for code, amount in zip(codes, hours, strict=True)
            },
            by=team.lead,
            planned_on=on,
            reason=reason,
        )


def book_weeks(team: Team, employers: list[Employer], today: dt.date, rng: random.Random) -> int:
    """Hours of the account managers, week by week: a little too much goes to the inner city, so that steering
    has something to show. Months are confirmed, except the last one of one colleague."""
    tracks = {track.code: track for track in Track.objects.all()}
    owned: dict[int, list[Employer]] = {manager.pk: [] for manager in team.managers}
    current = Employer.objects.filter(pk__in=[e.pk for e in employers]).select_related("track")
    for employer in current.prefetch_related("assignments").order_by("-jobs", "pk"):
        for assignment in employer.assignments.all():
            owned[assignment.user_id].append(employer)
    booked = 0
    weekly = {team.industry.pk: 21, team.services.pk: 19, team.inner_city.pk: 11}
    for monday in _mondays(today):
        for manager in team.managers:
            left = Decimal(weekly[manager.pk]) + rng.choice((-2, 0, 0, 1, 2))
            day = monday
            while left > 0 and day < monday + dt.timedelta(days=5) and day <= today:
                hours = min(left, Decimal(rng.choice((2, 3, 4, 5))))
                left -= hours
                if is_working_day(day):
                    mine = owned[manager.pk]
                    employer = rng.choice(mine[:60]) if mine and rng.random() < 0.7 else None
                    inner = manager == team.inner_city
                    with clock.at(day):
                        book_hours(
                            user=manager,
                            by=manager,
                            day=day,
                            hours=hours,
                            employer=employer,
                            track=None if employer else tracks[Track.INNER_CITY if inner else Track.SECTORS],
                            kind=rng.choice(TimeEntry.Kind.values),
                        )
                    booked += 1
                day += dt.timedelta(days=1)
    for month in range(1, today.month):
        first = dt.date(today.year, month, 1)
        with clock.at(min(today, _month_later(first) + dt.timedelta(days=2))):
            for manager in team.managers:
                if month == today.month - 1 and manager == team.inner_city:
                    continue
                booked += _confirm(manager, first)
    return booked


def _confirm(manager: User, first: dt.date) -> int:
    """A month as people confirm it: some proposals are booked, the rest was in the hours of the weeks."""
    offered = [proposal for proposal in proposals(manager, first) if proposal.choice][:3]
    chosen = [Chosen(proposal.key, proposal.hours, proposal.choice) for proposal in offered]
    return len(book_month(manager, first, chosen, by=manager, confirm=True))


def _month_later(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=32)).replace(day=1)


def _mondays(today: dt.date) -> Iterator[dt.date]:
    day = dt.date(today.year, 1, 1)
    day += dt.timedelta(days=(7 - day.weekday()) % 7)
    while day <= today:
        yield day
        day += dt.timedelta(days=7)


def _moment(day: dt.date, rng: random.Random) -> dt.datetime:
    from django.utils import timezone

    return timezone.make_aware(
        dt.datetime.combine(day, dt.time(rng.randint(9, 16), rng.choice((0, 15, 30, 45))))
    )
