"""An answer to the council: sentences that can be published as they are, on one A4."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from deventer_crm.core.commitments import MEASURES, Measure, Measured, Period, State, evaluate_all
from deventer_crm.core.models import AccessEvent, Commitment
from deventer_crm.home.sentences import FACTS, say
from employers.models import Employer
from meetings.models import Series
from tests.home.test_monitor import fill_the_year

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
TODAY = dt.date(2026, 11, 23)
ALL = [f"C{number}" for number in range(1, 15)]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False), override("nl"):
        yield


def measured(code: str, state: State, seen: Measured, norm: int | None = None, tolerance: int = 0) -> Measure:
    return Measure(
        commitment=Commitment.objects.get(code=code),
        period=Period.year(2026),
        as_of=TODAY,
        norm=None if norm is None else Decimal(norm),
        tolerance=Decimal(tolerance),
        state=state,
        forecast=None,
        seen=seen,
    )


def parts(spoken: int, invited: int, planned: int, nothing: int) -> dict[str, int]:
    listed = spoken + invited + planned + nothing
    return {"listed": listed, "spoken": spoken, "invited": invited, "planned": planned, "nothing": nothing}


D = Decimal


@pytest.mark.parametrize(
    ("code", "state", "seen", "norm", "tolerance", "text"),
    [
        (
            "C1",
            State.ON_TRACK,
            Measured(count=D(15), parts=parts(12, 3, 0, 5)),
            20,
            0,
            (
                "Van de 20 grootste werkgevers kregen er 15 in 2026, tot en met 23 november 2026, bezoek"
                " of een uitnodiging van het college: met 12 is gesproken, 3 zijn alleen uitgenodigd en"
                " voor 5 is er nog niets. De afspraak ligt op schema."
            ),
        ),
        (
            "C1",
            State.AT_RISK,
            Measured(count=D(1), parts=parts(0, 1, 2, 17)),
            20,
            0,
            (
                "Van de 20 grootste werkgevers kreeg er 1 in 2026, tot en met 23 november 2026, bezoek"
                " of een uitnodiging van het college: 1 is alleen uitgenodigd, met 2 staat een gesprek"
                " gepland en voor 17 is er nog niets. De afspraak loopt gevaar."
            ),
        ),
        (
            "C1",
            State.MISSED,
            Measured(count=D(0), parts=parts(0, 0, 0, 20)),
            20,
            0,
            (
                "Van de 20 grootste werkgevers kreeg er in 2026, tot en met 23 november 2026, nog geen"
                " bezoek of een uitnodiging van het college: voor 20 is er nog niets. De afspraak is"
                " niet gehaald."
            ),
        ),
        (
            "C2",
            State.ACHIEVED,
            Measured(count=D(1)),
            1,
            0,
            (
                "In 2026 kwamen de besturen en het college, tot en met 23 november 2026, 1 keer bijeen."
                " De norm is 1. De wens is vervuld."
            ),
        ),
        (
            "C3",
            State.ON_TRACK,
            Measured(count=D(2), planned=D(1)),
            3,
            0,
            (
                "In 2026 troffen de voorzitters elkaar, tot en met 23 november 2026, 2 keer. Er staat er"
                " nog 1 gepland. De norm is 3. De wens ligt op schema."
            ),
        ),
        (
            "C4",
            State.MISSED,
            Measured(count=D(0)),
            1,
            0,
            (
                "In 2026 hielden de partijen, tot en met 23 november 2026, samen nog geen"
                " themabijeenkomst. De norm is 1. De wens is niet gehouden."
            ),
        ),
        (
            "C5",
            State.ACHIEVED,
            Measured(count=D("79.6")),
            80,
            2,
            (
                "In het budget van 2026 is 80% gereserveerd voor branches en 20% voor de binnenstad. De"
                " norm is 80/20, met een marge van 2 procentpunt. De afspraak is gehaald."
            ),
        ),
        (
            "C6",
            State.AT_RISK,
            Measured(count=D(1999) / 20, parts={"managed": 1999, "total": 2000}),
            100,
            0,
            (
                "Op 23 november 2026 hadden 1.999 van de 2.000 bedrijven die een accountmanager horen te"
                " hebben er een (99,9%). De norm is 100%. De afspraak loopt gevaar."
            ),
        ),
        (
            "C6",
            State.AT_RISK,
            Measured(count=D(50), parts={"managed": 1, "total": 2}),
            100,
            0,
            (
                "Op 23 november 2026 had 1 van de 2 bedrijven die een accountmanager horen te hebben er"
                " een (50%). De norm is 100%. De afspraak loopt gevaar."
            ),
        ),
        (
            "C7",
            State.NOT_MEASURED,
            Measured(count=D(12)),
            None,
            0,
            (
                "In 2026 is er, tot en met 23 november 2026, 12 keer met werkgevers gesproken over"
                " aannemen en omscholen van inwoners. Hiervoor is geen norm afgesproken."
            ),
        ),
        (
            "C14",
            State.NOT_MEASURED,
            Measured(count=D(1200)),
            None,
            0,
            "Voor 2026 is 1.200 uur gereserveerd voor deze afspraken. Hiervoor is geen norm afgesproken.",
        ),
        (
            "C1",
            State.NOT_MEASURED,
            Measured(missing="De lijst is nog niet vastgezet."),
            None,
            0,
            (
                "Op 23 november 2026 zijn er nog geen cijfers over de afspraak “De 20 grootste"
                " werkgevers krijgen elk jaar bezoek of een uitnodiging van het college”. De lijst is"
                " nog niet vastgezet."
            ),
        ),
    ],
)
def test_the_sentence_says_the_figure_the_norm_and_the_judgement(
    code: str, state: State, seen: Measured, norm: int | None, tolerance: int, text: str
) -> None:
    assert say(measured(code, state, seen, norm, tolerance)).text == text


def test_the_sentences_are_english_for_who_reads_english() -> None:
    with override("en"):
        seen = Measured(count=Decimal(1), planned=Decimal(2))
        text = say(measured("C3", State.ON_TRACK, seen, norm=3)).text
    assert text == (
        "In 2026 the chairs met 1 time, up to and including 23 November 2026. 2 more are planned. The"
        " norm is 3. The wish is on schedule."
    )


def test_every_measure_has_a_sentence_of_its_own() -> None:
    assert set(MEASURES) - {"managed_relations"} == set(FACTS)


def test_no_employer_and_no_party_is_named_whatever_the_measures_say(tl: User) -> None:
    fill_the_year(4)
    Employer.objects.update(is_confidential=True)
    series = Series.objects.get(code=Series.BOARDS)
    assert series.parties.exists()
    text = " ".join(say(measure).text for measure in evaluate_all(TODAY))
    names = set(Employer.objects.values_list("name", flat=True))
    assert {name for name in names if name in text} == set()


def test_nothing_is_made_before_something_is_chosen(tl: User, client_as: Enter) -> None:
    response = client_as(tl).get("/monitor/raadsvraag/")
    assert response.status_code == 200
    assert response.context["sheet"] is None
    assert client_as(tl).get("/monitor/raadsvraag/pdf/").status_code == 302


def test_the_chosen_figures_stand_on_the_sheet_as_of_the_day(cm: User, client_as: Enter) -> None:
    fill_the_year(3)
    asked = {"datum": "2026-03-01", "afspraak": ["C1", "C5"]}
    response = client_as(cm).get("/monitor/raadsvraag/", asked)
    sheet = response.context["sheet"]
    assert [said.commitment.code for said in sheet.said] == ["C1", "C5"]
    html = response.content.decode()
    assert "1 maart 2026" in sheet.title
    assert "De lijst van 2026 is nog niet vastgezet." in html
    assert "DEVisie (sinds 2015)" in html
    assert 'data-copy="#zin-c1"' in html
    assert 'id="zin-c1"' in html


@pytest.mark.parametrize("asked", [{"datum": "2027-01-01", "afspraak": "C1"}, {"afspraak": "C99"}])
def test_a_day_to_come_or_an_unknown_commitment_is_told(
    tl: User, client_as: Enter, asked: dict[str, Any]
) -> None:
    response = client_as(tl).get("/monitor/raadsvraag/", asked)
    assert response.status_code == 400
    assert response.context["form"].errors
    assert response.context["sheet"] is None


def test_all_of_them_fit_on_one_tagged_a4_and_taking_it_out_is_logged(tl: User, client_as: Enter) -> None:
    fill_the_year(3)
    answer = client_as(tl).get("/monitor/raadsvraag/pdf/", {"afspraak": ALL})
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 1
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "nl"
    event = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (event.user, event.target, event.detail["rows"]) == (tl, "list:council", 14)
