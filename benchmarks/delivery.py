"""`python -m benchmarks.delivery FILE SIZE`: the last delivery of the made-up register again, as xlsx, three
months later and with more jobs in some of its rows. Prints rows and reference date as JSON."""

import csv
import datetime as dt
import json
import os
import sys
from pathlib import Path

import django
from openpyxl import Workbook

SEED = 2026  # that of demo_data: the same establishments come again
#: One row in so many has changed since the last delivery.
CHANGED = 10


def write_delivery(path: Path, size: str) -> tuple[int, dt.date]:
    """Rows written, and the reference date they are of."""
    from deventer_crm.core import clock
    from deventer_crm.home.demo import register, story

    years = register.reference_years(clock.today(), story.YEARS_OF_REGISTER[size])
    source = path.with_suffix(".csv")
    rows = register.write_delivery(source, register.make_places(size, SEED, years), years[-1])
    men, total = register.HEADER.index("Mannen 12 uur of meer"), len(register.HEADER) - 1
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with source.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=";")):
            if number and not number % CHANGED:
                row[men], row[total] = str(int(row[men]) + 1), str(int(row[total]) + 1)
            sheet.append(row)
    book.save(path)
    return rows, dt.date(years[-1], 7, 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()
    rows, day = write_delivery(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write(json.dumps({"rows": rows, "day": day.isoformat()}))
