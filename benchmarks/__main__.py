"""`make bench ARGS="--size deventer"`: fills a database of its own once, serves it, measures, prints.

Its databases live in `bench/<size>` below LOCAL_DIR, never in the developer's own demo. Beside every table
stands the load of the machine: figures of a busy machine are worth their ratio to the floor at most."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.serving import Measured

CHECKOUT = Path(__file__).resolve().parent.parent
PARTS = ("pages", "import", "reconcile", "plans")
SEARCH_MS = 50.0
PAGE_BYTES = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=("small", "deventer", "large"), default="deventer")
    parser.add_argument("--rounds", type=int, default=30, help="requests per page")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--pages", default="", help="only pages whose name contains this (and the floor)")
    parser.add_argument("--statements", type=int, default=5, help="how many plans to print")
    parser.add_argument("--keep-running", action="store_true", help="leave the database server running")
    asked = parser.parse_args()

    os.chdir(CHECKOUT)
    os.environ["LOCAL_DIR"] = str(Path(os.environ.get("LOCAL_DIR") or ".local") / "bench" / asked.size)
    for name in ("DATABASE_URL", "REDIS_URL"):  # a real server may hold real people
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "deventer_crm.settings.local"
    _manage("run_local", "--only-prepare", "--demo", asked.size)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    try:
        _measure(asked)
    finally:
        if not asked.keep_running:
            os.environ["DJANGO_SETTINGS_MODULE"] = "deventer_crm.settings.local"
            _manage("localservers", "stop")


def _manage(*arguments: str) -> None:
    """Quiet unless it fails: what it prints holds passwords of the demo."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}")


def _measure(asked: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from benchmarks import jobs, plans, serving
    from benchmarks.pages import pages, session_maker
    from employers.models import Employer, Establishment

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # autovacuum gets there by itself, some minutes after the filling
    session = session_maker()
    wanted = [page for page in pages() if page.most is None or asked.pages in page.name]
    _say(
        f"{asked.size}: {Employer.objects.count()} employers, {Establishment.objects.count()} "
        f"establishments, {os.cpu_count()} processors"
    )
    if "pages" in asked.only:
        connection.close()
        with serving.web_server(settings.LOCAL_PATHS.logs / "bench-web.log") as port:
            _print_pages(serving.measure(serving.Client(port, session), wanted, asked.rounds))
    if "import" in asked.only:
        rows, trial, run = jobs.import_runs(asked.size)
        for name, done in (("dry run", trial), ("run", run)):
            _say(
                f"import of {rows} rows of xlsx, {name}: {done.seconds:.1f} s, "
                f"{rows / done.seconds:.0f} rows/s, peak {done.peak:.0f} MB, load {_load()}"
            )
    if "reconcile" in asked.only:
        done = jobs.reconcile_run()
        _say(
            f"reconcile of {done.answer['open']} reminders: "
            f"{done.answer['from nothing']:.2f} s from nothing, "
            f"{done.answer['nothing changed']:.2f} s with nothing changed, "
            f"peak {done.peak:.0f} MB, load {_load()}"
        )
    if "plans" in asked.only:
        for statement in plans.heaviest(wanted, session, asked.statements):
            _say(f"\n{statement.took:.1f} ms on {statement.page}\n{statement.sql}\n{statement.plan}")


def _print_pages(found: "list[Measured]") -> None:
    floor = next(row.median for row in found if row.page.most is None)
    _say(f"{'page':<30} {'median ms':>9} {'floor ×':>8} {'bar':>5} {'SQL':>4} {'bar':>4} {'gzip kB':>8}")
    over = 0
    for row in found:
        ratio, page = row.median / floor, row.page
        missed = bool(
            (page.most and ratio > page.most)
            or (page.queries and row.queries > page.queries)
            or row.size > PAGE_BYTES
            or (page.name.startswith("search") and row.median > SEARCH_MS)
        )
        over += missed
        _say(
            f"{page.name:<30} {row.median:>9.1f} {ratio:>8.1f} {page.most or '':>5} {row.queries:>4} "
            f"{page.queries or '':>4} {row.size / 1000:>8.1f}{'  over' if missed else ''}"
        )
    _say(f"{over} over a bar; load of the machine {_load()}")


def _load() -> str:
    """Processes that wanted a processor, on average over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
