"""Finding employers for search fields of other pages."""

from typing import TYPE_CHECKING

from deventer_crm.core import clock
from deventer_crm.core.lists import Reader
from deventer_crm.core.lists.keyset import ordering
from employers.lists.employers import dress, search_sort
from employers.models import Employer
from employers.querysets import nearest

if TYPE_CHECKING:
    from accounts.models import User

#: What a line of a search field shows besides the name.
SHOWN = frozenset({"sector", "area", "manager"})


def find_employers(user: "User", text: str, limit: int = 10) -> list[Employer]:
    """Employers in use that this person may see: exact hits first, else look-alikes."""
    if not text.strip():
        return []
    reader = Reader(user, clock.today())
    visible = dress(Employer.objects.visible_to(user).current(), reader, SHOWN)
    rows, sort = search_sort(visible.search(text), text)
    return list(rows.order_by(*ordering(sort.keys))[:limit]) or nearest(visible, text)[:limit]
