"""/monitor/ and the evidence behind a figure."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deventer_crm.core import commitments
from deventer_crm.core.commitments import Line, Measured, State
from deventer_crm.core.models import Commitment
from deventer_crm.home.selectors.monitor import ProofList, count_states, in_unit, monitor
from employers.models import Employer, TopList, TopListEntry, Track
from meetings.duty import Status
from meetings.models import Series
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, SeriesPartyFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def measures(monkeypatch: pytest.MonkeyPatch) -> dict[str, Measured]:
    """What each measure sees; a test fills it. Measures without an entry are not registered."""
    answers: dict[str, Measured] = {}

    class Registry(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            if name not in answers:
                return default
            return lambda *_: answers[name]

    monkeypatch.setattr(commitments, "MEASURES", Registry())
    return answers


def rows_by_code() -> dict[str, Any]:
    return {row.commitment.code: row for row in monitor(TODAY, TODAY).rows}


def test_one_row_for_each_commitment_and_what_has_no_measure_says_so(
    measures: dict[str, Measured], tl: User, client_as: Enter
) -> None:
    response = client_as(tl).get("/monitor/")
    rows = response.context["board"].rows
    assert [row.commitment.code for row in rows] == [f"C{n}" for n in range(1, 15)]
    assert {row.state for row in rows} == {"not_measured"}
    assert all(row.outlook for row in rows)


def test_counts_add_up_and_a_wish_not_kept_stands_apart_and_is_not_red(
    measures: dict[str, Measured],
) -> None:
    measures["boards_meeting"] = Measured(count=Decimal(0))
    measures["top_list_duty"] = Measured(count=Decimal(12), planned=Decimal(4))
    measures["budget_split"] = Measured(count=Decimal(80), state=State.ACHIEVED, forecast=Decimal(80))
    board = monitor(dt.date(2026, 12, 31), TODAY)
    by_code = {row.commitment.code: row for row in board.rows}
    assert by_code["C1"].state == "at_risk"
    assert by_code["C5"].state == "achieved"
    assert by_code["C5"].now_text == "80/20" == by_code["C5"].norm_text
    assert sum(int(count.label.split()[0]) for count in board.counts) == 14
    over = [
        row
        for row in board.rows
        if row.commitment.code == "C2"
        and commitments.evaluate(row.commitment, dt.date(2027, 1, 5), year=2026).state == State.MISSED
    ]
    assert len(over) == 1


def test_the_bar_of_a_wish_that_was_not_kept_has_no_red(measures: dict[str, Measured]) -> None:
    measures["boards_meeting"] = Measured(count=Decimal(0), state=State.MISSED)
    measures["top_list_duty"] = Measured(count=Decimal(0), state=State.MISSED)
    rows = rows_by_code()
    assert rows["C2"].bar_state == "not_measured"
    assert rows["C1"].bar_state == "missed"
    states = [(count.state, count.is_wish) for count in count_states(list(rows.values()))]
    assert ("missed", False) in states
    assert ("missed", True) in states


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal(80), "split", "80/20"),
        (Decimal("76.4"), "split", "76/24"),
        (Decimal(100), "percent", "100%"),
        (Decimal("20.00"), "count", "20"),
        (None, "count", "–"),
    ],
)
def test_figures_are_written_in_their_unit(value: Decimal | None, unit: str, text: str) -> None:
    assert in_unit(value, unit) == text


def test_spending_is_a_line_of_its_own(measures: dict[str, Measured], tl: User, client_as: Enter) -> None:
    line = Line("Besteed", "78–82%", "76/24", State.AT_RISK, "Verwacht 77/23", Decimal(76))
    measures["budget_split"] = Measured(count=Decimal(80), state=State.ACHIEVED, lines=(line,))
    html = client_as(tl).get("/monitor/").content.decode()
    assert "76/24" in html
    assert "/budget/2026/" in html


def test_any_earlier_day_can_be_asked(measures: dict[str, Measured], tl: User, client_as: Enter) -> None:
    response = client_as(tl).get("/monitor/?datum=2026-03-01")
    assert response.context["as_of"] == dt.date(2026, 3, 1)
    assert "/monitor/C1/?datum=2026-03-01" in response.content.decode()
    early = client_as(tl).get("/monitor/?datum=2010-01-01")
    assert early.status_code == 200
    assert early.context["board"].rows == []


@pytest.mark.parametrize("typed", ["2027-01-01", "morgen"])
def test_a_day_that_does_not_fit_is_told_and_kept(tl: User, client_as: Enter, typed: str) -> None:
    response = client_as(tl).get("/monitor/", {"datum": typed})
    assert response.status_code == 400
    assert response.context["form"].errors["datum"]
    assert f'value="{typed}"' in response.content.decode()


def test_evidence_equals_the_number_with_what_is_not_visible(
    measures: dict[str, Measured], am: User, tl: User, client_as: Enter
) -> None:
    for number in range(3):
        EmployerFactory(name=f"Proefbedrijf Koperkade {number}")
    EmployerFactory(name="Geheimwerk Zilverlinde B.V.", is_confidential=True)
    evidence = (Employer.objects.order_by("pk"),)
    measures["top_list_duty"] = Measured(count=Decimal(4), evidence=evidence)
    for reader, visible, hidden in ((am, 3, 1), (tl, 4, 0)):
        response = client_as(reader).get("/monitor/C1/")
        page = response.context["page_obj"]
        assert (page.paginator.count, response.context["hidden"]) == (visible, hidden)
        assert ("Zilverlinde" in response.content.decode()) == (hidden == 0)


def test_evidence_is_paged_over_several_kinds_of_record(tl: User) -> None:
    for number in range(7):
        EmployerFactory(name=f"Proefbedrijf {number}")
    first = Employer.objects.filter(pk__in=Employer.objects.order_by("pk")[:3]).order_by("pk")
    rest = Employer.objects.exclude(pk__in=first.values("pk")).order_by("pk")
    proofs = ProofList((first, rest), tl)
    labels = [str(row) for row in Employer.objects.order_by("pk")]
    assert len(proofs) == 7
    assert [proof.label for proof in proofs[2:5]] == labels[2:5]
    assert proofs[6].label == labels[6]
    assert [proof.label for proof in proofs[5:50]] == labels[5:]


def test_evidence_of_the_yearly_visits_says_what_happened_and_when_as_far_as_the_reader_may_see(
    am: User, tl: User
) -> None:
    frozen = TopList.objects.create(
        year=2026, size=2, reference_date="2026-04-01", frozen_on="2026-05-01", frozen_by=UserFactory()
    )
    member, day = CollegeMemberFactory(), dt.date(2026, 3, 2)
    for rank, secret in ((1, False), (2, True)):
        employer = EmployerFactory()
        TopListEntry.objects.create(top_list=frozen, employer=employer, rank=rank, jobs=100)
        MeetingFactory(
            held=True, on=day, employers=[employer], college=[member], place="company", is_confidential=secret
        )
    rows = (TopListEntry.objects.order_by("rank"),)
    visited = str(Status.VISITED.label)
    assert [(proof.kind, proof.day) for proof in ProofList(rows, tl, TODAY)] == [(visited, day)] * 2
    assert [(proof.kind, proof.day) for proof in ProofList(rows, am, TODAY)] == [(visited, day), ("", None)]
    before = ProofList(rows, tl, dt.date(2026, 3, 1))
    assert [proof.day for proof in before] == [day, day]
    assert str(Status.PLANNED.label) == before[0].kind


def test_an_unknown_commitment_is_not_found(tl: User, client_as: Enter) -> None:
    assert client_as(tl).get("/monitor/C99/").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_evidence(
    measures: dict[str, Measured], tl: User, client_as: Enter
) -> None:
    client = client_as(tl)
    measures["top_list_duty"] = Measured(count=Decimal(4), evidence=(Employer.objects.order_by("pk"),))

    def count(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    EmployerFactory()
    count("/monitor/")
    few = count("/monitor/"), count("/monitor/C1/")
    for _ in range(40):
        EmployerFactory()
    assert (count("/monitor/"), count("/monitor/C1/")) == few
    assert max(few) <= 20


def fill_the_year(size: int) -> None:
    """A frozen list, meetings of all series, a plan and hours: every measure has something to read."""
    frozen = TopList.objects.create(
        year=2026, size=size, reference_date="2026-04-01", frozen_on="2026-05-01", frozen_by=UserFactory()
    )
    member = CollegeMemberFactory()
    for rank in range(1, size + 1):
        employer = EmployerFactory()
        TopListEntry.objects.create(top_list=frozen, employer=employer, rank=rank, jobs=1000 - rank)
        MeetingFactory(held=True, on=dt.date(2026, 3, 2), employers=[employer], college=[member])
        InvitationFactory(employer=employer, college_member=member)
    load_reference_data()
    for series in Series.objects.all():
        kind = series.kinds.get()
        for number in range(size):
            seat = PositionFactory(employer=EmployerFactory(kind="association"), seat="chair")
            SeriesPartyFactory(series=series, association=seat.employer, seat="chair")
            on = dt.date(2026, 1 + number % 10, 12)
            MeetingFactory(held=True, on=on, kind=kind, people=[seat.person], organisers=[seat.employer])
    plan(800, 200)
    for entry in range(size):
        TimeEntryFactory(day=dt.date(2026, 1 + entry % 10, 5), track=tracks()[Track.SECTORS])


@pytest.mark.parametrize("path", ["/monitor/", "/"])
def test_with_all_measures_filled_the_queries_stay_within_the_budget(
    path: str, tl: User, client_as: Enter
) -> None:
    """Twenty, apart from the session, the user, roles and rights (five)."""
    fill_the_year(12)
    client = client_as(tl)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    states = {row.commitment.code: row.state for row in monitor(TODAY, TODAY).rows}
    assert "not_measured" not in {states[code] for code in ("C1", "C2", "C3", "C4", "C5")}
    assert len(queries) <= 25


def test_the_sentence_follows_the_language() -> None:
    from django.utils.translation import override

    row = Commitment.objects.get(code="C2")
    with override("en"):
        assert row.sentence == row.sentence_en
    with override("nl"):
        assert row.sentence == row.sentence_nl
