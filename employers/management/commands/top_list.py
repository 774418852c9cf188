"""`top_list YEAR`: the list of a year as JSON (R12), and freezing it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from accounts.models import User
from accounts.roles import Act
from deventer_crm.core.cli import CliError, JsonCommand, iso_date
from employers.toplist.duty_source import duties
from employers.toplist.ranking import newest_reference_date
from employers.toplist.selectors import Row, YearList, kvk_numbers, standing_list, year_list
from employers.toplist.services import MAX_SIZE, AlreadyFrozen, freeze_top_list


class Command(JsonCommand):
    help = "Shows the list of the largest employers of a year, or freezes it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")
        parser.add_argument(
            "--size", type=int, metavar="N", help="places on the list; default the norm of C1"
        )
        parser.add_argument(
            "--reference-date",
            type=iso_date,
            metavar="D",
            help="default the newest one loaded that is not after the year",
        )
        parser.add_argument("--freeze", action="store_true", help="store the list; needs --by")
        parser.add_argument("--by", metavar="EMAIL", help="the team lead in whose name the list is frozen")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        year, size, day = options["year"], options["size"], options["reference_date"]
        self._check(year, size, day, options)
        if options["freeze"]:
            self._freeze(year, size, day, options["by"])
        return as_json(year_list(year, size=size, reference_date=day))

    @staticmethod
    def _check(year: int, size: int | None, day: dt.date | None, options: Mapping[str, Any]) -> None:
        if not 1900 <= year <= 2200:
            raise CliError("bad_year", f"{year} is not a year this product can have a list of.")
        if size is not None and not 1 <= size <= MAX_SIZE:
            raise CliError("bad_size", f"The size must be from 1 to {MAX_SIZE}, not {size}.")
        if options["by"] and not options["freeze"]:
            raise CliError("by_without_freeze", "--by says who freezes the list; give --freeze too.")
        if day is not None and day > dt.date(year, 12, 31):
            raise CliError("bad_reference_date", f"The reference date {day} lies after {year}.")
        if day is not None and newest_reference_date(day) is None:
            raise CliError("no_register", f"No register was loaded with a reference date up to {day}.")

    @staticmethod
    def _freeze(year: int, size: int | None, day: dt.date | None, email: str | None) -> None:
        if not email:
            raise CliError("who_freezes", "Freezing needs --by with the e-mail address of a team lead.")
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CliError("unknown_user", f"There is no active user with the address {email}.")
        if not user.can(Act.FREEZE):
            raise CliError("not_allowed", f"{email} may not freeze a list; only a team lead may.")
        try:
            with pghistory.context(user=user.pk, source="top_list"), transaction.atomic():
                freeze_top_list(year, by=user, size=size, reference_date=day)
        except AlreadyFrozen:
            frozen = standing_list(year)
            since = f" on {frozen.frozen_on}" if frozen else ""
            raise CliError(
                "already_frozen",
                f"The list of {year} was frozen{since}; replace it on the page, with a reason.",
            ) from None
        except ValidationError as problem:
            raise CliError("cannot_freeze", " ".join(problem.messages)) from problem

    def describe(self, found: Mapping[str, Any]) -> list[str]:
        lines = [f"{found['year']}: {found['status']}, reference date {found['reference_date']}"]
        for row in found["rows"]:
            kvk = ", ".join(row["kvk"]) or "no KVK number"
            place = f"{row['rank']:>4}  {row['jobs']:>6}  {row['employer']} ({kvk})"
            lines.append(f"{place}: {row['status']}, {row['duty']}")
        return lines


def as_json(shown: YearList) -> dict[str, Any]:
    """The answer of R12."""
    ids = {row.employer.pk for row in shown.rows}
    numbers = kvk_numbers(ids)
    found = duties(ids, shown.year)

    def line(row: Row) -> dict[str, Any]:
        duty = found.get(row.employer.pk)
        return {
            "rank": row.rank,
            "employer": row.employer.name,
            "employer_id": row.employer.pk,
            "kvk": numbers.get(row.employer.pk, []),
            "jobs": row.jobs,
            "status": row.status,
            "duty": duty.status if duty else "none",
        }

    return {
        "year": shown.year,
        "reference_date": shown.reference_date,
        "status": "frozen" if shown.is_frozen else "concept",
        "rows": [line(row) for row in shown.rows],
    }
