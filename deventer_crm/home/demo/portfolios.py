"""What a team does with its portfolios, for the demo: a hand-over, cover during leave, relations that wait
for an account manager, a change of director, and a signal that somebody says is not so."""

import datetime as dt
import random

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from deventer_crm.home.demo.people import Team, make_person
from employers.models import AccountAssignment, AccountCover, Employer, Position
from employers.portfolios.cover import plan_cover
from employers.portfolios.handover import CHOSEN, Scope, hand_over
from employers.services import add_person, end_position
from employers.signals import signals_for
from employers.signals.services import object_to_signal

HANDED_OVER, WAITING, DIRECTORS = 3, 6, 2


def tell_portfolios(team: Team, today: dt.date, rng: random.Random) -> None:
    """Three weeks ago a hand-over; now a substitute, and signals."""
    _hand_over(team, today, rng)
    _await_manager(team, rng)
    _change_directors(team, today, rng)
    plan_cover(
        AccountCover(
            user=team.services,
            substitute=team.inner_city,
            starts_on=today - dt.timedelta(days=2),
            ends_on=today + dt.timedelta(days=12),
            reason="verlof",
        ),
        by=team.lead,
    )
    _object(team, today)


def _managed_by(user: object, today: dt.date) -> list[Employer]:
    held = AccountAssignment.objects.on(today).filter(user=user).order_by().values("employer")
    return list(Employer.objects.filter(pk__in=held, is_confidential=False).order_by("sort_name", "pk"))


def _hand_over(team: Team, today: dt.date, rng: random.Random) -> None:
    held = _managed_by(team.industry, today)
    chosen = rng.sample(held, min(HANDED_OVER, len(held)))
    day = today - dt.timedelta(days=21)
    with clock.at(day):
        hand_over(
            team.industry,
            team.services,
            by=team.lead,
            starts_on=day,
            scope=Scope(CHOSEN, tuple(sorted(employer.pk for employer in chosen))),
            reason="Evenwichtiger verdeeld",
        )


def _await_manager(team: Team, rng: random.Random) -> None:
    """Somebody marked them as a relation; nobody looks after them yet."""
    free = Employer.objects.current().filter(
        assignments__isnull=True, is_natural_person=False, is_confidential=False, sector__isnull=False
    )
    rows = list(free.filter(kind=Employer.Kind.COMPANY).order_by("-jobs", "pk")[: 4 * WAITING])
    for employer in rng.sample(rows, min(WAITING, len(rows))):
        employer.is_relation = True
        save_tracked(employer, by=team.lead)


def _change_directors(team: Team, today: dt.date, rng: random.Random) -> None:
    rows = Position.objects.on(today).filter(title__icontains="directeur", seat="").order_by("pk")
    chosen = rng.sample(list(rows.select_related("employer")), min(DIRECTORS, len(rows)))
    for index, position in enumerate(chosen):
        day = today - dt.timedelta(days=20 + 30 * index)
        end_position(position, by=team.services, ends_on=day - dt.timedelta(days=1))
        successor = Position(
            employer=position.employer, title=position.title, starts_on=day, is_primary=position.is_primary
        )
        add_person(make_person(rng, position.employer), by=team.services, position=successor)


def _object(team: Team, today: dt.date) -> None:
    keys = [employer.pk for employer in _managed_by(team.industry, today)]
    found = signals_for(keys, team.industry, today)
    # Of a jump in jobs somebody says most often that it is not so; a small register may have none.
    jumps = sorted(pk for pk in found if found[pk][0].code in {"shrinking", "growing"})
    for pk in (jumps or sorted(found))[:1]:
        signal = found[pk][0]
        object_to_signal(
            Employer.objects.get(pk=pk),
            by=team.industry,
            code=signal.code,
            cause=signal.cause,
            reason="Een vestiging is anders ingeschreven; er werken evenveel mensen."
            if jumps
            else "Al besproken; dit hoeft niet op de lijst.",
        )
