"""The ranking itself (R4), set-based: one statement over all counts of jobs, whatever their number."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value

from deventer_crm.core import policy
from deventer_crm.core.statements import Prepared
from employers.models import Employer, JobCount
from employers.models.register import Source

# Jobs per employer follow R2: per establishment inside the municipality the newest count of the first source
# that has one, 0 when it ended on or before the day. Counts of grouped employers go to the survivor.
# An employer without jobs does not rank: nobody visits the largest of the empty ones.
# Places are given to those who are not left out; `place` of the others is the one they would have had.
RANKING = """
WITH RECURSIVE grouped(id, root) AS (
    SELECT id, merged_into_id FROM employers_employer WHERE merged_into_id IS NOT NULL
    UNION
    SELECT g.id, e.merged_into_id FROM grouped g JOIN employers_employer e ON e.id = g.root
     WHERE e.merged_into_id IS NOT NULL
), best AS (
    SELECT DISTINCT ON (establishment_id) establishment_id, jobs
      FROM employers_jobcount
     WHERE reference_date <= %(day)s
     ORDER BY establishment_id, COALESCE(array_position(%(sources)s::varchar[], source), 99),
              reference_date DESC, version DESC
), known AS (
    SELECT COALESCE(g.root, b.employer_id) AS id,
           SUM(CASE WHEN b.ended_on <= %(day)s THEN 0 ELSE best.jobs END) AS jobs
      FROM employers_establishment b
      JOIN best ON best.establishment_id = b.id
      LEFT JOIN (SELECT g.id, g.root FROM grouped g JOIN employers_employer e ON e.id = g.root
                  WHERE e.merged_into_id IS NULL) g ON g.id = b.employer_id
     WHERE b.in_municipality
     GROUP BY 1
), ranked AS (
    SELECT k.id, k.jobs, e.name, RANK() OVER (ORDER BY k.jobs DESC) AS place
      FROM known k JOIN employers_employer e ON e.id = k.id
     WHERE k.jobs > 0 AND e.kind = ANY(%(kinds)s) AND e.retired_on IS NULL AND e.merged_into_id IS NULL
       AND k.id <> ALL(%(left_out)s)
), upper AS MATERIALIZED (
    SELECT id, jobs, place,
           ROW_NUMBER() OVER (ORDER BY jobs DESC, LOWER(name) COLLATE "C", id) AS line
      FROM ranked WHERE place <= %(until)s
), shown AS (
    SELECT id, jobs, place, line,
           CASE WHEN %(ties)s THEN place <= %(size)s ELSE line <= %(size)s END AS is_listed
      FROM upper
)
SELECT id, jobs, place, line, is_listed FROM shown
UNION ALL
SELECT a.id, COALESCE(k.jobs, 0),
       COALESCE(r.place, 1 + (SELECT COUNT(*) FROM ranked o WHERE o.jobs > COALESCE(k.jobs, 0))), NULL, false
  FROM UNNEST(%(also)s::bigint[]) AS a(id)
  LEFT JOIN known k ON k.id = a.id
  LEFT JOIN ranked r ON r.id = a.id
 WHERE NOT EXISTS (SELECT 1 FROM shown s WHERE s.id = a.id)
 ORDER BY 5 DESC, 4, 3, 1
"""


@dataclass(frozen=True)
class Standing:
    """Where an employer stands on a reference date: jobs, its place (1, 1, 3), and whether that is on the
    list."""

    employer_id: int
    jobs: int
    rank: int
    is_listed: bool


def newest_reference_date(until: dt.date) -> dt.date | None:
    """The newest reference date loaded, not after that day; None when nothing was loaded. A count somebody
    typed is no register."""
    return newest_reference_dates([until])[until]


def newest_reference_dates(days: Iterable[dt.date]) -> dict[dt.date, dt.date | None]:
    """The same for several days, in one query."""
    asked = list(days)
    found = dict(_newest.rows(days=tuple(asked))) if asked else {}
    return {day: found.get(number) for number, day in enumerate(asked)}


@Prepared
def _newest(*, days: tuple[dt.date, ...]) -> "QuerySet[Any, Any]":
    """(number of the day, newest date), each the first of the index that counts."""
    loaded = JobCount.objects.exclude(source=Source.OWN).order_by("-reference_date")
    first, *others = (
        loaded.filter(reference_date__lte=day).values_list(Value(number), "reference_date")[:1]
        for number, day in enumerate(days)
    )
    found: QuerySet[Any, Any] = first.union(*others, all=True) if others else first
    return found


def rank_employers(
    day: dt.date,
    size: int,
    *,
    left_out: Iterable[int] = (),
    also: Iterable[int] = (),
    beyond: int = 0,
) -> list[Standing]:
    """The employers on the first `size` places on that reference date, in order, followed by those on the
    next `beyond` places and the standings of the employers in `also`, which are not listed. All ids are of
    survivors (see families)."""
    with connection.cursor() as cursor:
        cursor.execute(
            RANKING,
            {
                "day": day,
                "size": size,
                "until": size + beyond,
                "sources": list(policy.value("job_source_order", day)),
                "ties": policy.value("top_list_includes_ties"),
                "kinds": [str(kind) for kind in Employer.RANKING_KINDS],
                "left_out": list(left_out),
                "also": sorted(set(also)),
            },
        )
        return [
            Standing(employer_id, int(jobs), int(place), is_listed)
            for employer_id, jobs, place, _line, is_listed in cursor.fetchall()
        ]
