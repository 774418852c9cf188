"""Charts: geometry that says what the numbers say, readable aloud, and fit for the strict CSP."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from deventer_crm.core import charts

shares = st.decimals(min_value=0, max_value=1, places=4)
amounts = st.integers(min_value=0, max_value=5000)


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def by_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [e for e in parse(svg).iter() if name in e.get("class", "").split()]


def percentage(text: str | None) -> float:
    assert text is not None
    assert text.endswith("%")
    return float(text[:-1])


@pytest.mark.parametrize(
    "svg",
    [
        charts.sparkline([("2024", 10), ("2025", 20)], "Jobs"),
        charts.bullet(12, 20, state="at_risk", planned=4),
        charts.share_bar(Decimal("0.76"), Decimal("0.02"), Decimal("0.8"), "Spent"),
        charts.columns([("jan", 10, 5)], "Hours"),
    ],
)
def test_no_chart_carries_a_style_or_a_script(svg):
    for element in parse(svg).iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
        assert not element.tag.endswith("script")
    assert parse(svg).get("role") == "img"
    assert parse(svg).get("aria-label")


def test_labels_are_escaped():
    svg = charts.sparkline([("2025", 1), ("2026", 2)], '"><script>')
    assert "<script>" not in svg
    assert '"><script>' in parse(svg).get("aria-label", "")


def test_sparkline_says_its_numbers_and_goes_down_when_they_fall():
    with override("en"):
        svg = charts.sparkline([("2025", 1190), ("2026", 1120)], "Jobs")
    assert parse(svg).get("aria-label") == "Jobs 2025 to 2026: 1,190, 1,120"
    points = by_class(svg, "spark-line")[0].get("points", "").split()
    (x0, y0), (x1, y1) = (map(float, p.split(",")) for p in points)
    assert x1 > x0
    assert y1 > y0  # lower on the screen is less


def test_sparkline_leaves_a_gap_where_nothing_is_known():
    svg = charts.sparkline([("2022", 3), ("2023", None), ("2024", 5), ("2025", 6)], "Jobs")
    assert len(by_class(svg, "spark-line")) == 1
    assert len(by_class(svg, "spark-dot")) == 1


def test_sparkline_of_nothing_is_nothing():
    assert charts.sparkline([], "Jobs") == ""
    assert charts.sparkline([("2026", None)], "Jobs") == ""


def test_sparkline_refuses_what_is_not_a_point():
    with pytest.raises(TypeError):
        charts.sparkline(["2026"], "Jobs")


@given(st.lists(st.one_of(st.none(), st.integers(0, 20000)), max_size=12))
def test_sparkline_stays_inside_its_drawing(values):
    svg = charts.sparkline(values, "x")
    if not svg:
        assert all(value is None for value in values)
        return
    for number in re.findall(
        r"(\d+(?:\.\d)?),(\d+(?:\.\d)?)",
        " ".join(line.get("points", "") for line in by_class(svg, "spark-line")),
    ):
        assert 0 <= float(number[0]) <= 120
        assert 0 <= float(number[1]) <= 34


@given(done=amounts, norm=st.integers(1, 5000), planned=amounts)
def test_bullet_bars_compare_as_the_numbers_do(done, norm, planned):
    svg = charts.bullet(done, norm, state="on_track", planned=planned)
    bars = [e for e in by_class(svg, "fill-track") if "is-planned" not in e.get("class", "")]
    tick = percentage(parse(svg)[-1].get("x"))
    width = percentage(bars[0].get("width")) if bars else 0.0
    assert tick <= 100
    assert width <= 100
    if done > norm * 1.01:
        assert width >= tick
    if done < norm * 0.99:
        assert width <= tick


def test_bullet_without_a_measure_says_so():
    with override("en"):
        svg = charts.bullet(None, None)
    assert parse(svg).get("aria-label") == "not measured yet"
    assert not by_class(svg, "fill-ink")


@given(share=shares)
def test_share_bar_is_as_wide_as_the_share(share):
    svg = charts.share_bar(share, Decimal("0.02"), Decimal("0.8"), "Spent")
    window = next(e for e in parse(svg) if e.get("height") == "22" and e.tag.endswith("svg"))
    assert percentage(window.get("width")) == pytest.approx(float(share) * 100, abs=0.051)


def test_share_bar_says_both_parts_and_the_margin():
    with override("en"):
        svg = charts.share_bar(Decimal("0.76"), Decimal("0.02"), Decimal("0.8"), "Spent")
    assert parse(svg).get("aria-label") == (
        "Spent: 76% sector track, 24% inner city; the margin is 78% to 82%"
    )


def test_share_bar_of_nothing_shows_the_band_only():
    svg = charts.share_bar(None, Decimal("0.02"), Decimal("0.8"), "Spent")
    assert not by_class(svg, "fill-accent")
    assert by_class(svg, "band")


def test_columns_are_as_high_as_their_amounts():
    svg = charts.columns([("jan", 100, 0), ("feb", 50, 50), ("mrt", 25, 25)], "Hours")
    heights = [float(e.get("height", "")) for e in by_class(svg, "fill-accent")]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert heights[1] == pytest.approx(2 * heights[2], abs=0.2)
