"""Keeps the index equal to the records, set-based: the same statement for one record and for all of them."""

from collections.abc import Collection, Iterable
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from employers.models import Activity

from .last_contact import refresh_last_contact
from .registry import INDEX_COLUMNS, SOURCES, ActivitySource, as_sql, sources_of

log = structlog.get_logger(__name__)

# Only rows that differ are written, so that a second run changes nothing and says so. What another
# transaction wrote since this statement began is neither seen nor touched, but for a row that was wrong.
STATEMENT = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT ON (r.employer_id, r.record_id) r.employer_id::bigint AS employer_id,
           r.record_id::bigint AS record_id, r.at::timestamptz AS at, r.is_plan::boolean AS is_plan,
           r.is_contact::boolean AS is_contact, r.user_id::bigint AS user_id, r.theme_id::bigint AS theme_id
      FROM ({parts}) r({columns})
     WHERE r.employer_id IS NOT NULL AND r.at IS NOT NULL AND {scope}
     ORDER BY r.employer_id, r.record_id, r.is_contact DESC
), present AS MATERIALIZED (
    SELECT r.* FROM employers_activity r WHERE r.kind = %s AND {scope}
), gone AS (
    DELETE FROM employers_activity a USING present p
     WHERE a.id = p.id AND NOT EXISTS (
        SELECT 1 FROM wanted w WHERE w.employer_id = p.employer_id AND w.record_id = p.record_id)
    RETURNING a.employer_id
), written AS (
    INSERT INTO employers_activity (kind, {columns})
    SELECT %s, {picked}
      FROM wanted w
      LEFT JOIN present p ON p.employer_id = w.employer_id AND p.record_id = w.record_id
     WHERE p.id IS NULL OR (p.at, p.is_plan, p.is_contact, p.user_id, p.theme_id)
           IS DISTINCT FROM (w.at, w.is_plan, w.is_contact, w.user_id, w.theme_id)
     ORDER BY w.employer_id, w.record_id
    ON CONFLICT (employer_id, kind, record_id) DO UPDATE
       SET at = EXCLUDED.at, is_plan = EXCLUDED.is_plan, is_contact = EXCLUDED.is_contact,
           user_id = EXCLUDED.user_id, theme_id = EXCLUDED.theme_id
    RETURNING employer_id
), touched AS (
    SELECT employer_id FROM gone UNION ALL SELECT employer_id FROM written
)
SELECT count(*), array_agg(DISTINCT employer_id) FROM touched
"""


def refresh_activities(kind: str, record_ids: Iterable[int]) -> int:
    """After a record was saved: make its rows equal to it, and the last contact of the employers that
    concerns. `kind`: of a source, or a group ("contact", "meeting", "invitation", "follow_up", "assignment",
    "position", "grouping"). Returns how many rows changed; running it twice changes nothing.

    Raises KeyError for a kind nobody registered, so that a typing error shows in the first test."""
    chosen = sources_of([kind])
    if not chosen:
        raise KeyError(kind)
    ids = sorted(set(record_ids))
    if not ids:
        return 0
    return _refresh(chosen, "r.record_id = ANY(%s)", [ids])


def refresh_employer_activities(
    employer_ids: Iterable[int] | None, kinds: Collection[str] | None = None
) -> int:
    """The same for everything of these employers (None: of all), or for some kinds or groups of it: for what
    belongs to no single record (the register, changed fields), and after grouping."""
    chosen = list(SOURCES.values()) if kinds is None else sources_of(kinds)
    if employer_ids is None:
        return _refresh(chosen, "TRUE", [])
    ids = sorted(set(employer_ids))
    return _refresh(chosen, "r.employer_id = ANY(%s)", [ids]) if ids else 0


def refresh_shared_activities(employer_ids: Iterable[int]) -> int:
    """The same for every record that these employers have part in, at the others too: after one of them
    became confidential, what was said with it is no contact that others may see the date of (R10)."""
    ids = sorted(set(employer_ids))
    changed = 0
    rows = Activity.objects.filter(employer__in=ids).order_by().values_list("kind", "record_id")
    shared: dict[str, set[int]] = {}
    for kind, record_id in rows.distinct():
        shared.setdefault(kind, set()).add(record_id)
    for kind, records in shared.items():
        if kind in SOURCES:
            changed += _refresh([SOURCES[kind]], "r.record_id = ANY(%s)", [sorted(records)])
    return changed


def rebuild_activities() -> dict[str, int]:
    """Make the whole index again from the records; how many rows were wrong, by kind. Kinds that nobody
    registers any more go. Each kind is a transaction of its own."""
    repaired: dict[str, int] = {}
    for source in SOURCES.values():
        repaired[source.kind] = _refresh([source], "TRUE", [])
    repaired["unknown"] = Activity.objects.exclude(kind__in=list(SOURCES)).delete()[0]
    repaired["last_contact"] = refresh_last_contact()
    log.info("activities_rebuilt", repaired=sum(repaired.values()), **repaired)
    return repaired


def _refresh(sources: Collection[ActivitySource], scope: str, scope_values: list[Any]) -> int:
    changed = 0
    employers: set[int] = set()
    with transaction.atomic():
        for source in sources:
            count, touched = _write(source, scope, scope_values)
            changed += count
            employers.update(touched)
        if employers:
            refresh_last_contact(employers)
    return changed


def _write(source: ActivitySource, scope: str, scope_values: list[Any]) -> tuple[int, list[int]]:
    found: Any = source.rows()
    statements = [as_sql(part) for part in ([found] if isinstance(found, QuerySet | tuple) else found)]
    values = [value for _sql, part in statements for value in part]
    columns = ", ".join(INDEX_COLUMNS)
    sql = STATEMENT.format(
        parts=" UNION ALL ".join(f"({sql})" for sql, _values in statements),
        columns=columns,
        picked=", ".join(f"w.{name}" for name in INDEX_COLUMNS),
        scope=scope,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *scope_values, source.kind, *scope_values, source.kind])
        count, employers = cursor.fetchone()
    return int(count), employers or []
