"""Every number on the monitor opens its list and equals it, for each reader and as of any day (R1, R10); what
is chosen on the monitor stays in the address."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from budget.models import TrackBudget
from deventer_crm.core.models import Commitment, CommitmentNorm
from deventer_crm.home.selectors.monitor import monitor
from deventer_crm.home.selectors.monitor_filters import Choice, narrowed
from employers.models import Employer, Theme, Track
from tests.employers.factories import AccountAssignmentFactory, ContactMomentFactory, EmployerFactory
from tests.home.test_monitor import fill_the_year
from tests.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
TODAY, EARLIER = dt.date(2026, 11, 23), dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def filled() -> None:
    """Every measure has records in the first half of the year, C6 and C7 after it too; some confidential."""
    fill_the_year(6)
    theme = Theme.objects.get(code="werk-en-scholing")
    for number, month in enumerate((2, 4, 8, 10)):
        employer = EmployerFactory(is_relation=True, is_confidential=number % 2 == 0)
        AccountAssignmentFactory(employer=employer, starts_on=dt.date(2026, month, 1))
        EmployerFactory(is_relation=True, is_confidential=number % 2 == 0)
        when = dt.datetime(2026, month, 9, 12, tzinfo=dt.UTC)
        ContactMomentFactory(employers=[employer], theme=theme, happened_at=when)
        MeetingFactory(held=True, on=when.date(), employers=[employer], theme=theme)
    listed = Employer.objects.filter(top_list_entries__isnull=False).order_by("pk")
    Employer.objects.filter(pk__in=listed[:2].values("pk")).update(is_confidential=True)


def shown(page: Any, name: str) -> int:
    """How many records a list of the evidence page holds, with what this reader may not see."""
    pages = {"hidden": "page_obj", "planned_hidden": "planned_page", "open_hidden": "open_page"}
    return int(page.context[pages[name]].paginator.count + page.context[name])


@pytest.mark.parametrize("role", ["am", "tl"])
@pytest.mark.parametrize("day", [TODAY, EARLIER], ids=["today", "earlier"])
def test_every_number_equals_the_records_behind_it(
    filled: None, role: str, day: dt.date, request: pytest.FixtureRequest, client_as: Enter
) -> None:
    client = client_as(request.getfixturevalue(role))
    board = client.get("/monitor/", {"datum": day.isoformat()}).context["board"]
    counted, hidden = {}, 0
    for row in board.rows:
        page = client.get(row.url)
        assert page.context["as_of"] == day
        hidden += page.context["hidden"] + page.context["open_hidden"]
        if not row.is_measured:
            assert shown(page, "hidden") == 0
            continue
        number, seen = row.measure.count, row.measure.seen
        code = row.commitment.code
        counted[code] = number
        evidence, still_open = shown(page, "hidden"), shown(page, "open_hidden")
        assert shown(page, "planned_hidden") == seen.planned, code
        if code == "C6":
            assert (evidence, evidence + still_open) == (seen.parts["managed"], seen.parts["total"])
            assert number == Decimal(100 * evidence) / (evidence + still_open)
        elif code in {"C5", "C14"}:
            assert number == figure_of_the_lines(code, day), code
            assert evidence == TrackBudget.objects.filter(planned_on__lte=day).count()
        else:
            assert evidence == number, code
        if code == "C1":
            assert evidence + still_open + seen.planned == row.measure.norm
    assert set(counted) == {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C14"}
    assert counted["C7"] == (8 if day == TODAY else 4)
    assert (hidden > 0) == (role == "am")


def figure_of_the_lines(code: str, day: dt.date) -> Decimal:
    """C5 and C14 from the lines that their pages list."""
    lines = list(TrackBudget.objects.filter(planned_on__lte=day).select_related("track"))
    if code == "C14":
        return sum((line.hours for line in lines), Decimal(0))
    codes = (Track.SECTORS, Track.INNER_CITY)
    euros = {track: sum(line.euros for line in lines if line.track.code == track) for track in codes}
    return euros[Track.SECTORS] / (euros[Track.SECTORS] + euros[Track.INNER_CITY]) * 100


def test_an_earlier_day_shows_less_than_today(filled: None) -> None:
    def figures(day: dt.date) -> dict[str, Any]:
        return {row.commitment.code: row.measure.count for row in monitor(day, TODAY).rows}

    now, then = figures(TODAY), figures(EARLIER)
    assert {code for code in ("C6", "C7") if then[code] < now[code]} == {"C6", "C7"}


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_asked_narrows_the_rows_and_stays_in_the_address(tl: User, client_as: Enter) -> None:
    response = client_as(tl).get(
        "/monitor/", {"eigenaar": "together", "sterkte": "wish", "datum": "2026-03-01"}
    )
    rows = response.context["board"].rows
    assert [row.commitment.code for row in rows] == ["C2", "C4", "C9", "C10"]
    chips = {chip.value: chip.remove_url for chip in response.context["chips"]}
    assert len(chips) == 2
    assert set(chips.values()) == {
        "?datum=2026-03-01&sterkte=wish",
        "?datum=2026-03-01&eigenaar=together",
    }
    assert response.context["today_url"] == "?eigenaar=together&sterkte=wish"
    assert response.context["clear_url"] == "?datum=2026-03-01"
    assert "/monitor/C2/?datum=2026-03-01" in response.content.decode()


def test_each_state_on_top_is_a_way_in_and_out_and_opens_as_many_rows_as_it_says(filled: None) -> None:
    board = monitor(TODAY, TODAY)
    total = 0
    for count in narrowed(board, Choice(), TODAY).counts:
        asked = Choice.read(dict([count.url.removeprefix("?").split("=")]))
        rows = narrowed(board, asked, TODAY)
        assert len(rows.rows) == int(count.label.split()[0])
        assert [one.url for one in rows.counts if one.is_chosen] == ["?"]
        total += len(rows.rows)
    assert total == 14


def test_a_choice_that_does_not_exist_is_as_if_it_was_not_made(tl: User, client_as: Enter) -> None:
    response = client_as(tl).get("/monitor/", {"staat": "x", "eigenaar": "'", "sterkte": "<b>"})
    assert response.status_code == 200
    assert len(response.context["board"].rows) == 14
    assert response.context["chips"] == []


def test_nothing_that_matches_says_so(tl: User, client_as: Enter) -> None:
    response = client_as(tl).get("/monitor/", {"staat": "missed"})
    assert response.context["board"].rows == []
    assert "Haal een filter weg" in response.content.decode()


def test_a_row_says_who_keeps_it_how_firm_it_is_and_in_which_document(tl: User, client_as: Enter) -> None:
    html = client_as(tl).get("/monitor/").content.decode()
    assert "gemeente · harde afspraak · DEVisie (sinds 2015)" in html
    assert "ondernemers · wens · DEVisie (sinds 2015)" in html


def test_the_page_of_a_commitment_says_how_it_is_measured_and_judged(tl: User, client_as: Enter) -> None:
    client = client_as(tl)
    measured = client.get("/monitor/C6/").content.decode()
    assert "als relatie zijn aangemerkt" in measured
    assert "nog voor 1 juli" in measured
    assert "nooit rood" in client.get("/monitor/C2/").content.decode()
    assert "binnen de marge rond de norm" in client.get("/monitor/C5/").content.decode()
    assert "houdt hiervoor nog niets bij" in client.get("/monitor/C9/").content.decode()


def test_history_marks_the_norm_of_the_day_that_was_asked(tl: User, client_as: Enter) -> None:
    row = Commitment.objects.get(code="C3")
    CommitmentNorm.objects.create(commitment=row, value=4, starts_on=dt.date(2026, 9, 1), reason="nieuw")
    for day, current in ((EARLIER, 3), (TODAY, 4)):
        lines = client_as(tl).get("/monitor/C3/", {"datum": day.isoformat()}).context["norms"]
        assert [line.norm.value for line in lines if line.is_current] == [current]
