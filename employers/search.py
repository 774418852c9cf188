"""What the search box finds on this floor, each kind as far as its reader may see it (R9, R10)."""

from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, OuterRef, Prefetch, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.search import (
    Found,
    Hit,
    count_of,
    first_and_count,
    fold,
    guess,
    look_alikes,
    matches,
    source,
    whole_number_in,
)
from employers.models import (
    ContactMoment,
    ContactPerson,
    Employer,
    Establishment,
    FollowUp,
    Position,
    Registration,
)
from employers.querysets import nearest

if TYPE_CHECKING:
    from accounts.models import User

BY_NAME = ("last_name", "first_name", "pk")
KVK_DIGITS, ESTABLISHMENT_DIGITS = 8, 12


def _in_order(rows: Any, keys: list[int]) -> list[Any]:
    """The rows with these keys, in this order; no query for none."""
    return sorted(rows.filter(pk__in=keys), key=lambda row: keys.index(row.pk)) if keys else []


def _place(employer: Employer) -> str:
    """Where the main establishment is, unless its address is shielded."""
    main = employer.main_establishment
    return main.address if main is not None and not main.is_shielded else ""


def _employer_hit(row: Employer, *, is_exact: bool = False) -> Hit:
    what = " · ".join(str(part) for part in (row.get_kind_display(), row.sector) if part)
    return Hit(row.name, row.get_absolute_url(), what, _place(row), is_exact)


def _first_employers(rows: Any, text: str, limit: int) -> list[Employer]:
    """Names that begin with the text first. Two walks along the index by name, where one order by "begins
    with" would sort everything that was found."""
    dressed = (
        rows.select_related("sector", "main_establishment").defer("search_text").order_by("sort_name", "pk")
    )
    first = list(dressed.filter(sort_name__startswith=fold(text))[:limit])
    if len(first) < limit:
        rest = dressed.exclude(pk__in=[row.pk for row in first])
        first += list(rest.search(text)[: limit - len(first)])
    return first


@source("employers", label=gettext_lazy("Employers"), icon="buildings", order=10, list_url="employers:list")
def employers(text: str, user: "User", limit: int) -> Found:
    """Everybody sees the header of an employer. A whole KVK number or establishment number comes first."""
    if not user.can(Act.SEE_HEADERS):
        return Found()
    seen = Employer.objects.visible_to(user).current()
    exact = _by_number(seen, whole_number_in(text))
    if exact:
        return Found([_employer_hit(row, is_exact=True) for row in exact], len(exact))
    rows = _first_employers(seen, text, limit)
    if not rows:
        return Found()
    count, more = count_of(seen.search(text)) if len(rows) == limit else (len(rows), False)
    return Found([_employer_hit(row) for row in rows], count, more)


@guess("employers")
def employers_alike(text: str, user: "User", limit: int) -> Found:
    """Names with a typing error."""
    if not user.can(Act.SEE_HEADERS):
        return Found()
    seen = Employer.objects.visible_to(user).current()
    near = nearest(seen.select_related("sector", "main_establishment").defer("search_text"), text)
    return Found([_employer_hit(row) for row in near[:limit]], len(near))


def _by_number(seen: Any, number: str) -> list[Employer]:
    """Leading zeros that a spreadsheet dropped are put back."""
    if not number or len(number) > ESTABLISHMENT_DIGITS:
        return []
    rows = seen.select_related("sector", "main_establishment").defer("search_text")
    if KVK_DIGITS - 1 <= len(number) <= KVK_DIGITS:
        held = Registration.objects.filter(kvk_number=number.zfill(KVK_DIGITS), employer=OuterRef("pk"))
        return list(rows.filter(Exists(held))[:1])
    if len(number) > KVK_DIGITS:
        there = Establishment.objects.filter(
            number=number.zfill(ESTABLISHMENT_DIGITS), employer=OuterRef("pk")
        )
        return list(rows.filter(Exists(there))[:1])
    return []


@source("people", label=gettext_lazy("Contact persons"), icon="people", order=20, list_url="employers:people")
def people(text: str, user: "User", limit: int) -> Found:
    """With what they are and where, now."""
    if not user.can(Act.SEE_DOSSIERS):
        return Found()
    seen = _people(user)
    own = Case(When(matches(text), then=0), default=1)  # by their own name first, then by where they work
    keys, count, more = first_and_count(seen.search(text, user).order_by(own, *BY_NAME), limit)
    return Found([_person_hit(row) for row in _in_order(_with_positions(seen, user), keys)], count, more)


@guess("people")
def people_alike(text: str, user: "User", limit: int) -> Found:
    """Names with a typing error."""
    if not user.can(Act.SEE_DOSSIERS):
        return Found()
    near = look_alikes(_with_positions(_people(user), user), text, *BY_NAME)
    return Found([_person_hit(row) for row in near[:limit]], len(near))


def _people(user: "User") -> Any:
    return ContactPerson.objects.visible_to(user).filter(anonymised_on__isnull=True)


def _with_positions(rows: Any, user: "User") -> Any:
    held = Position.objects.visible_to(user).on(clock.today()).select_related("employer")
    return rows.prefetch_related(Prefetch("positions", held.order_by("-is_primary", "pk"), to_attr="held"))


def _person_hit(row: Any) -> Hit:
    titles = ", ".join(dict.fromkeys(position.title for position in row.held if position.title))
    places = ", ".join(dict.fromkeys(position.employer.name for position in row.held))
    return Hit(str(row), row.get_absolute_url(), titles or _("contact person"), places)


@source(
    "establishments",
    label=gettext_lazy("Establishments"),
    icon="geo-alt",
    order=30,
    list_url="employers:establishments",
)
def establishments(text: str, user: "User", limit: int) -> Found:
    """By name, number, postcode, street and house number; each leads to its employer."""
    if not user.can(Act.SEE_DOSSIERS):
        return Found()
    today = clock.today()
    seen = Establishment.objects.visible_to(user).exclude(ended_on__lte=today)
    dressed = seen.select_related("employer__merged_into").defer("search_text", "register_values")
    number = whole_number_in(text)
    if KVK_DIGITS < len(number) <= ESTABLISHMENT_DIGITS:
        exact = list(dressed.filter(number=number.zfill(ESTABLISHMENT_DIGITS))[:1])
        if exact:
            return Found([_establishment_hit(row, is_exact=True) for row in exact], 1)
    keys, count, more = first_and_count(seen.search(text).order_by("pk"), limit)
    return Found([_establishment_hit(row) for row in _in_order(dressed, keys)], count, more)


def _establishment_hit(row: Establishment, *, is_exact: bool = False) -> Hit:
    employer = row.employer.merged_into or row.employer
    what = _("establishment of %(name)s") % {"name": employer.name}
    where = "" if row.is_shielded else row.address
    return Hit(row.name, employer.get_absolute_url(), what, where, is_exact)


@source(
    "follow_ups",
    label=gettext_lazy("Promises and actions"),
    icon="list-check",
    order=40,
    list_url="employers:follow_ups",
)
def follow_ups(text: str, user: "User", limit: int) -> Found:
    """What was promised or must be done; what still asks something first."""
    if not user.can(Act.SEE_CONTACT_DATES):
        return Found()
    found = FollowUp.objects.visible_to(user).search(text).order_by("-state", "due_on", "pk")
    keys, count, more = first_and_count(found, limit)
    rows = _in_order(FollowUp.objects.select_related("employer"), keys)
    return Found([_follow_up_hit(row) for row in rows], count, more)


def _follow_up_hit(row: FollowUp) -> Hit:
    what = _("%(kind)s, %(state)s") % {"kind": row.get_kind_display(), "state": row.get_state_display()}
    where = _("%(name)s · before %(day)s") % {"name": row.employer.name, "day": nl_date(row.due_on)}
    return Hit(row.what, reverse("employers:follow_up", args=[row.pk]), what, where)


@source("contacts", label=gettext_lazy("Contact moments"), icon="chat-dots", order=60)
def contacts(text: str, user: "User", limit: int) -> Found:
    """What was said, by Dutch words; each leads to the employer it is about."""
    if not user.can(Act.SEE_CONTACT_DATES):
        return Found()
    shown = Employer.objects.visible_to(user).only("pk", "name")
    found = ContactMoment.objects.visible_to(user).standing().search(text).order_by("-happened_at", "-pk")
    keys, count, more = first_and_count(found, limit)
    dressed = ContactMoment.objects.select_related("user").prefetch_related(Prefetch("employers", shown))
    return Found([hit for row in _in_order(dressed, keys) if (hit := _contact_hit(row))], count, more)


def _contact_hit(row: ContactMoment) -> Hit | None:
    about = list(row.employers.all())
    if not about:
        return None
    what = _("%(kind)s by %(user)s") % {"kind": row.get_kind_display(), "user": str(row.user)}
    where = _("%(names)s · %(day)s") % {
        "names": ", ".join(employer.name for employer in about),
        "day": nl_date(row.happened_at),
    }
    return Hit(row.subject, f"{about[0].get_absolute_url()}#timeline", what, where)
