"""The names that reasons of the plan need, as far as their reader may know them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Value

from accounts.models import CollegeMember
from employers.models import Area, Employer, Sector

from .inputs import Reason
from .wording import Names, keys_in

if TYPE_CHECKING:
    from accounts.models import User


def names_for(
    reasons: Iterable[Reason],
    user: "User",
    *,
    college: Iterable[CollegeMember] = (),
    employers: Mapping[int, str] | None = None,
) -> Names:
    """The names these reasons need, as far as this reader may know them; three queries at most."""
    listed, known = list(reasons), dict(employers or {})
    wanted = keys_in(listed, "employer") - known.keys()
    if wanted:
        known |= dict(Employer.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", "name"))
    members = {row.pk: row.titled_name for row in college}
    others = keys_in(listed, "member") - members.keys()
    if others:
        members |= {row.pk: row.titled_name for row in CollegeMember.objects.filter(pk__in=others)}
    sectors, areas = keys_in(listed, "sector"), keys_in(listed, "area")
    named: dict[str, dict[int, str]] = {"sector": {}, "area": {}}
    if sectors or areas:
        kinds = ((Sector, "sector", sectors), (Area, "area", areas))
        one, other = (
            model.objects.filter(pk__in=keys).order_by().values_list(Value(kind), "pk", "name")
            for model, kind, keys in kinds
        )
        for kind, pk, name in one.union(other, all=True):
            named[kind][pk] = name
    return Names(known, members, named["sector"], named["area"])
