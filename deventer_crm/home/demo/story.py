"""Tells the demo: register, people, a year of work. Everything goes through the services people use, on the
day it would have happened, so that the demo data obeys every rule the product has."""

import datetime as dt
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.reconcile import reconcile
from deventer_crm.home.demo import (
    aftermath,
    agenda,
    blocked,
    boards,
    followups,
    guests,
    lists,
    people,
    plans,
    portfolios,
    promises,
    register,
    reports,
    tables,
    work,
)
from employers.models import Employer
from employers.register_import.deliveries import import_file
from employers.register_import.running import Order
from employers.services.refresh import refresh_employers

YEARS_OF_REGISTER = {"small": 5, "deventer": 5, "large": 2}
#: From how many jobs on an employer has an account manager.
MANAGED_FROM = {"small": 12, "deventer": 45, "large": 90}

Say = Callable[[str], None]


class NotEmpty(Exception):
    """There are users already: demo data would mix with somebody's work."""


class NotLocal(Exception):
    """Demo accounts exist in local mode only."""


def tell(*, size: str, seed: int, today: dt.date, say: Say) -> list[tuple[str, str, str]]:
    """Fill an empty database. Returns address, password and job title of each account.

    Deterministic for size, seed and today, but for the password. Raises NotEmpty or NotLocal."""
    if not getattr(settings, "LOCAL_MODE", False):
        raise NotLocal
    if User.objects.exists() or Employer.objects.exists():
        raise NotEmpty
    rng = random.Random(f"story-{size}-{seed}-{today}")  # noqa: S311 - invented data, not a secret
    since = dt.date(today.year - 3, 1, 1)
    password = people.make_password()
    with clock.at(today):
        accounts = people.make_accounts(password, since)
        deliver_register(size, seed, today, say)
        with transaction.atomic():
            say("people, contacts and agenda")
            team = people.make_team(accounts, since)
            associations = people.make_associations(team, since, rng)
            employers = work.assign_managers(team, since, at_least=MANAGED_FROM[size])
            people.make_contacts(employers, team, since, rng)
            others = random.Random(f"boards-{size}-{seed}-{today}")  # noqa: S311 - invented data
            boards.tell_boards(team, associations, employers, since, others)
            work.log_contacts(employers, team, today, rng)
            blocked.block_times(team, since, today)
            agenda.tell_agenda(team, associations, employers, today, rng)
            followups.tell_follow_ups(team, today, random.Random(f"follow-ups-{size}-{seed}-{today}"))  # noqa: S311 - invented data
            tables.tell_chairs(team, associations, today)
            promises.tell_promises(team, today, random.Random(f"promises-{size}-{seed}-{today}"))  # noqa: S311 - invented data
            guests.tell_guests(team, today, random.Random(f"guests-{size}-{seed}-{today}"))  # noqa: S311 - invented data
            aftermath.tell_aftermath(team, today)
            say("budget and hours")
            work.plan_budgets(team, today)
            work.plan_people(team, today)
            work.book_weeks(team, employers, today, rng)
            refresh_employers(None, today)
            lists.tell_lists(team, today, random.Random(f"lists-{size}-{seed}-{today}"))  # noqa: S311 - invented data
            portfolios.tell_portfolios(team, today, random.Random(f"portfolios-{size}-{seed}-{today}"))  # noqa: S311 - invented data
            plans.tell_plans(team, today)
        work.look_back(team, today)
        reports.tell_reports(team, today)
        reconcile(today)
    return [(user.email, password, user.job_title) for user in accounts.values()]


def deliver_register(size: str, seed: int, today: dt.date, say: Say) -> None:
    """Import the deliveries of some years, by the same road as a keeper's file."""
    years = register.reference_years(today, YEARS_OF_REGISTER[size])
    places = register.make_places(size, seed, years)
    with tempfile.TemporaryDirectory() as folder:
        for year in years:
            path = Path(folder) / f"werkgelegenheid-{year}.csv"
            rows = register.write_delivery(path, places, year)
            say(f"register of {year}: {rows} rows")
            with clock.at(dt.date(year, 6, 20)):
                order = Order(path=path, source="lisa", reference_date=dt.date(year, 4, 1))
                import_file(order, file_name=path.name)
