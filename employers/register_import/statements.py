"""The SQL of `applying`: what is written, and from where, for all rows of the stage at once (R2, R3, R11)."""

# R2: these legal forms are natural persons; an unknown form with at most one job counts as one.
NATURAL = r"eenmanszaak|\yv\.?\s?o\.?\s?f\.?\y|vennootschap onder firma|\ymaatschap\y"
IS_NATURAL = (
    f"(CASE WHEN {{form}} <> '' THEN lower({{form}}) ~ '{NATURAL}' ELSE COALESCE({{jobs}}, 0) <= 1 END)"
)

AREA_OF = """(SELECT a.area_id FROM employers_areapostcode a
     WHERE s.postcode <> '' AND a.postcode IN (s.postcode, left(s.postcode, 4))
     ORDER BY length(a.postcode) DESC LIMIT 1)"""
INSIDE = f"(s.postcode = '' OR {AREA_OF} IS NOT NULL OR NOT EXISTS (SELECT 1 FROM employers_areapostcode))"

# The look-up of a sequence's name takes longer than its next value: once per statement.
NEXT_ID = "nextval((SELECT pg_get_serial_sequence('employers_{table}', 'id'))::regclass)"
NEXT_EMPLOYER, NEXT_REGISTRATION, NEXT_ESTABLISHMENT = (
    NEXT_ID.format(table=table) for table in ("employer", "registration", "establishment")
)

# Columns of Establishment that the register fills, with how the stage says them.
REGISTER_COLUMNS = {
    "number": "s.number",
    "lisa_number": "s.lisa_number",
    "name": "s.name",
    "enterprise_name": "s.enterprise_name",
    "street": "s.street",
    "house_number": "s.house_number",
    "house_letter": "s.house_letter",
    "house_addition": "s.house_addition",
    "postcode": "s.postcode",
    "town": "s.town",
    "phone": "s.phone",
    "bag_id": "s.bag_id",
    "rd_x": "s.rd_x",
    "rd_y": "s.rd_y",
    "is_main": "COALESCE(s.is_main, false)",
    "ended_on": "s.ended_on",
}

# Of each new employer: the row that names it is the main establishment, else the largest (R2).
FIRST = 's.is_main DESC NULLS LAST, s.jobs DESC NULLS LAST, s."row"'
NEW_EMPLOYERS = f"""
CREATE TEMPORARY TABLE register_new_employer ON COMMIT DROP AS
SELECT g.*, {IS_NATURAL.format(form="g.form", jobs="g.jobs")} AS is_natural,
       {NEXT_EMPLOYER} AS employer_id,
       CASE WHEN g.kvk <> '' THEN {NEXT_REGISTRATION} END AS registration_id
  FROM (SELECT COALESCE(NULLIF(s.kvk, ''), 'row ' || s."row") AS key, max(s.kvk) AS kvk,
               COALESCE((array_agg(s.enterprise_name ORDER BY {FIRST})
                             FILTER (WHERE s.enterprise_name <> ''))[1],
                        (array_agg(s.name ORDER BY {FIRST}))[1]) AS name,
               max(s.legal_form) AS form, sum(s.jobs) AS jobs
          FROM register_stage s LEFT JOIN employers_registration r ON r.kvk_number = s.kvk
         WHERE s.outcome = 'new' AND r.id IS NULL GROUP BY 1) g
"""

FIND_EMPLOYERS = """
UPDATE register_stage s SET employer_id = x.employer_id, registration_id = x.registration_id
  FROM (SELECT s2."row", COALESCE(r.employer_id, n.employer_id) AS employer_id,
               COALESCE(r.id, n.registration_id) AS registration_id
          FROM register_stage s2
          LEFT JOIN employers_registration r ON s2.kvk <> '' AND r.kvk_number = s2.kvk
          LEFT JOIN register_new_employer n ON n.key = COALESCE(NULLIF(s2.kvk, ''), 'row ' || s2."row")
         WHERE s2.outcome = 'new') x
 WHERE x."row" = s."row"
"""

NUMBER_NEW = f"""
UPDATE register_stage SET establishment_id = {NEXT_ESTABLISHMENT}
 WHERE outcome = 'new'
"""

# The register against an own value: said once for each new register value, the own value stays (R11).
PROPOSALS = """
  register_stage s JOIN employers_establishment e ON e.id = s.establishment_id
  LEFT JOIN employers_sbicode b ON b.id = e.sbi_id
  CROSS JOIN LATERAL (VALUES
    ('name', e.name), ('enterprise_name', e.enterprise_name), ('number', e.number),
    ('lisa_number', e.lisa_number), ('street', e.street), ('house_number', e.house_number),
    ('house_letter', e.house_letter), ('house_addition', e.house_addition), ('postcode', e.postcode),
    ('town', e.town), ('phone', e.phone), ('bag_id', e.bag_id), ('rd_x', e.rd_x::text),
    ('rd_y', e.rd_y::text), ('is_main', e.is_main::text), ('ended_on', e.ended_on::text), ('sbi', b.code)
  ) AS f(field, own)
 WHERE s.outcome = 'changed' AND s.applies AND e.own_fields ? f.field AND s.given ? f.field
   AND COALESCE(s.given ->> f.field, '') <> '' AND s.given ->> f.field IS DISTINCT FROM f.own
   AND e.register_values -> %(source)s ->> f.field IS DISTINCT FROM s.given ->> f.field
"""

# The trade register's number of an establishment changed hands: people decide which dossier it goes to.
OTHER_KVK = """
  register_stage s JOIN employers_establishment e ON e.id = s.establishment_id
  LEFT JOIN employers_registration r ON r.id = e.registration_id
  LEFT JOIN employers_registration n ON n.kvk_number = s.kvk
 WHERE s.outcome = 'changed' AND s.kvk <> '' AND s.kvk IS DISTINCT FROM r.kvk_number
   AND e.register_values -> %(source)s ->> 'kvk' IS DISTINCT FROM s.kvk
"""

ON_OPEN_PROPOSAL = """
ON CONFLICT (establishment_id, field) WHERE state = 'open' DO UPDATE
   SET register_value = EXCLUDED.register_value, delivery_id = EXCLUDED.delivery_id, modified_at = now()
"""

LINK_KVK = """
UPDATE employers_establishment e SET registration_id = n.id
  FROM register_stage s, employers_registration n
 WHERE e.id = s.establishment_id AND s.outcome = 'changed' AND n.kvk_number = s.kvk
   AND n.employer_id = e.employer_id AND e.registration_id IS DISTINCT FROM n.id
"""

LEGAL_FORMS = """
UPDATE employers_registration r
   SET legal_form = x.legal_form, name = COALESCE(NULLIF(x.enterprise_name, ''), r.name),
       modified_at = now(), version = r.version + 1
  FROM (SELECT DISTINCT ON (e.registration_id) e.registration_id, s.legal_form, s.enterprise_name
          FROM register_stage s JOIN employers_establishment e ON e.id = s.establishment_id
          JOIN employers_registration r2 ON r2.id = e.registration_id AND r2.kvk_number = s.kvk
         WHERE s.outcome = 'changed' AND s.applies AND s.legal_form <> ''
         ORDER BY e.registration_id, s.is_main DESC NULLS LAST, s.jobs DESC NULLS LAST, s."row") x
 WHERE x.registration_id = r.id AND (r.legal_form <> x.legal_form
    OR (x.enterprise_name <> '' AND r.name <> x.enterprise_name))
"""

# R2's name rule again for employers of one registration whose row was renamed, unless a person named them.
RENAME = """
UPDATE employers_employer p SET name = x.name, modified_at = now(), version = p.version + 1
  FROM (SELECT DISTINCT ON (e.employer_id) e.employer_id,
               COALESCE(NULLIF(e.enterprise_name, ''), e.name) AS name
          FROM employers_establishment e
          LEFT JOIN LATERAL (SELECT j.jobs FROM employers_jobcount j WHERE j.establishment_id = e.id
                              ORDER BY j.reference_date DESC, j.version DESC LIMIT 1) j ON true
         WHERE e.ended_on IS NULL AND e.employer_id IN (
                   SELECT employer_id FROM register_stage WHERE outcome = 'changed' AND renamed AND applies)
         ORDER BY e.employer_id, e.enterprise_name = '', e.is_main DESC, j.jobs DESC NULLS LAST, e.id) x
 WHERE x.employer_id = p.id AND NOT p.name_is_own AND p.name <> x.name
   AND (SELECT count(*) FROM employers_registration r WHERE r.employer_id = p.id) <= 1
"""

NATURAL_PERSONS = f"""
UPDATE employers_employer p SET is_natural_person = x.is_natural
  FROM (SELECT p2.id,
               {IS_NATURAL.format(form="COALESCE(max(r.legal_form), '')", jobs="p2.jobs")} AS is_natural
          FROM employers_employer p2 JOIN employers_registration r ON r.employer_id = p2.id
         WHERE p2.id = ANY(%(employers)s) GROUP BY p2.id, p2.jobs HAVING count(*) = 1) x
 WHERE x.id = p.id AND p.is_natural_person <> x.is_natural
"""

NEW_COUNTS = """
  register_stage s
  LEFT JOIN LATERAL (SELECT j.* FROM employers_jobcount j
       WHERE j.establishment_id = s.establishment_id AND j.source = %(source)s
         AND j.reference_date = %(reference_date)s ORDER BY j.version DESC LIMIT 1) c ON true
 WHERE s.outcome IN ('new', 'changed', 'unchanged') AND s.jobs IS NOT NULL
   AND (c.id IS NULL OR (c.jobs, c.men_full, c.women_full, c.men_part, c.women_part)
        IS DISTINCT FROM (s.jobs, s.men_full, s.women_full, s.men_part, s.women_part))
"""
