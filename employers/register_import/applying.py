"""Writes what `matching` decided, in the caller's transaction: a fixed number of set-based statements,
whatever the size of the file (R2, R3, R11). The trail's triggers see every row."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from employers.models import ChangeProposal, DeliveryRow, Employer, Establishment, JobCount, Registration
from employers.services import refresh_employers

from .matching import Delivery, missing_ids
from .statements import (
    AREA_OF,
    FIND_EMPLOYERS,
    INSIDE,
    LEGAL_FORMS,
    LINK_KVK,
    NATURAL_PERSONS,
    NEW_COUNTS,
    NEW_EMPLOYERS,
    NUMBER_NEW,
    ON_OPEN_PROPOSAL,
    OTHER_KVK,
    PROPOSALS,
    REGISTER_COLUMNS,
    RENAME,
)


def insert_select(
    cursor: Any,
    model: type[models.Model],
    values: dict[str, str],
    source: str,
    params: dict[str, Any],
    tail: str = "",
) -> int:
    """INSERT … SELECT with the model's own defaults for every column not in `values`; rows written.

    Django keeps defaults in Python, so a bare INSERT would have to repeat them."""
    params = dict(params)
    columns, expressions = [], []
    for field in model._meta.concrete_fields:
        if field.column in values:
            expression = values[field.column]
        elif field.primary_key:
            continue
        elif getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            expression = "now()"
        else:
            name = f"default_{field.column}"
            params[name] = field.get_db_prep_save(field.get_default(), connection)
            expression = f"%({name})s"
        columns.append(f'"{field.column}"')
        expressions.append(expression)
    table = model._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(expressions)} FROM {source} {tail}",
        params,
    )
    return int(cursor.rowcount)


def apply(delivery: Delivery, delivery_id: int, by_id: int | None) -> dict[str, int]:
    """Write every accepted row and the rows of the result; returns {"missing": …}. Call after `match`,
    inside the transaction that also marks the delivery as done."""
    params = _params(delivery, delivery_id, by_id)
    with connection.cursor() as cursor:
        missing = missing_ids(delivery)
        _write_register(cursor, delivery, missing, params)
        _write_result(cursor, missing, params)
    return {"missing": len(missing)}


def apply_decided(delivery: Delivery, delivery_id: int, by_id: int | None) -> int:
    """Write the one staged row a person decided about; returns its establishment. Ends nothing."""
    with connection.cursor() as cursor:
        _write_register(cursor, delivery, [], _params(delivery, delivery_id, by_id))
        cursor.execute("SELECT establishment_id FROM register_stage")
        return int(cursor.fetchone()[0])


def _params(delivery: Delivery, delivery_id: int, by_id: int | None) -> dict[str, Any]:
    return {
        "source": delivery.source,
        "reference_date": delivery.reference_date,
        "delivery": delivery_id,
        "by": by_id,
    }


def _write_register(cursor: Any, delivery: Delivery, missing: list[int], params: dict[str, Any]) -> None:
    # Django's foreign keys wait for the commit. With the trail's trigger beside them every row then walks
    # past all the checks still waiting: 16,000 rows cost ten times as much each as when checked at once.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _write_new(cursor, params)
    # The planner still believes the tables are as small as before this delivery: on a first import it
    # would join ten thousand rows with ten thousand rows one by one.
    cursor.execute("ANALYZE employers_employer, employers_registration, employers_establishment")
    if not delivery.older:
        _write_changes(cursor, params)
    _end_missing(cursor, missing, params)
    counted = insert_select(
        cursor,
        JobCount,
        {
            "establishment_id": "s.establishment_id",
            "reference_date": "%(reference_date)s",
            "source": "%(source)s",
            "version": "COALESCE(c.version, 0) + 1",
            "men_full": "s.men_full",
            "women_full": "s.women_full",
            "men_part": "s.men_part",
            "women_part": "s.women_part",
            "jobs": "s.jobs",
            "delivery_id": "%(delivery)s",
        },
        NEW_COUNTS,
        params,
    )
    cursor.execute("ANALYZE employers_jobcount")
    employers = _touched(cursor, missing, everything=bool(counted))
    cursor.execute(RENAME)
    refresh_employers(employers)
    cursor.execute(NATURAL_PERSONS, {"employers": employers})
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _write_new(cursor: Any, params: dict[str, Any]) -> None:
    cursor.execute("DROP TABLE IF EXISTS register_new_employer")  # of a run in the same transaction
    cursor.execute(NEW_EMPLOYERS)
    cursor.execute("ANALYZE register_new_employer")
    tracked = {"created_by_id": "%(by)s::bigint", "modified_by_id": "%(by)s::bigint"}
    insert_select(
        cursor,
        Employer,
        {"id": "n.employer_id", "name": "n.name", "is_natural_person": "n.is_natural", **tracked},
        "register_new_employer n",
        params,
    )
    insert_select(
        cursor,
        Registration,
        {
            "id": "n.registration_id",
            "employer_id": "n.employer_id",
            "kvk_number": "n.kvk",
            "name": "n.name",
            "legal_form": "n.form",
            **tracked,
        },
        "register_new_employer n WHERE n.registration_id IS NOT NULL",
        params,
    )
    cursor.execute(FIND_EMPLOYERS)
    cursor.execute(NUMBER_NEW)
    insert_select(
        cursor,
        Establishment,
        {
            "id": "s.establishment_id",
            "employer_id": "s.employer_id",
            "registration_id": "s.registration_id",
            **REGISTER_COLUMNS,
            "sbi_id": "s.sbi_id",
            "area_id": AREA_OF,
            "in_municipality": INSIDE,
            "source": "%(source)s",
            "register_values": "jsonb_build_object(%(source)s, s.given)",
            **tracked,
        },
        "register_stage s WHERE s.outcome = 'new'",
        params,
    )


def _write_changes(cursor: Any, params: dict[str, Any]) -> None:
    for values, source in (
        (
            {"field": "f.field", "own_value": "COALESCE(f.own, '')", "register_value": "s.given ->> f.field"},
            PROPOSALS,
        ),
        (
            {"field": "'kvk'", "own_value": "COALESCE(r.kvk_number, '')", "register_value": "s.kvk"},
            OTHER_KVK + " AND (n.employer_id <> e.employer_id OR (n.id IS NULL AND r.id IS NOT NULL))",
        ),
    ):
        insert_select(
            cursor,
            ChangeProposal,
            {"establishment_id": "e.id", "delivery_id": "%(delivery)s", **values},
            source,
            params,
            ON_OPEN_PROPOSAL,
        )
    # An establishment that had no registration gets one under its own employer.
    insert_select(
        cursor,
        Registration,
        {
            "employer_id": "x.employer_id",
            "kvk_number": "x.kvk",
            "name": "x.name",
            "legal_form": "x.legal_form",
        },
        f"""(SELECT DISTINCT ON (s.kvk) e.employer_id, s.kvk, s.legal_form,
                    COALESCE(NULLIF(s.enterprise_name, ''), s.name) AS name
               FROM {OTHER_KVK} AND n.id IS NULL AND r.id IS NULL ORDER BY s.kvk, s."row") x""",
        params,
    )
    cursor.execute(LINK_KVK)
    cursor.execute(LEGAL_FORMS)
    sets = [
        f"{column} = CASE WHEN s.applies AND s.given ? '{column}' AND NOT e.own_fields ? '{column}' "
        f"THEN {expression} ELSE e.{column} END"
        for column, expression in REGISTER_COLUMNS.items()
        if column != "ended_on"
    ]
    follows = "s.applies AND s.given ? 'postcode' AND NOT e.own_fields ?"
    cursor.execute(
        f"""UPDATE employers_establishment e SET {", ".join(sets)},
              ended_on = CASE WHEN s.applies AND NOT e.own_fields ? 'ended_on' THEN s.ended_on
                              ELSE e.ended_on END,
              sbi_id = CASE WHEN s.applies AND s.sbi_id IS NOT NULL AND NOT e.own_fields ? 'sbi'
                            THEN s.sbi_id ELSE e.sbi_id END,
              area_id = CASE WHEN {follows} 'area' AND NOT e.own_fields ? 'postcode'
                             THEN {AREA_OF} ELSE e.area_id END,
              in_municipality = CASE WHEN {follows} 'postcode' THEN {INSIDE} ELSE e.in_municipality END,
              source = CASE WHEN s.applies THEN %(source)s ELSE e.source END,
              register_values = jsonb_set(e.register_values, ARRAY[%(source)s],
                    COALESCE(e.register_values -> %(source)s, '{{}}') || s.given),
              modified_at = now(), modified_by_id = %(by)s, version = e.version + 1
            FROM register_stage s WHERE s.establishment_id = e.id AND s.outcome = 'changed'""",
        params,
    )


def _end_missing(cursor: Any, missing: list[int], params: dict[str, Any]) -> None:
    if missing:
        cursor.execute(
            """UPDATE employers_establishment e
                  SET ended_on = %(reference_date)s, modified_at = now(), modified_by_id = %(by)s,
                      version = version + 1
                WHERE id = ANY(%(missing)s) AND NOT own_fields ? 'ended_on'""",
            {**params, "missing": missing},
        )


def _write_result(cursor: Any, missing: list[int], params: dict[str, Any]) -> None:
    """What became of each row. Values only of rows a person must look at."""
    write_rows(cursor, params["delivery"])
    if missing:
        insert_select(
            cursor,
            DeliveryRow,
            {"delivery_id": "%(delivery)s", "outcome": "'missing'", "establishment_id": "m.id"},
            "unnest(%(missing)s::bigint[]) AS m(id)",
            {**params, "missing": missing},
        )


def write_rows(cursor: Any, delivery_id: int, *, only: tuple[str, ...] = ()) -> None:
    """Store the outcome of the staged rows, instead of what was stored of an earlier look."""
    DeliveryRow.objects.filter(delivery_id=delivery_id).delete()
    insert_select(
        cursor,
        DeliveryRow,
        {
            "delivery_id": "%(delivery)s",
            "number": 's."row"',
            "outcome": "s.outcome",
            "column": "s.reason_column",
            "reason": "s.reason",
            "reason_values": "s.reason_values",
            "values": "CASE WHEN s.outcome IN ('doubtful', 'refused') THEN s.cells ELSE '[]'::jsonb END",
            "notes": "s.notes",
            "establishment_id": "CASE WHEN s.outcome <> 'refused' THEN s.establishment_id END",
        },
        "register_stage s" + (" WHERE s.outcome = ANY(%(only)s)" if only else "") + ' ORDER BY s."row"',
        {"delivery": delivery_id, "only": list(only)},
    )


def _touched(cursor: Any, missing: list[int], *, everything: bool) -> list[int]:
    """Employers whose derived columns may differ now: every row's when numbers came in."""
    outcomes = ("new", "changed", "unchanged") if everything else ("new", "changed")
    cursor.execute(
        """SELECT DISTINCT employer_id FROM register_stage WHERE outcome = ANY(%s) AND employer_id IS NOT NULL
           UNION SELECT employer_id FROM employers_establishment WHERE id = ANY(%s)""",
        [list(outcomes), missing],
    )
    return [pk for (pk,) in cursor.fetchall()]
