"""The pages that are measured, each as the person who opens it most."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Count
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock
from employers.models import Area, Employer, Sector

SESSION_SECONDS = 7200


@dataclass(frozen=True)
class Page:
    """`most`: the bar as a ratio to the floor; None is the floor itself. `queries`: the bar for SQL."""

    name: str
    role: Role
    path: str
    most: float | None
    queries: int | None


LIST, DOSSIER, BOARD = (6.0, 8), (8.0, 15), (8.0, 20)


def pages() -> list[Page]:
    """Addresses in the database at hand. Needs demo data."""
    year = clock.today().year
    known = Employer.objects.order_by("-jobs", "pk")[0]
    word = known.name.split()[-1]
    sector = Sector.objects.annotate(size=Count("employer")).order_by("-size", "pk")[0]
    area = Area.objects.annotate(size=Count("employer")).order_by("-size", "pk")[0]
    am, lead = Role.ACCOUNT_MANAGER, Role.TEAM_LEAD

    def listed(name: str, **query: object) -> Page:
        path = reverse("employers:list")
        return Page(name, am, f"{path}?{urlencode(query)}" if query else path, *LIST)

    def board(name: str, role: Role, route: str, *args: object) -> Page:
        return Page(name, role, reverse(route, args=args), *BOARD)

    return [
        Page("floor", am, reverse("bench_floor"), None, None),
        listed("list"),
        listed("list, by jobs", sort="-jobs"),
        listed("list, by contact", sort="contact"),
        listed("list, by manager", sort="manager"),
        listed("list, page 400", after=_row_before_page(400)),
        listed("list, sector and area", sector=sector.pk, area=area.pk),
        listed("list, my employers", manager="me"),
        listed("list, no contact for a year", contact=365, top="yes"),
        listed("search, one hit", q=word),
        listed("search, many hits", q="proef"),
        listed("search, typing error", q=_misspelled(word)),
        listed("search, accents", q=_accented(word)),
        listed("search, nothing alike", q="xqzvw"),
        Page("dossier", am, reverse("employers:detail", args=[known.pk]), *DOSSIER),
        board("my week, account manager", am, "home:week"),
        board("my week, team lead", lead, "home:week"),
        board("college, college member", Role.COLLEGE_MEMBER, "meetings:college"),
        board("college, team lead", lead, "meetings:college"),
        board("monitor", lead, "home:monitor"),
        board("top list", lead, "employers:top", year),
        board("agenda", lead, "meetings:agenda"),
        board("invitations", Role.SECRETARY, "meetings:invitations"),
        board("reminders", am, "home:reminders"),
        board("budget", lead, "budget:year", year),
        Page("people", am, reverse("employers:people"), *LIST),
        Page("establishments", am, reverse("employers:establishments"), *LIST),
        Page("promises and actions", am, reverse("employers:follow_ups"), *LIST),
    ]


def _row_before_page(number: int) -> str:
    """Where a far page begins, as the link to it says; the last page when there are fewer."""
    rows = Employer.objects.current().order_by("sort_name", "pk")
    at = min((number - 1) * 25, rows.count() - 25)
    return f"{rows[at - 1].pk}-{at}"


def _misspelled(word: str) -> str:
    """Two letters changed places: "gracht" is typed as "grahct"."""
    middle = len(word) // 2
    return word[:middle] + word[middle + 1] + word[middle] + word[middle + 2 :]


def _accented(word: str) -> str:
    """With accents that the name does not have."""
    return word.translate(str.maketrans("aeiou", "áéïòü"))


def session_maker() -> Callable[[Role], str]:
    """Session keys as log-in makes them, one per role; they end by themselves."""
    from django.conf import settings

    made: dict[Role, str] = {}

    def key(role: Role) -> str:
        if role not in made:
            user = (
                User.objects.filter(is_active=True, groups__in=Group.objects.filter(name=role.value))
                .order_by("pk")
                .first()
            )
            if user is None:
                raise SystemExit(f"There is nobody with the role {role.value}: the demo data is not there.")
            session = SessionStore()
            session["_auth_user_id"] = str(user.pk)
            session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
            session["_auth_user_hash"] = user.get_session_auth_hash()
            session.set_expiry(SESSION_SECONDS)
            session.create()
            made[role] = str(session.session_key)
        return made[role]

    return key
