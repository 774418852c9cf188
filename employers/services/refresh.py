"""Keeps the derived columns of employers (R2, R3), in a fixed number of statements for any number of rows."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection, transaction

from deventer_crm.core import policy
from employers.activity import refresh_employer_activities, refresh_last_contact
from employers.models import Track

#: Days a reference date may differ from a year earlier and still be "a year before" (registers are not
#: delivered on the same day each year).
YEAR_SLACK_DAYS = 45

# Which establishments a grouped employer brings along needs nothing here: grouping moves them.
REFRESH = """
WITH wanted AS (
    SELECT e.id, e.name FROM employers_employer e WHERE {which}
), place AS (
    SELECT v.id, v.employer_id, v.is_main, v.in_municipality, v.area_id, v.sbi_id, v.ended_on,
           COALESCE(v.ended_on <= %(today)s, FALSE) AS has_ended
      FROM employers_establishment v JOIN wanted w ON w.id = v.employer_id
), best AS (
    SELECT DISTINCT ON (c.establishment_id) c.establishment_id, c.jobs, c.reference_date
      FROM employers_jobcount c JOIN place p ON p.id = c.establishment_id
     WHERE c.reference_date <= %(today)s
     ORDER BY c.establishment_id, COALESCE(array_position(%(sources)s::text[], c.source::text), 99),
              c.reference_date DESC, c.version DESC
), working AS (
    SELECT p.*, b.reference_date, CASE WHEN p.has_ended THEN 0 ELSE b.jobs END AS jobs
      FROM place p LEFT JOIN best b ON b.establishment_id = p.id
), total AS (
    SELECT employer_id, SUM(jobs) AS jobs,
           COALESCE(MAX(reference_date) FILTER (WHERE NOT has_ended), MAX(reference_date)) AS jobs_on
      FROM working WHERE in_municipality GROUP BY employer_id
), year_before AS (
    SELECT p.id, p.employer_id, t.jobs_on,
           (t.jobs_on - INTERVAL '1 year' + INTERVAL '{slack} days')::date AS day, p.ended_on
      FROM place p JOIN total t ON t.employer_id = p.employer_id WHERE p.in_municipality
), best_before AS (
    SELECT DISTINCT ON (y.id) y.id, y.employer_id,
           CASE WHEN y.ended_on <= y.day THEN 0 ELSE c.jobs END AS jobs
      FROM year_before y
      JOIN employers_jobcount c ON c.establishment_id = y.id AND c.reference_date <= y.day
     ORDER BY y.id, COALESCE(array_position(%(sources)s::text[], c.source::text), 99),
              c.reference_date DESC, c.version DESC
), before AS (
    SELECT employer_id, SUM(jobs) AS jobs FROM best_before GROUP BY employer_id
), main AS (
    SELECT DISTINCT ON (employer_id) employer_id, id, area_id, sbi_id
      FROM working
     ORDER BY employer_id, has_ended, in_municipality DESC, is_main DESC, jobs DESC NULLS LAST, id
), placed AS (
    SELECT m.employer_id, m.id AS main_id, m.area_id,
           (SELECT x.sector_id FROM employers_sectorprefix x JOIN employers_sbicode s ON s.id = m.sbi_id
             WHERE x.version = s.version AND s.code LIKE x.prefix || '%%'
             ORDER BY length(x.prefix) DESC LIMIT 1) AS sector_id
      FROM main m
), words AS (
    SELECT employer_id, string_agg(DISTINCT word, ' ' ORDER BY word) AS words
      FROM (
        SELECT v.employer_id,
               unnest(ARRAY[v.name, v.enterprise_name, v.number, v.town,
                            CASE WHEN v.is_shielded THEN ''
                                 ELSE concat(v.street, ' ', v.house_number, v.house_letter,
                                             '-' || NULLIF(v.house_addition, ''), ' ', v.postcode) END]) word
          FROM employers_establishment v JOIN wanted w ON w.id = v.employer_id
        UNION ALL
        SELECT r.employer_id, unnest(ARRAY[r.name, r.kvk_number])
          FROM employers_registration r JOIN wanted w ON w.id = r.employer_id
        UNION ALL
        SELECT w.id, unnest(e.former_names)
          FROM employers_employer e JOIN wanted w ON w.id = e.id
        UNION ALL
        SELECT a.merged_into_id, unnest(a.former_names)
          FROM employers_employer a JOIN wanted w ON w.id = a.merged_into_id
        UNION ALL
        SELECT a.merged_into_id, a.name
          FROM employers_employer a JOIN wanted w ON w.id = a.merged_into_id
      ) parts WHERE word <> '' GROUP BY employer_id
), fresh AS (
    SELECT e.id, t.jobs, t.jobs_on, b.jobs AS jobs_before, p.main_id,
           CASE WHEN e.area_reason = '' THEN p.area_id ELSE e.area_id END AS area_id,
           CASE WHEN e.sector_reason = '' THEN p.sector_id ELSE e.sector_id END AS sector_id,
           lower(unaccent(concat_ws(' ', e.name, w.words))) AS search_text,
           left(regexp_replace(lower(unaccent(e.name)), '^[^a-z0-9]+', ''), 200) AS sort_name
      FROM employers_employer e
      JOIN wanted ON wanted.id = e.id
      LEFT JOIN total t ON t.employer_id = e.id
      LEFT JOIN before b ON b.employer_id = e.id
      LEFT JOIN placed p ON p.employer_id = e.id
      LEFT JOIN words w ON w.employer_id = e.id
), tracked AS (
    SELECT f.*,
           CASE WHEN e.track_reason <> '' THEN e.track_id
                ELSE (SELECT k.id FROM employers_track k WHERE k.code =
                        CASE WHEN a.kind = 'inner_city' THEN %(inner_city)s ELSE %(sectors)s END)
           END AS track_id
      FROM fresh f JOIN employers_employer e ON e.id = f.id LEFT JOIN employers_area a ON a.id = f.area_id
)
UPDATE employers_employer e
   SET jobs = n.jobs, jobs_on = n.jobs_on, jobs_before = n.jobs_before, main_establishment_id = n.main_id,
       area_id = n.area_id, sector_id = n.sector_id, track_id = n.track_id,
       search_text = n.search_text, sort_name = n.sort_name
  FROM tracked n
 WHERE n.id = e.id
   AND (e.jobs, e.jobs_on, e.jobs_before, e.main_establishment_id, e.area_id, e.sector_id, e.track_id,
        e.search_text, e.sort_name)
       IS DISTINCT FROM
       (n.jobs, n.jobs_on, n.jobs_before, n.main_id, n.area_id, n.sector_id, n.track_id,
        n.search_text, n.sort_name)
"""


@transaction.atomic
def refresh_employers(employer_ids: Iterable[int] | None = None, today: dt.date | None = None) -> int:
    """Recompute every derived column of these employers (None: all of them) as on that day; returns how many
    rows changed. One statement for the columns, one for each kind of line that register and trail give to
    a timeline, one for the last contact (R9).

    Jobs follow R2 (source order, newest count, ended is 0, inside the municipality); `jobs_before` is the
    same a year before `jobs_on`. Area, sector and track follow the main, else the largest establishment that
    has not ended, unless a reason says that a person set them (R3). An employer without establishments keeps
    no area or sector that nobody chose."""
    from deventer_crm.core import clock

    day = today or clock.today()
    ids = None if employer_ids is None else list(employer_ids)
    if ids == []:
        return 0
    values = {
        "today": day,
        "sources": policy.value("job_source_order", day),
        "ids": ids,
        "inner_city": Track.INNER_CITY,
        "sectors": Track.SECTORS,
    }
    sql = REFRESH.format(which="TRUE" if ids is None else "e.id = ANY(%(ids)s)", slack=YEAR_SLACK_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
    refresh_employer_activities(ids, ("register", "change"))
    refresh_last_contact(ids)
    return changed
