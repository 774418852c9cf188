"""Before somebody or something is added twice: who looks like it already. Only what this reader may see; a
doubt about a confidential one is not worth telling that it exists (R10)."""

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q

from deventer_crm.core import clock
from deventer_crm.core.search import fold, look_alikes, one_slip, phone_digits, slips
from employers.models import ContactPerson, Employer, Position

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
MOBILE = "06"
#: How alike (0 to 1) a name at the same employer, or of an employer, must be to ask whether it is the same.
SAME_NAME = 0.7
#: Words that say nothing about which business it is.
LEGAL_FORMS = frozenset(
    {"bv", "b.v.", "nv", "n.v.", "vof", "v.o.f.", "cv", "c.v.", "stichting", "vereniging"}
)


def _nearly(rows: Any, name: str, begins: str = "") -> list[Any]:
    """Rows with one slip in the name (which stands first in the column `begins`), else very alike."""
    meant = one_slip(name)
    if meant is not None:
        slipped = rows.filter(meant)
        if begins:
            slipped = slipped.filter(**{f"{begins}__regex": f"^({slips(fold(name))})"})
        found = list(slipped.order_by("pk")[:SHOWN])
        if found:
            return found
    return [row for row in look_alikes(rows, name, "pk") if row.likeness >= SAME_NAME]


def people_alike(user: "User", person: ContactPerson, employer: Employer | None = None) -> list[Any]:
    """People with the same mail address or mobile number, anywhere, and with nearly the same name at the same
    employer; with `held`, their positions of today. At most SHOWN; three queries."""
    today = clock.today()
    held = (
        Position.objects.visible_to(user).on(today).select_related("employer").order_by("-is_primary", "pk")
    )
    rows = (
        ContactPerson.objects.visible_to(user)
        .filter(anonymised_on__isnull=True)
        .exclude(pk=person.pk)
        .prefetch_related(Prefetch("positions", held, to_attr="held"))
    )
    same = Q(email__iexact=person.email) if person.email else Q(pk__in=[])
    for number in (phone_digits(person.phone), phone_digits(person.mobile)):
        if number.startswith(MOBILE):  # colleagues share the number of the office
            same |= Q(search_text__contains=number)
    name = f"{person.first_name} {person.last_name}".strip()
    found: dict[int, Any] = {row.pk: row for row in rows.filter(same).order_by("last_name", "pk")[:SHOWN]}
    if employer is not None:
        there = rows.filter(pk__in=Position.objects.filter(employer=employer).order_by().values("person_id"))
        exact = list(there.search(name)[:SHOWN])
        near = exact or _nearly(there, name)
        found |= {row.pk: row for row in near}
    else:
        exact_names = rows.filter(first_name__iexact=person.first_name, last_name__iexact=person.last_name)
        found |= {row.pk: row for row in exact_names.order_by("pk")[:SHOWN]}
    return list(found.values())[:SHOWN]


def employers_alike(user: "User", employer: Employer) -> list[Employer]:
    """Employers in use with the same phone number or mail address, or nearly the same name without its legal
    form. At most SHOWN; three queries."""
    rows = Employer.objects.visible_to(user).current().exclude(pk=employer.pk)
    rows = rows.select_related("main_establishment", "sector")
    same = Q(pk__in=[])
    if employer.email:
        same |= Q(email__iexact=employer.email)
    if employer.phone:
        same |= Q(phone=employer.phone)
    found = {row.pk: row for row in rows.filter(same).order_by("sort_name", "pk")[:SHOWN]}
    words = [word for word in fold(employer.name).split() if word not in LEGAL_FORMS]
    name = " ".join(words)
    if name:
        exact = rows.filter(sort_name__startswith=name).order_by("sort_name", "pk")
        near = list(exact[:SHOWN]) or _nearly(rows, name, begins="sort_name")
        found |= {row.pk: row for row in near}
    return list(found.values())[:SHOWN]
