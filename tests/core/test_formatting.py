"""Dates, numbers and names as people read them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from deventer_crm.core import formatting

TODAY = dt.date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        (None, ""), (0, "0"), (1, "1"), (2, "2–4"), (4, "2–4"), (5, "5–9"), (9, "5–9"), (10, "10–19"),
        (49, "20–49"), (50, "50–99"), (100, "100–199"), (200, "200–499"), (500, "500–799"),
        (799, "500–799"), (800, "800–999"), (999, "800–999"), (1000, "≥\u00a01,000"), (20000, "≥\u00a01,000"),
    ],
)  # fmt: skip
def test_size_classes_of_r2(jobs, words):
    with override("en"):
        assert formatting.size_class(jobs) == words


@given(st.integers(1, 20000))
def test_every_number_of_jobs_lies_in_its_size_class(jobs):
    with override("en"):
        words = formatting.size_class(jobs)
    if words.startswith("≥"):
        assert jobs >= 1000
        return
    low, _dash, high = words.partition("–")
    assert int(low) <= jobs <= int(high or low)


def test_dutch_numbers_and_euros():
    with override("nl"):
        assert formatting.number(9612) == "9.612"
        assert formatting.euro(12500) == "€\u00a012.500"
        assert formatting.euro(Decimal("1250.5")) == "€\u00a01.250,50"
        assert formatting.hours(Decimal("7.50")) == formatting.hours(7.5)
        assert formatting.hours(Decimal("7.50")).startswith("7,5 ")
        assert formatting.hours(Decimal(1200)).startswith("1.200 ")


def test_changes_carry_their_sign():
    with override("nl"):
        assert formatting.signed(-70) == "−70"
        assert formatting.signed(1200) == "+1.200"
        assert formatting.signed(0) == "0"


def test_dates_are_dutch():
    with override("nl"):
        assert formatting.nl_date(dt.date(2026, 12, 3)) == "3 december 2026"
        assert formatting.nl_date(dt.date(2026, 12, 3), "short") == "3 dec"
        assert formatting.nl_date(dt.date(2026, 11, 25), "weekday") == "woensdag 25 november"
        assert formatting.clock_time(dt.time(9, 5)) == "09.05 uur"
    with override("en"):
        assert formatting.nl_date(dt.date(2026, 12, 3), "short") == "3 Dec"
        assert formatting.clock_time(dt.time(9, 5)) == "09:05"


def test_a_moment_is_shown_in_dutch_time():
    summer = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)
    with override("nl"):
        assert formatting.nl_date(summer) == "2 juli 2026"
        assert formatting.clock_time(summer) == "00.30 uur"


def test_an_unknown_form_of_a_date_is_an_error():
    with pytest.raises(ValueError, match="unknown date form"):
        formatting.nl_date(TODAY, "shrot")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"), (1, "yesterday"), (-1, "tomorrow"), (12, "12 days ago"), (20, "20 days ago"),
        (21, "3 weeks ago"), (36, "5 weeks ago"), (61, "2 months ago"), (130, "4 months ago"),
        (900, "2 years ago"), (-3, "in 3 days"),
    ],
)  # fmt: skip
def test_how_long_ago(days, words):
    with override("en"):
        assert formatting.ago(TODAY - dt.timedelta(days=days), TODAY) == words


def test_no_contact_is_never():
    with override("en"):
        assert formatting.ago(None, TODAY) == "never"


@pytest.mark.parametrize(
    ("days", "code", "words"),
    [
        (-11, "late", "11 days late"), (-1, "late", "1 day late"), (0, "today", "today"),
        (1, "soon", "tomorrow"), (4, "soon", "Friday"), (7, "later", "30 November"),
        (60, "later", "22 January 2027"),
    ],
)  # fmt: skip
def test_due_words(days, code, words):
    with override("en"):
        assert formatting.due_words(TODAY + dt.timedelta(days=days), TODAY) == (code, words)


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_the_two_tracks_add_up(share):
    first, second = formatting.ratio(share).split("/")
    assert int(first) + int(second) == 100


@pytest.mark.parametrize(
    ("name", "letters"),
    [("J. de Voorbeeld", "JV"), ("Lin Proef", "LP"), ("Proef", "P"), ("", ""), (None, ""), ("'s 1", "")],
)
def test_initials(name, letters):
    assert formatting.initials(name) == letters


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("Koperkade", "Koperkade"),
        ("Voorbeeldzorggroep", "Voor-beeld-zorg-groep"),
        ("Proefmachinebouw Zilverveen", "Proef-machi-nebouw Zilverveen"),
        ("Voorbeeldbasisschool", "Voor-beeld-basis-school"),
        ("Modelharsfabriek B.V.", "Model-hars-fabriek B.V."),
        (None, ""),
    ],
)
def test_long_words_may_break_between_syllables(name, broken):
    assert formatting.soft_hyphens(name).replace(formatting.SOFT_HYPHEN, "-") == broken


@given(st.text())
def test_soft_hyphens_change_no_letter(name):
    shown = formatting.soft_hyphens(name.replace(formatting.SOFT_HYPHEN, ""))
    assert shown.replace(formatting.SOFT_HYPHEN, "") == name.replace(formatting.SOFT_HYPHEN, "")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("proefprogramma/1.0", "proefprogramma/1.0"),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_people_call_it(sent, shown):
    assert formatting.browser_name(sent) == shown
