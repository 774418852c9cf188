"""The tags every template has."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override

from deventer_crm.core import badges
from deventer_crm.core.templatetags import crm


def render(text: str, **context: object) -> str:
    with override("en"):
        return Template(text).render(Context(context))


def soup(text: str, **context: object) -> BeautifulSoup:
    return BeautifulSoup(render(text, **context), "html.parser")


def request_for(query: str, **user: object) -> object:
    request = RequestFactory().get("/bedrijven/" + query)
    request.user = SimpleNamespace(**user)
    return request


ALL_BADGES = [
    *badges.COMMITMENT.values(), badges.WISH_NOT_KEPT, *badges.VISIT.values(), *badges.DUE.values(),
    *badges.MEETING.values(), *badges.ANSWER.values(), badges.UNKNOWN,
]  # fmt: skip


@pytest.mark.parametrize("look", ALL_BADGES)
def test_every_badge_has_a_colour_an_icon_and_a_word(look):
    shown = BeautifulSoup(crm._badge(look), "html.parser").span
    assert f"is-{look.tone}" in shown["class"]
    assert shown.svg.find("path") is not None
    assert shown.get_text(strip=True) == str(look.word)


def test_a_missed_wish_is_never_red():
    assert "is-miss" in render('{% state_badge "missed" %}')
    wish = soup('{% state_badge "missed" wish=True %}').span
    assert "is-plain" in wish["class"]
    assert wish.get_text(strip=True) == "not kept"


def test_an_unknown_state_shows_as_unknown():
    assert soup('{% state_badge "sideways" %}').get_text(strip=True) == "unknown"


def test_a_misspelt_icon_is_found_in_the_first_rendering():
    with pytest.raises(TemplateSyntaxError, match="no icon"):
        render('{% icon "no-such-icon" %}')


def test_an_icon_is_silent():
    assert soup('{% icon "bell" %}').svg["aria-hidden"] == "true"


def test_labels_are_escaped():
    assert "<b>" not in render("{% visit_badge 'visited' label %}", label="<b>x</b>")
    assert "<script" not in render("{% card title=t %}x{% endcard %}", t="<script>")


@time_machine.travel(dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC))
def test_ago_counts_from_today():
    assert render("{{ day|ago }}", day=dt.date(2026, 11, 11)) == "12 days ago"
    assert render("{{ day|ago }}", day=None) == "never"


def test_jobs_are_exact_only_for_who_may_see_them():
    may = request_for("", can=lambda act: act == "view_exact_jobs")
    may_not = request_for("", can=lambda act: False)
    assert render("{% jobs 1120 %}", request=may) == "1,120"
    assert render("{% jobs 1120 %}", request=may_not) == "≥\u00a01,000"
    assert render("{% jobs 312 %}") == "200–499"
    assert render("{% jobs 312 exact=True %}", request=may_not) == "312"
    assert render("{% jobs none %}", none=None, request=may) == "unknown"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("{% query_string page=3 %}", {"q": ["a b"], "sector": ["1", "2"], "page": ["3"]}),
        ("{% query_string page=None %}", {"q": ["a b"], "sector": ["1", "2"]}),
        ('{% query_string drop="sector" value=2 page=None %}', {"q": ["a b"], "sector": ["1"]}),
        ('{% query_string drop="sector" page=None %}', {"q": ["a b"]}),
        ("{% query_string q=None sector=None page=None %}", {}),
    ],
)
def test_query_string_changes_only_what_is_asked(tag, expected):
    link = render(
        "{% autoescape off %}" + tag + "{% endautoescape %}",
        request=request_for("?q=a+b&sector=1&sector=2&page=2"),
    )
    assert link.startswith("?")
    assert dict(QueryDict(link[1:]).lists()) == expected


@pytest.mark.parametrize(
    ("typed", "target"),
    [("0570 00 00 00", "tel:+31570000000"), ("+32 2 000 00 00", "tel:+3220000000")],
)
def test_phone_numbers_can_be_tapped(typed, target):
    assert soup("{{ n|phone_link }}", n=typed).a["href"] == target


def test_what_is_no_phone_number_stays_text():
    assert render("{{ n|phone_link }}", n="via <receptie>") == "via &lt;receptie&gt;"


def test_numbers_inside_attributes_have_no_separator():
    text = '{% include "components/progress.html" with value=6400 maximum=9612 label="x" only %}'
    bar = soup(text).progress
    assert (bar["value"], bar["max"]) == ("6400", "9612")


@pytest.mark.parametrize(
    ("pages", "current", "shown"),
    [
        (1, 1, [1]),
        (3, 2, [1, 2, 3]),
        (9, 1, [1, 2, None, 9]),
        (9, 5, [1, None, 4, 5, 6, None, 9]),
        (9, 4, [1, 2, 3, 4, 5, None, 9]),
    ],
)
def test_page_numbers(pages, current, shown):
    assert crm.page_numbers(Paginator(range(pages), 1), current) == shown


def test_pagination_keeps_the_filters():
    page = Paginator(range(100), 25).get_page(2)
    found = soup(
        '{% include "components/pagination.html" with page_obj=page request=request only %}',
        page=page, request=request_for("?q=palm&page=2"),
    )  # fmt: skip
    assert found.find("a", rel="next")["href"] == "?q=palm&page=3"
    assert found.find("a", attrs={"aria-current": "page"}).get_text(strip=True) == "2"


def test_a_tile_says_its_duty_in_words():
    tiles = [{"rank": 1, "name": "Eikzorg", "duty": "received", "url": "/x/"}]
    tile = soup('{% include "components/tiles.html" with tiles=tiles only %}', tiles=tiles).a
    assert "is-ok" in tile["class"]
    assert tile.find(class_="tile-word").get_text(strip=True) == "received"
    assert tile["title"] == "Eikzorg"


def test_error_summary_links_to_the_fields():
    from django import forms

    class Form(forms.Form):
        name = forms.CharField()

    form = Form({})
    found = soup('{% include "components/error_summary.html" with form=form only %}', form=form)
    assert found.find(role="alert").a["href"] == "#id_name"
    empty = soup('{% include "components/error_summary.html" with form=form only %}', form=Form())
    assert empty.find(role="alert") is None
