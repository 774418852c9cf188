"""`python -m benchmarks.reconciling`: all reminders made from nothing, and again with nothing to change.

Runs in the database that BENCH_DATABASE names, and empties its reminders: never the people's own."""

import json
import os
import sys
import time

import django
from django.db import connection


def main() -> None:
    if not os.environ.get("BENCH_DATABASE"):
        sys.exit("BENCH_DATABASE is not set: this empties the table of reminders.")
    django.setup()
    from deventer_crm.core import clock
    from deventer_crm.core.reconcile import reconcile

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_reminder CASCADE")
    found: dict[str, float] = {}
    for name in ("from nothing", "nothing changed"):
        started = time.perf_counter()
        counts = reconcile(clock.today())
        found[name] = time.perf_counter() - started
        found["open"] = counts.open
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    main()
