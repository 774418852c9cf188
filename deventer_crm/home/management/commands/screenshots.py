"""`make screenshots`: every page at three widths, light and dark, Dutch and English, with an index page.

Looks with a real browser at the data of the local database, as the demo account whose page it is.
Nothing is changed: pages are only opened. Local mode only.
"""

import datetime as dt
import html
import os
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock

WIDTHS = (1440, 1024, 360)
THEMES = ("light", "dark")
LANGUAGES = ("nl", "en")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
MAX_HEIGHT = 7000
SESSION_LIFE = dt.timedelta(hours=1)


def _year() -> list[Any]:
    return [clock.today().year]


def _month() -> list[Any]:
    return [clock.today().year, clock.today().month]


def _week() -> list[Any]:
    return list(clock.today().isocalendar()[:2])


def _meeting(**conditions: Any) -> Callable[[], list[Any]]:
    """The newest meeting like that, which is no secret."""

    def find() -> list[Any]:
        from meetings.models import Meeting

        rows = Meeting.objects.filter(is_confidential=False, **conditions).order_by("-starts_at", "-pk")
        return [rows.values_list("pk", flat=True)[0]]

    return find


def _first(model: str, order: str = "pk") -> Callable[[], list[Any]]:
    """Arguments of a page about one record: the first row of a model."""

    def arguments() -> list[Any]:
        row = apps.get_model(model)._default_manager.order_by(order).first()
        if row is None:
            raise LookupError(f"no {model} in this database")
        return [row.pk]

    return arguments


def _invitation_link() -> list[Any]:
    """The link of an invitation that waits for an answer."""
    from meetings.links import token_of
    from meetings.models import Invitation

    rows = Invitation.objects.filter(link_key__isnull=False, answer="", withdrawn_on__isnull=True)
    row = rows.filter(link_until__gte=clock.today()).order_by("pk").first()
    if row is None:
        raise LookupError("no invitation by link in this database")
    return [token_of(row)]


def _question_link() -> list[Any]:
    """The link of a question to a colleague."""
    from employers.models import FollowUpRequest
    from employers.passing_on.links import SIGNER

    row = FollowUpRequest.objects.filter(answered_on__isnull=True).order_by("pk").first()
    if row is None:
        raise LookupError("no open question in this database")
    return [SIGNER.sign(row.uid.hex)]


def _at_table(series: str, state: str) -> Callable[[], list[Any]]:
    """The last meeting of that series in that state."""

    def arguments() -> list[Any]:
        rows = apps.get_model("meetings.Meeting")._default_manager.filter(kind__series__code=series)
        row = rows.filter(state=state).order_by("-starts_at").first()
        if row is None:
            raise LookupError(f"no {state} meeting of {series} in this database")
        return [row.pk]

    return arguments


def _largest_employer() -> list[Any]:
    """The dossier of the largest employer of the newest list, else the first employer."""
    entry = apps.get_model("employers.TopListEntry")._default_manager.order_by("-top_list_id", "rank").first()
    return [entry.employer_id] if entry else _first("employers.Employer")()


def _newest_plan() -> list[Any]:
    plan = apps.get_model("meetings.AnnualPlan")._default_manager.order_by("-year").first()
    return [plan.year] if plan else _year()


@dataclass(frozen=True)
class Page:
    """A page to look at: the account's role (None: not logged in), URL name, and its arguments."""

    name: str
    role: Role | None
    url_name: str
    arguments: Callable[[], list[Any]] = list


PAGES = (
    Page("onderdelen", Role.TEAM_LEAD, "gallery"),
    Page("inloggen", None, "account_login"),
    Page("antwoord-op-uitnodiging", None, "meetings:answer", _invitation_link),
    Page("vraag-aan-collega", None, "employers:question", _question_link),
    Page("wachtwoord-vergeten", None, "account_reset_password"),
    Page("mijn-week", Role.ACCOUNT_MANAGER, "home:week"),
    Page("mijn-week-teamleider", Role.TEAM_LEAD, "home:week"),
    Page("mijn-week-secretaris", Role.SECRETARY, "home:week"),
    Page("mijn-week-loket", Role.EMPLOYER_DESK, "home:week"),
    Page("mijn-week-lezer", Role.READER, "home:week"),
    Page("mijn-week-beheerder", Role.FUNCTIONAL_ADMIN, "home:week"),
    Page("college", Role.COLLEGE_MEMBER, "meetings:college"),
    Page("college-secretaris", Role.SECRETARY, "meetings:college"),
    Page("jaarplan", Role.SECRETARY, "meetings:annual_plan", _newest_plan),
    Page(
        "jaarplan-voorstel", Role.SECRETARY, "meetings:plan_proposal", _first("meetings.PlanProposal", "-day")
    ),
    Page("jaarplan-aandacht", Role.SECRETARY, "meetings:plan_interests"),
    Page("bedrijven", Role.ACCOUNT_MANAGER, "employers:list"),
    Page("dossier", Role.ACCOUNT_MANAGER, "employers:detail", _largest_employer),
    Page("top", Role.TEAM_LEAD, "employers:top", _year),
    Page("agenda", Role.SECRETARY, "meetings:agenda"),
    Page("agenda-maand", Role.SECRETARY, "meetings:month", _month),
    Page("agenda-week", Role.SECRETARY, "meetings:week", _week),
    Page("geblokkeerd", Role.SECRETARY, "meetings:blocked"),
    Page("abonnement", Role.SECRETARY, "meetings:subscription"),
    Page("bijeenkomst", Role.SECRETARY, "meetings:detail", _first("meetings.Meeting", "-starts_at")),
    Page("gasten", Role.SECRETARY, "meetings:guests", _meeting(guests__isnull=False)),
    Page("deur", Role.SECRETARY, "meetings:door", _meeting(guests__isnull=False)),
    Page("uitnodigingen", Role.SECRETARY, "meetings:invitations"),
    Page("toezeggingen", Role.ACCOUNT_MANAGER, "employers:follow_ups"),
    Page("toezeggingen-overzicht", Role.TEAM_LEAD, "employers:follow_up_ledger"),
    Page("weeklijst", Role.TEAM_LEAD, "employers:follow_up_weekly"),
    Page("opnieuw-toewijzen", Role.SECRETARY, "meetings:reassign"),
    Page("reeksen", Role.SECRETARY, "meetings:series_list"),
    Page("reeks", Role.SECRETARY, "meetings:series", lambda: ["voorzittersoverleg"]),
    Page("agendapunten", Role.SECRETARY, "meetings:items", _at_table("voorzittersoverleg", "planned")),
    Page("tafelblad", Role.SECRETARY, "meetings:table_sheet", _at_table("voorzittersoverleg", "planned")),
    Page("overleg", Role.SECRETARY, "meetings:detail", _at_table("voorzittersoverleg", "planned")),
    Page("notulen", Role.SECRETARY, "meetings:items", _at_table("bestuurlijk-overleg", "reported")),
    Page(
        "notulen-schrijven", Role.SECRETARY, "meetings:minutes", _at_table("bestuurlijk-overleg", "reported")
    ),
    Page("achteraf", Role.SECRETARY, "meetings:afterwards"),
    Page("briefing", Role.COLLEGE_MEMBER, "meetings:briefing", _meeting(briefing__ready_on__isnull=False)),
    Page("verslag-lezen", Role.SECRETARY, "meetings:detail", _meeting(feedback_letters__isnull=False)),
    Page("verslag", Role.SECRETARY, "meetings:report", _meeting(title__startswith="Kort overleg")),
    Page("terugkoppeling", Role.SECRETARY, "meetings:feedback", _meeting(feedback_letters__isnull=False)),
    Page("monitor", Role.TEAM_LEAD, "home:monitor"),
    Page("afspraak", Role.TEAM_LEAD, "home:monitor_evidence", lambda: ["C6"]),
    Page("norm", Role.TEAM_LEAD, "home:norm", lambda: ["C5"]),
    Page("raadsvraag", Role.TEAM_LEAD, "home:council"),
    Page("rapportages", Role.TEAM_LEAD, "home:reports"),
    Page("rapportage", Role.COLLEGE_MEMBER, "home:report", _first("core.QuarterlyReport")),
    Page("rapportage-concept", Role.TEAM_LEAD, "home:report", _first("core.QuarterlyReport", "-pk")),
    Page("kwartalen", Role.TEAM_LEAD, "home:reports_compare"),
    Page("budget", Role.TEAM_LEAD, "budget:year", _year),
    Page("uren", Role.ACCOUNT_MANAGER, "budget:hours"),
    Page("besteding", Role.TEAM_LEAD, "budget:spending", _year),
    Page("budgetjaren", Role.TEAM_LEAD, "budget:years"),
    Page("uren-per-persoon", Role.TEAM_LEAD, "budget:people", _year),
    Page("maanden", Role.TEAM_LEAD, "budget:months", _year),
    Page("tarieven", Role.TEAM_LEAD, "budget:rates"),
    Page("uren-maand", Role.ACCOUNT_MANAGER, "budget:month", _month),
    Page("uren-week", Role.ACCOUNT_MANAGER, "budget:week", _week),
    Page("uren-inlezen", Role.TEAM_LEAD, "budget:import_upload"),
    Page("herinneringen", Role.ACCOUNT_MANAGER, "home:reminders"),
    Page("import", Role.FUNCTIONAL_ADMIN, "employers:import_list"),
    Page("tweede-factor", Role.TEAM_LEAD, "mfa_index"),
    Page("beheer", Role.FUNCTIONAL_ADMIN, "admin:index"),
)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A line per request would bury the one line that matters."""


@contextmanager
def _server() -> Iterator[str]:
    """The application on a free port of this machine, in a thread."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _session_key(user: User) -> str:
    """A session of that user, as log-in makes it; ends by itself after an hour."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.set_expiry(SESSION_LIFE)
    session.create()
    return str(session.session_key)


class Command(BaseCommand):
    help = "Pictures of every page, at three widths, in two themes and two languages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", default="screenshots", help="folder to write to")
        parser.add_argument("--only", nargs="*", default=[], help="names of pages")
        parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS))
        parser.add_argument("--themes", nargs="*", choices=THEMES, default=list(THEMES))
        parser.add_argument("--languages", nargs="*", choices=LANGUAGES, default=list(LANGUAGES))

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "LOCAL_MODE", False):
            raise CommandError("screenshots are made in local mode only")
        try:
            from playwright.sync_api import sync_playwright

            from deventer_crm.localservers.browser import HELP, find_browser
        except ImportError as missing:
            raise CommandError("playwright is not installed: use the dev requirements") from missing
        chromium = find_browser()
        if chromium is None:
            raise CommandError(HELP)
        # The browser's event loop runs in this thread while the pages are served in another.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        out = Path(options["out"])
        out.mkdir(parents=True, exist_ok=True)
        wanted = [page for page in PAGES if not options["only"] or page.name in options["only"]]
        jobs, problems = self._prepare(wanted)
        variants = list(product(options["languages"], options["themes"], options["widths"]))
        made: dict[str, list[tuple[str, str]]] = {}
        with _server() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for language, theme, width in variants:
                for page, path, key in jobs:
                    context = browser.new_context(
                        viewport={"width": width, "height": 800 if width < 800 else 900},
                        color_scheme="dark" if theme == "dark" else "light",
                        locale="nl-NL" if language == "nl" else "en-GB",
                        device_scale_factor=2 if width < 800 else 1,
                    )
                    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address}]
                    if key:
                        cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address})
                    context.add_cookies(cookies)  # type: ignore[arg-type]  # playwright's own typed dict
                    tab = context.new_page()
                    answer = tab.goto(address + path, wait_until="load")
                    status = answer.status if answer else 0
                    if status != 200:
                        problems.append(f"{page.name}: {path} answered {status}")
                    overflow = tab.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    if overflow > 0:
                        problems.append(f"{page.name}: {overflow} px too wide at {width} px ({language})")
                    name = f"{page.name}-{width}-{theme}-{language}.png"
                    # A window as high as the page: what is fixed to an edge then stands where people see it.
                    height = tab.evaluate("document.documentElement.scrollHeight")
                    tab.set_viewport_size({"width": width, "height": min(height, MAX_HEIGHT)})
                    tab.evaluate("window.scrollTo(0, 0)")
                    tab.screenshot(path=str(out / name))
                    made.setdefault(page.name, []).append((f"{width} {theme} {language}", name))
                    context.close()
            browser.close()
        self._index(out, made)
        for problem in sorted(set(problems)):
            self.stderr.write(problem)
        self.stdout.write(f"{sum(map(len, made.values()))} pictures in {out}/index.html")
        if problems:
            raise CommandError(f"{len(set(problems))} problems")

    def _prepare(self, pages: list[Page]) -> tuple[list[tuple[Page, str, str]], list[str]]:
        """Path and session of each page; a page that cannot be opened is a problem, told at the end."""
        jobs: list[tuple[Page, str, str]] = []
        problems: list[str] = []
        keys: dict[Role, str] = {}
        for page in pages:
            try:
                path = reverse(page.url_name, args=page.arguments())
            except (NoReverseMatch, LookupError) as reason:
                problems.append(f"{page.name}: {reason}")
                continue
            if page.role is not None and page.role not in keys:
                user = User.objects.with_role(page.role).order_by("pk").first()
                if user is None:
                    problems.append(f"{page.name}: no account with role {page.role}; run `make demo`")
                    continue
                keys[page.role] = _session_key(user)
            jobs.append((page, path, keys[page.role] if page.role else ""))
        return jobs, problems

    def _index(self, out: Path, made: dict[str, list[tuple[str, str]]]) -> None:
        """One page with all pictures, small, each a link to itself."""
        head = (
            "<!doctype html><meta charset='utf-8'><title>Screenshots</title>"
            "<style>body{font-family:sans-serif;margin:2rem;background:#888}"
            "div{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}"
            "figure{margin:0}img{height:22rem;width:auto;display:block}</style>"
        )
        parts = [head]
        for name, pictures in made.items():
            parts.append(f"<h2>{html.escape(name)}</h2><div>")
            parts += [
                f"<figure><a href='{html.escape(file)}'><img loading='lazy' alt=''"
                f" src='{html.escape(file)}'></a><figcaption>{html.escape(words)}</figcaption></figure>"
                for words, file in pictures
            ]
            parts.append("</div>")
        (out / "index.html").write_text("\n".join(parts), encoding="utf-8")
