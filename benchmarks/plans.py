"""The statements that take longest on the measured pages, with the plan PostgreSQL makes for them."""

import logging
import re
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from benchmarks.pages import Page
from deventer_crm.core.search import TYPO_SIMILARITY

RUNS = 3
#: The trail puts who is asking in front of whatever does not begin with SELECT.
TRAIL = re.compile(r"^SELECT set_config\(.*?, true\); *", re.DOTALL)
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


@dataclass(frozen=True)
class Statement:
    """`took`: milliseconds with the way to the server, the median of some runs."""

    page: str
    sql: str
    took: float
    plan: str


def heaviest(pages: list[Page], session: Callable[[Role], str], count: int) -> list[Statement]:
    """One of each form: the same statement with other values is the same."""
    logging.disable(logging.INFO)  # a line per request would bury the plans
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for page in pages:
        client = Client(SERVER_NAME="localhost")
        client.cookies[settings.SESSION_COOKIE_NAME] = session(page.role)
        if (status := client.get(page.path).status_code) != 200:
            raise SystemExit(f"{page.name}: {page.path} answered {status}")
        for _run in range(RUNS):
            with CaptureQueriesContext(connection) as captured:
                client.get(page.path)
            for query in captured.captured_queries:
                sql = TRAIL.sub("", query["sql"]).strip()
                times[page.name, sql].append(float(query["time"]) * 1000)
    found: dict[str, Statement] = {}
    for (page_name, sql), taken in sorted(times.items(), key=lambda item: -statistics.median(item[1])):
        form = LITERAL.sub("?", sql)
        if sql.startswith(("SELECT", "(SELECT", "WITH")) and form not in found:
            found[form] = Statement(page_name, sql, statistics.median(taken), _plan(sql))
        if len(found) == count:
            break
    return list(found.values())


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET pg_trgm.word_similarity_threshold = %s", [TYPO_SIMILARITY])
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET pg_trgm.word_similarity_threshold")
    return plan
