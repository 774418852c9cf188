"""Which employers are one employer by now (R2, R4): records that hang below a grouped employer count for the
survivor, however long the chain of groupings is."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

# UNION (not UNION ALL) ends even on a circle of groupings, which no constraint can forbid.
FAMILIES = """
WITH RECURSIVE up(asked, id) AS (
    SELECT id, id FROM employers_employer WHERE id = ANY(%s)
    UNION
    SELECT up.asked, e.merged_into_id FROM up JOIN employers_employer e ON e.id = up.id
     WHERE e.merged_into_id IS NOT NULL
), root(asked, id) AS (
    SELECT up.asked, up.id FROM up JOIN employers_employer e ON e.id = up.id WHERE e.merged_into_id IS NULL
), down(root, id) AS (
    SELECT id, id FROM root
    UNION
    SELECT down.root, e.id FROM down JOIN employers_employer e ON e.merged_into_id = down.id
)
SELECT true, asked, id FROM root UNION ALL SELECT false, id, root FROM down
"""


@dataclass(frozen=True)
class Families:
    """`survivors`: asked id → survivor. `members`: every employer of those families → its survivor."""

    survivors: dict[int, int] = field(default_factory=dict)
    members: dict[int, int] = field(default_factory=dict)

    def survivor(self, employer_id: int) -> int:
        """The survivor of an asked id; an id nobody asked for stands for itself."""
        return self.survivors.get(employer_id, employer_id)


def families(employer_ids: Iterable[int]) -> Families:
    """Survivors and their whole families, in one query; who is in a circle of groupings survives alone."""
    asked = sorted(set(employer_ids))
    if not asked:
        return Families()
    survivors: dict[int, int] = {}
    members: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(FAMILIES, [asked])
        for is_root, first, second in cursor.fetchall():
            (survivors if is_root else members)[first] = second
    for employer_id in asked:
        root = survivors.setdefault(employer_id, employer_id)
        members.setdefault(root, root)
    return Families(survivors, members)
