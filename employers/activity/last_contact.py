"""When somebody last had contact with an employer, by whom and how (R9): kept with the employer, so that a
list of 100,000 filters and sorts on an index."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q

from employers.models import Employer

# The kind of contact is the moment's own (phone, mail), else the kind of happening (a meeting).
STATEMENT = """
WITH concerned AS (
    SELECT e.id, COALESCE(e.merged_into_id, e.id) AS family_id FROM employers_employer e WHERE {which}
), newest AS (
    SELECT DISTINCT ON (c.family_id) c.family_id, a.at, a.user_id, a.kind, a.record_id
      FROM concerned c JOIN employers_activity a ON a.employer_id = c.id
     WHERE a.is_contact
     ORDER BY c.family_id, a.at DESC, a.kind, a.record_id DESC
), fresh AS (
    SELECT c.id, n.at, n.user_id, COALESCE(m.kind, n.kind, '') AS kind
      FROM concerned c
      LEFT JOIN newest n ON n.family_id = c.id -- who is grouped has none: its survivor has it
      LEFT JOIN employers_contactmoment m ON n.kind = 'contact' AND m.id = n.record_id
)
UPDATE employers_employer e
   SET last_contact_at = f.at, last_contact_by_id = f.user_id, last_contact_kind = f.kind
  FROM fresh f
 WHERE f.id = e.id AND (e.last_contact_at, e.last_contact_by_id, e.last_contact_kind)
                       IS DISTINCT FROM (f.at, f.user_id, f.kind)
"""


@transaction.atomic
def refresh_last_contact(employer_ids: Iterable[int] | None = None) -> int:
    """Recompute the last contact from the index, grouped employers included (None: of all employers); returns
    how many changed. Only what may show through a date everybody sees counts (R10): the sources say so."""
    ids = None if employer_ids is None else list(employer_ids)
    if ids == []:
        return 0
    if ids is not None:
        ids = _with_family(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT.format(which="TRUE" if ids is None else "e.id = ANY(%s)"),
            None if ids is None else [ids],
        )
        return int(cursor.rowcount)


def _with_family(ids: list[int]) -> list[int]:
    """These employers, their survivors, and everybody grouped under those."""
    survivors = {
        row[1] or row[0] for row in Employer.objects.filter(pk__in=ids).values_list("pk", "merged_into_id")
    }
    grouped = Employer.objects.filter(Q(pk__in=survivors) | Q(merged_into__in=survivors))
    return list(grouped.values_list("pk", flat=True))
