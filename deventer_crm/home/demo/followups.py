"""Promises and actions of the demo: what came of talks, told on the days it happened, in every state."""

import datetime as dt
import random
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import CollegeMember, User
from deventer_crm.core import clock
from deventer_crm.core.workdays import is_working_day, shift
from deventer_crm.home.demo.people import Team
from employers.models import ContactMoment, ContactPerson, Employer, FollowUp
from employers.services.followups import (
    add_follow_up,
    confirm_follow_up,
    drop_follow_up,
    fulfil_follow_up,
    reassign_follow_up,
    reopen_follow_up,
    report_back,
)

#: What is done without a promise, and what came of it.
ACTIONS = (
    ("Overzicht van vrije kavels sturen", "Gestuurd, met een kaart erbij"),
    ("Nagaan wie over de verlichting van het terrein gaat", "Collega van beheer belt zelf"),
    ("Contact leggen met het werkgeversloket", "Gesprek staat in de agenda"),
    ("Cijfers over woon-werkverkeer opvragen", "Ontvangen en doorgestuurd"),
    ("Uitnodigen voor de open dag", "Zij doen mee"),
    ("Informatie over subsidie voor zonnepanelen sturen", "Gestuurd"),
)
#: What is promised, the exact words, the reservation, and what came of it.
PROMISES = (
    (
        "Uitsluitsel geven over de tweede inrit",
        "U hoort van ons of die inrit kan, en zo niet, waarom niet.",
        "Als de verkeerskundige akkoord is",
        "De inrit kan, met een bord erbij",
    ),
    (
        "Nieuwe datum voor het werk aan de weg doorgeven",
        "Zodra de aannemer een datum heeft, bellen wij u.",
        "",
        "Het werk begint in maart",
    ),
    (
        "Gesprek met de netbeheerder regelen",
        "Wij zorgen dat u met de netbeheerder aan tafel komt.",
        "De netbeheerder beslist zelf over de aansluiting",
        "Gesprek gevoerd",
    ),
    (
        "Voorstel voor laden en lossen in de ochtend",
        "Voor de zomer ligt er een voorstel voor laden en lossen.",
        "Onder voorbehoud van besluit door de raad",
        "Voorstel besproken",
    ),
)
#: What an employer promised us.
THEIR_PROMISES = ("Aantal stageplekken doorgeven", "Plattegrond van de nieuwe hal sturen")
#: What a member of the college said on a visit, in one sentence.
BY_COLLEGE = (
    "Nagaan of de bushalte dichterbij kan",
    "Terugkomen op de vraag over de parkeerplaatsen",
    "De directeur uitnodigen op het stadhuis",
)


#: What is still open is not older than this, but for a few.
OLD = dt.timedelta(days=35)


@dataclass(frozen=True)
class Talk:
    """The contact something came from."""

    moment: ContactMoment
    employer: Employer
    person: ContactPerson | None

    @property
    def day(self) -> dt.date:
        return clock.local_date(self.moment.happened_at)


def tell_follow_ups(team: Team, today: dt.date, rng: random.Random) -> int:
    """Some six in ten talks of the last months led to something. Returns how many that made."""
    talks = _talks(today, at_most=160)
    made = 0
    for number, talk in enumerate(talks):
        if rng.random() > 0.6:
            continue
        if number % 4 == 1:
            _promise(team, talk, today, number, rng)
        elif number % 9 == 2:
            _their_promise(talk, today, number)
        else:
            _action(team, talk, today, number, rng)
        made += 1
    made += _of_the_college(team, talks, today)
    return made + _open_ones(team, talks, today)


def _talks(today: dt.date, *, at_most: int) -> list[Talk]:
    rows = (
        ContactMoment.objects.filter(
            happened_at__gte=clock.start_of(today - dt.timedelta(days=200)), is_confidential=False
        )
        .exclude(kind=ContactMoment.Kind.NOTE)
        .select_related("user")
        .prefetch_related("employers", "people")
        .order_by("-happened_at", "-pk")[:at_most]
    )
    return [Talk(row, row.employers.all()[0], next(iter(row.people.all()), None)) for row in rows]


def _at(day: dt.date, hour: int = 16) -> dt.datetime:
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, 10)))


def _written(talk: Talk, what: str, kind: str, **more: object) -> FollowUp:
    with clock.at(talk.moment.happened_at + dt.timedelta(minutes=25)):
        return add_follow_up(
            by=talk.moment.user,
            employer=talk.employer,
            what=what,
            kind=kind,
            person=talk.person,
            contact_moment=talk.moment,
            theme=talk.moment.theme,
            **more,  # type: ignore[arg-type]  # fields of a follow-up
        )


def _action(team: Team, talk: Talk, today: dt.date, number: int, rng: random.Random) -> None:
    """Mostly done in time; some wait for another department, one was ticked by mistake."""
    what, outcome = ACTIONS[number % len(ACTIONS)]
    row = _written(talk, what, FollowUp.Kind.ACTION)
    keeper = row.owner or talk.moment.user
    done_on = shift(talk.day, rng.randint(2, 11))
    if number % 7 == 3:
        with clock.at(_at(shift(talk.day, 1))):
            row = reassign_follow_up(row, by=keeper, department="Team Ruimte", reason="Dit is hun werk")
    if number % 11 == 5 and done_on <= today:
        with clock.at(_at(done_on, 9)):
            row = drop_follow_up(row, by=keeper, reason="Het bedrijf heeft het zelf al geregeld")
    elif done_on <= today and (number % 6 or done_on < today - OLD):
        with clock.at(_at(done_on, 10)):
            row = fulfil_follow_up(row, by=keeper, outcome=outcome)
        if number % 23 == 9:
            with clock.at(_at(done_on, 14)):
                row = reopen_follow_up(row, by=keeper, reason="Bij het verkeerde bedrijf afgevinkt")
            if done_on < today - OLD:
                with clock.at(_at(shift(done_on, 3), 14)):
                    fulfil_follow_up(row, by=keeper, outcome=outcome)


def _promise(team: Team, talk: Talk, today: dt.date, number: int, rng: random.Random) -> None:
    """From unconfirmed to told, as far as time allows; one in five stays where it is."""
    what, words, reservation, outcome = PROMISES[number % len(PROMISES)]
    row = _written(talk, what, FollowUp.Kind.PROMISE_TO)
    keeper = row.owner or talk.moment.user
    confirmed_on = shift(talk.day, rng.randint(1, 4))
    done_on, told_on = shift(confirmed_on, rng.randint(2, 8)), shift(confirmed_on, rng.randint(9, 12))
    if confirmed_on > today:
        return
    with clock.at(_at(confirmed_on)):
        row = confirm_follow_up(
            row, by=keeper, exact_words=words, reservation=reservation, authority_checked=True
        )
    if done_on > today or (number % 5 == 0 and done_on > today - OLD):
        return
    with clock.at(_at(done_on)):
        row = fulfil_follow_up(row, by=keeper, outcome=outcome)
    if told_on > today or (number % 13 == 0 and told_on > today - OLD):
        return
    with clock.at(_at(told_on)):
        report_back(row, by=keeper, how=rng.choice(FollowUp.Channel.values))


def _their_promise(talk: Talk, today: dt.date, number: int) -> None:
    """What an employer would send us; half of it came."""
    row = _written(talk, THEIR_PROMISES[number % len(THEIR_PROMISES)], FollowUp.Kind.PROMISE_BY)
    came_on = shift(talk.day, 9)
    if came_on <= today and (number % 2 or came_on < today - OLD):
        with clock.at(_at(came_on)):
            fulfil_follow_up(row, by=row.owner or talk.moment.user, outcome="Ontvangen")


def _of_the_college(team: Team, talks: list[Talk], today: dt.date) -> int:
    """One sentence each by the alderman who logs in; nobody confirmed them yet."""
    alderman: CollegeMember = next(member for member in team.college if member.user_id)
    speaker: User = alderman.user  # type: ignore[assignment]  # chosen with a user
    days = (today - dt.timedelta(days=3), today - dt.timedelta(days=9), today - dt.timedelta(days=16))
    chosen = {talk.employer.pk: talk.employer for talk in talks}
    for what, day, employer in zip(BY_COLLEGE, days, list(chosen.values())[3::5], strict=False):
        with clock.at(_at(day, 17)):
            add_follow_up(by=speaker, employer=employer, what=what)
    return len(BY_COLLEGE)


def _open_ones(team: Team, talks: list[Talk], today: dt.date) -> int:
    """So that the first page has something to do: late, today and soon for each account manager."""
    made = 0
    for manager in team.managers:
        own = [talk for talk in talks if talk.moment.user_id == manager.pk]
        for talk, days in zip(own[:4], (-12, 0, 3, 9), strict=False):
            due = today + dt.timedelta(days=days)
            written = min(talk.day, due)
            with clock.at(_at(written, 15)):
                add_follow_up(
                    by=manager,
                    employer=talk.employer,
                    what=ACTIONS[(made + days) % len(ACTIONS)][0],
                    kind=FollowUp.Kind.ACTION,
                    person=talk.person,
                    due_on=max(due, clock.today()),
                )
            made += 1
        for talk, what in zip(own[4:6], PROMISES, strict=False):
            _promise_in_progress(talk, manager, today, what, kept=talk is own[4])
            made += 1
    return made


def _promise_in_progress(
    talk: Talk, manager: User, today: dt.date, promise: tuple[str, str, str, str], *, kept: bool
) -> None:
    """A promise of last week that is confirmed: one still to keep, one (`kept`) still to be told."""
    what, words, reservation, outcome = promise
    with clock.at(_at(today - dt.timedelta(days=8), 15)):
        row = add_follow_up(
            by=manager, employer=talk.employer, what=what, kind=FollowUp.Kind.PROMISE_TO, person=talk.person
        )
    with clock.at(_at(today - dt.timedelta(days=6), 11)):
        row = confirm_follow_up(
            row, by=manager, exact_words=words, reservation=reservation, authority_checked=True
        )
    if kept:
        with clock.at(_at(today - dt.timedelta(days=1), 11)):
            fulfil_follow_up(row, by=manager, outcome=outcome)
