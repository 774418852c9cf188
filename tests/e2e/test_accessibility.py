"""axe finds nothing on any page (WCAG 2.2 AA): every address of the permission matrix that shows a page, wide
and light, narrow and dark. The narrow pass also fails on a page that is wider than the phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Error

from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.e2e.steps import PASSWORD, Visitor
from tests.home.axe import findings
from tests.permission_matrix import ROWS, Row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Who opens a page: the first of these that may.
READERS = ("TL", "ES", "AM", "FA", "CM", "ED", "RD")
#: Addresses that answer with something else than a page of ours.
NO_PAGES = {
    "livez", "healthz", "mfa_download_recovery_codes", "employers:import_refused", "budget:import_refused",
    "budget:year_hours_file", "budget:own_hours_file",
    "meetings:moment",  # a part of the form, for htmx
}  # fmt: skip
PAGES = [row for row in ROWS if row.get and row.name not in NO_PAGES]
GROUPS = 6  # tests of some pages each: one log-in and one empty database serve them all


def reader_of(row: Row) -> str:
    sees_more = [role for role in READERS if role in row.get and role not in row.hidden]
    return (sees_more or [role for role in READERS if role in row.get])[0]


@pytest.mark.parametrize("group", range(GROUPS))
def test_axe_finds_nothing_and_nothing_is_too_wide(browser, live_server, transactional_db, group):
    problems = []
    wide: dict[str, Visitor] = {}
    narrow: dict[str, Visitor] = {}
    users = {}
    for row in PAGES[group::GROUPS]:
        role = reader_of(row)
        if role not in users:
            users[role] = UserFactory(role=role, password=PASSWORD)
            if role == "CM":
                CollegeMemberFactory(user=users[role])
            for windows, options in ((wide, {}), (narrow, {"color_scheme": "dark"})):
                windows[role] = Visitor(browser, live_server, **options)
                windows[role].log_in(users[role])
            narrow[role].page.set_viewport_size({"width": 360, "height": 740})
        url = reverse(row.name, args=row.arguments(users[role]))
        for name, windows in (("wide and light", wide), ("narrow and dark", narrow)):
            page = windows[role].page
            try:
                answer = page.goto(url)
            except Error as trouble:
                if "Download is starting" in trouble.message:
                    continue  # a file, not a page
                raise
            if answer.status not in {200, 422} or "html" not in answer.headers.get("content-type", ""):
                continue
            problems += [f"{row.name}, {name}: {finding}" for finding in findings(page)]
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > page.viewport_size["width"]:
                problems.append(f"{row.name}, {name}: {width} px wide")
    for visitor in [*wide.values(), *narrow.values()]:
        visitor.context.close()
    assert problems == []
