"""Decides for every staged row what it is: new, changed, unchanged, doubtful or refused (R11).

Match on establishment number; else KVK number with postcode and house number; else doubtful when name and
postcode look alike; never on the name alone. Only reads the register's tables.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from rapidfuzz import fuzz, process

from employers.models import RegisterDelivery
from employers.models.reference import SbiVersion

LOOKS_ALIKE = 88  # of 100, names without legal form; 85 already joins different shops of one street
SBI_2025_FROM = date(2025, 9, 5)  # the trade register went over then


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the statements need to know of the delivery. `older`: a newer one of this source is in."""

    source: str
    reference_date: date
    sbi_version: int
    is_partial: bool
    older: bool


def newest_reference_date(source: str) -> date | None:
    """Reference date of the newest delivery of this source that was imported."""
    done = RegisterDelivery.objects.filter(source=source, state=RegisterDelivery.State.DONE)
    return done.order_by("-reference_date").values_list("reference_date", flat=True).first()


def find_sbi_version(reference_date: date) -> int:
    """The version in which most of the file's codes are finest codes (of 2025 those have five digits, of 2008
    four or five); when that does not tell, by the date."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.version, count(*) FROM register_stage s
               JOIN employers_sbicode c ON c.code IN (s.sbi, '0' || s.sbi)
              WHERE length(s.sbi) >= 4
                AND NOT EXISTS (SELECT 1 FROM employers_sbicode k WHERE k.parent_id = c.id)
              GROUP BY c.version ORDER BY 2 DESC"""
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    if found and (len(found) == 1 or found[0][1] > found[1][1]):
        return found[0][0]
    return SbiVersion.SBI_2025 if reference_date >= SBI_2025_FROM else SbiVersion.SBI_2008


# Lost leading zeros and codes longer than the table: the first rule that finds a code wins.
SBI_RULES = (
    "length(s.sbi) >= 4 AND c.code = s.sbi",
    "c.code = '0' || s.sbi",
    "c.code = s.sbi",
    "length(s.sbi) > 5 AND c.code = left(s.sbi, 5)",
    "length(s.sbi) > 4 AND c.code = left(s.sbi, 4)",
)

FREE = "NOT EXISTS (SELECT 1 FROM register_stage t WHERE t.establishment_id = e.id)"

BY_NUMBER = """
UPDATE register_stage s SET establishment_id = e.id
  FROM employers_establishment e WHERE s.number <> '' AND e.number = s.number
"""

SAME_ADDRESS_IN_FILE = """
UPDATE register_stage s SET outcome = 'doubtful', reason = 'same_address_twice',
       reason_values = jsonb_build_object('first', t.first)
  FROM (SELECT "row", first_value("row") OVER same AS first FROM register_stage
         WHERE number = '' AND kvk <> '' AND postcode <> '' AND house_number <> '' AND outcome <> 'refused'
        WINDOW same AS (PARTITION BY kvk, postcode, house_number, upper(house_letter || house_addition)
                        ORDER BY "row")) t
 WHERE t."row" = s."row" AND t.first < s."row" AND s.outcome = ''
"""

BY_ADDRESS = f"""
WITH pair AS (
    SELECT s."row", e.id, count(*) OVER (PARTITION BY s."row") AS found
      FROM register_stage s
      JOIN employers_registration r ON r.kvk_number = s.kvk
      JOIN employers_establishment e ON e.registration_id = r.id AND e.postcode = s.postcode
       AND e.house_number = s.house_number
       AND upper(e.house_letter || e.house_addition) = upper(s.house_letter || s.house_addition)
     WHERE s.establishment_id IS NULL AND s.postcode <> '' AND s.house_number <> ''
       AND (s.number = '' OR e.number = '') AND {FREE})
UPDATE register_stage s
   SET establishment_id = p.id,
       outcome = CASE WHEN p.found > 1 AND s.outcome = '' THEN 'doubtful' ELSE s.outcome END,
       reason = CASE WHEN p.found > 1 AND s.outcome = '' THEN 'several_matches' ELSE s.reason END
  FROM (SELECT DISTINCT ON ("row") * FROM pair ORDER BY "row", id) p WHERE p."row" = s."row"
"""

BY_LISA_NUMBER = f"""
UPDATE register_stage s SET establishment_id = e.id
  FROM employers_establishment e
 WHERE s.establishment_id IS NULL AND s.lisa_number <> '' AND e.lisa_number = s.lisa_number
   AND e.register_values ? %(source)s AND (s.number = '' OR e.number = '') AND {FREE}
"""

# A row without any key is recognised when nothing in it changed since the last delivery.
BY_SAME_CONTENT = f"""
UPDATE register_stage s SET establishment_id = e.id
  FROM employers_establishment e
 WHERE s.establishment_id IS NULL AND s.number = '' AND e.number = '' AND e.postcode = s.postcode
   AND e.name = s.name AND e.register_values -> %(source)s @> s.given AND s.outcome <> 'refused' AND {FREE}
"""

# Two rows for one establishment: the one found by number, else the first, keeps it.
ONE_ROW_EACH = """
UPDATE register_stage s SET outcome = 'doubtful', reason = 'same_address_twice',
       reason_values = jsonb_build_object('first', t.first)
  FROM (SELECT "row", first_value("row") OVER (PARTITION BY establishment_id
               ORDER BY number = '', outcome <> '', "row") AS first
          FROM register_stage WHERE establishment_id IS NOT NULL AND outcome <> 'refused') t
 WHERE t."row" = s."row" AND t.first <> s."row" AND s.outcome = ''
"""

OLDER_ADDS_COUNTS_ONLY = """
UPDATE register_stage SET outcome = 'doubtful', reason = 'unknown_in_older_file'
 WHERE establishment_id IS NULL AND outcome = ''
"""

# The last numbers of this source up to this delivery; of an older delivery those of its own date.
CLASSIFY = """
UPDATE register_stage s
   SET employer_id = e.employer_id,
       applies = e.source = %(source)s OR e.source = 'own' OR %(source)s = 'lisa',
       renamed = (e.register_values -> %(source)s ->> 'name',
                  e.register_values -> %(source)s ->> 'enterprise_name')
                 IS DISTINCT FROM (s.given ->> 'name', s.given ->> 'enterprise_name'),
       outcome = CASE
           WHEN NOT %(older)s AND NOT COALESCE(e.register_values -> %(source)s @> s.given, false)
                THEN 'changed'
           WHEN NOT %(older)s AND e.ended_on IS NOT NULL AND s.ended_on IS NULL
                AND NOT e.own_fields ? 'ended_on' THEN 'changed'
           WHEN s.jobs IS NOT NULL AND (c.id IS NULL
                OR (c.jobs, c.men_full, c.women_full, c.men_part, c.women_part)
                   IS DISTINCT FROM (s.jobs, s.men_full, s.women_full, s.men_part, s.women_part))
                THEN 'changed'
           ELSE 'unchanged' END
  FROM employers_establishment e
  LEFT JOIN LATERAL (
       SELECT j.* FROM employers_jobcount j
        WHERE j.establishment_id = e.id AND j.source = %(source)s AND j.reference_date <= %(reference_date)s
          AND (NOT %(older)s OR j.reference_date = %(reference_date)s)
        ORDER BY j.reference_date DESC, j.version DESC LIMIT 1) c ON true
 WHERE e.id = s.establishment_id AND s.outcome = ''
"""

# Establishments of this source that the file does not speak of. A refused row still protects what its
# readable keys point at: damaged is not gone.
MISSING = """
SELECT e.id FROM employers_establishment e
  LEFT JOIN employers_registration r ON r.id = e.registration_id
 WHERE e.source = %(source)s AND e.register_values ? %(source)s AND e.ended_on IS NULL
   AND NOT EXISTS (SELECT 1 FROM register_stage s WHERE s.establishment_id = e.id)
   AND NOT EXISTS (SELECT 1 FROM register_stage s WHERE s.outcome = 'refused'
        AND ((s.lisa_number <> '' AND s.lisa_number = e.lisa_number)
          OR (s.number = '' AND s.kvk <> '' AND s.kvk = r.kvk_number
              AND (s.postcode = '' OR s.postcode = e.postcode)
              AND (s.house_number = '' OR s.house_number = e.house_number))))
"""


def match(delivery: Delivery) -> None:
    """Give every staged row its outcome and, where known, its establishment."""
    params = {"source": delivery.source}
    with connection.cursor() as cursor:
        _find_sbi(cursor, delivery)
        cursor.execute(BY_NUMBER)
        cursor.execute(SAME_ADDRESS_IN_FILE)
        for statement in (BY_ADDRESS, BY_LISA_NUMBER, BY_SAME_CONTENT, ONE_ROW_EACH):
            cursor.execute(statement, params)
        if delivery.older:
            cursor.execute(OLDER_ADDS_COUNTS_ONLY)
        else:
            _hold_look_alikes(cursor)
        _classify(cursor, delivery)


def match_as_decided(delivery: Delivery, establishment_id: int | None) -> str:
    """A person decided about the one staged row: it is that establishment, or (None) whichever has its keys,
    else a new one. Returns the outcome; "doubtful" when an older file would make something new."""
    with connection.cursor() as cursor:
        _find_sbi(cursor, delivery)
        cursor.execute("UPDATE register_stage SET outcome = '' WHERE outcome = 'doubtful'")
        if establishment_id is None:
            cursor.execute(BY_NUMBER)
        else:
            cursor.execute("UPDATE register_stage SET establishment_id = %s", [establishment_id])
        if delivery.older:
            cursor.execute(OLDER_ADDS_COUNTS_ONLY)
        _classify(cursor, delivery)
        cursor.execute("SELECT outcome FROM register_stage")
        return str(cursor.fetchone()[0])


def _find_sbi(cursor: Any, delivery: Delivery) -> None:
    for rule in SBI_RULES:
        cursor.execute(
            f"""UPDATE register_stage s SET sbi_id = c.id FROM employers_sbicode c
                WHERE s.sbi_id IS NULL AND s.sbi <> '' AND c.version = %s AND {rule}""",
            [delivery.sbi_version],
        )
    cursor.execute(
        """UPDATE register_stage SET notes = notes || jsonb_build_array(jsonb_build_object('code',
               'unknown_sbi', 'field', 'sbi', 'column', NULL, 'params', jsonb_build_object('value', sbi)))
            WHERE sbi_id IS NULL AND sbi <> ''"""
    )


def _classify(cursor: Any, delivery: Delivery) -> None:
    cursor.execute(
        "UPDATE register_stage SET outcome = 'new' WHERE outcome = '' AND establishment_id IS NULL"
    )
    cursor.execute(
        CLASSIFY,
        {"source": delivery.source, "reference_date": delivery.reference_date, "older": delivery.older},
    )
    cursor.execute("ANALYZE register_stage")  # the outcomes are new to the planner


def missing_ids(delivery: Delivery) -> list[int]:
    """Establishments that a full, not older delivery ends; none for the others."""
    if delivery.is_partial or delivery.older:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MISSING, {"source": delivery.source})
        return [pk for (pk,) in cursor.fetchall()]


def counts() -> dict[str, int]:
    """Rows per outcome; together they are all data rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome, count(*) FROM register_stage GROUP BY outcome")
        found: dict[str, int] = dict(cursor.fetchall())
    outcomes = ("new", "changed", "unchanged", "doubtful", "refused")
    return {"rows": sum(found.values()), **{outcome: found.get(outcome, 0) for outcome in outcomes}}


_LEGAL_FORM = re.compile(
    r"\b(b\.?\s?v|n\.?\s?v|v\.?\s?o\.?\s?f|c\.?\s?v|u\.?\s?a|stichting|vereniging|holding)\b\.?"
)


def bare_name(name: str) -> str:
    """A name as it is compared: lower case, without legal form and punctuation."""
    text = _LEGAL_FORM.sub(" ", name.lower())
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def figures(name: str) -> list[str]:
    """The numbers in a name: "Filiaal 1" and "Filiaal 2" are as alike as names can be, and are two places."""
    return re.findall(r"\d+", name)


def alike_postcodes(one: str, other: str) -> bool:
    """Equal, or one letter apart within the same four digits."""
    return one[:4] == other[:4] and sum(a != b for a, b in zip(one, other, strict=False)) <= 1


def _hold_look_alikes(cursor: Any) -> None:
    """Rows nothing matches, but whose name and postcode look like an establishment nobody else claims."""
    cursor.execute(
        """SELECT "row", name, postcode FROM register_stage
            WHERE outcome = '' AND establishment_id IS NULL AND postcode <> ''"""
    )
    loose: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row, name, postcode in cursor.fetchall():
        loose[postcode[:4]].append((row, bare_name(name), postcode))
    if not loose:
        return
    cursor.execute(
        f"""SELECT e.id, e.name, e.postcode, p.is_confidential FROM employers_establishment e
              JOIN employers_employer p ON p.id = e.employer_id
             WHERE e.ended_on IS NULL AND left(e.postcode, 4) = ANY(%s) AND {FREE}""",
        [list(loose)],
    )
    known: dict[str, dict[str, list[tuple[int, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for pk, name, postcode, is_confidential in cursor.fetchall():
        # R10: who imports need not know which confidential employers there are
        known[postcode[:4]][postcode].append((pk, bare_name(name), "" if is_confidential else name))
    held = []
    claimed: set[int] = set()
    for district, rows in loose.items():
        for row, name, postcode in rows:
            near = [
                place
                for code, places in known[district].items()
                if alike_postcodes(code, postcode)
                for place in places
                if place[0] not in claimed and figures(place[1]) == figures(name)
            ]
            best = process.extractOne(
                name, [place[1] for place in near], scorer=fuzz.token_sort_ratio, score_cutoff=LOOKS_ALIKE
            )
            if best:
                pk, _bare, label = near[best[2]]
                claimed.add(pk)
                code = "looks_like" if label else "looks_known"
                held.append((row, pk, code, json.dumps({"name": label} if label else {})))
    for at in range(0, len(held), 1_000):
        part = held[at : at + 1_000]
        marks = ", ".join(["(%s, %s, %s, %s::jsonb)"] * len(part))
        cursor.execute(
            f"""UPDATE register_stage s SET outcome = 'doubtful', reason = v.reason,
                       establishment_id = v.id, reason_values = v.params
                  FROM (VALUES {marks}) AS v("row", id, reason, params) WHERE v."row" = s."row" """,
            [value for entry in part for value in entry],
        )
