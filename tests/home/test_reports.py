"""Quarterly reports: what is frozen stays as it was, in the database, on the page and on paper."""

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import User
from deventer_crm.core.commitments import evaluate_all
from deventer_crm.core.models import (
    AccessEvent,
    Commitment,
    CommitmentNorm,
    Quarter,
    QuarterlyReport,
    ReportText,
    TrailEvent,
)
from deventer_crm.core.services import StaleRecord
from deventer_crm.home.reports import services
from deventer_crm.home.reports.documents import report_data, report_pdf
from deventer_crm.home.reports.figures import _text as as_text
from deventer_crm.home.reports.selectors import compare, quarters_to_begin, report_page, reports_for
from employers.models import TopList, TopListEntry
from employers.services_retention import anonymise_person
from meetings.models import Series
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import plan
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory, SeriesPartyFactory
from tests.support.pdf import words_of

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
TODAY = dt.date(2026, 10, 12)
END_OF_Q3 = dt.date(2026, 9, 30)
State = QuarterlyReport.State


def at(day: dt.date) -> Any:
    return time_machine.travel(dt.datetime.combine(day, dt.time(9), dt.UTC), tick=False)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with at(TODAY):
        yield


@pytest.fixture
def lead(tl: User) -> User:
    return tl


def visited(rank: int, day: dt.date, frozen: TopList, **options: Any) -> Any:
    employer = EmployerFactory(name=f"Proefwerkplaats {rank}", **options)
    TopListEntry.objects.create(top_list=frozen, employer=employer, rank=rank, jobs=1000 - rank)
    MeetingFactory(held=True, on=day, employers=[employer], college=[CollegeMemberFactory()], place="company")
    return employer


@pytest.fixture
def year(lead: User) -> TopList:
    """A frozen list with a visit in May, one in August and one in October, and a plan."""
    frozen = TopList.objects.create(
        year=2026, size=4, reference_date="2026-04-01", frozen_on="2026-02-01", frozen_by=lead
    )
    for rank, day in enumerate((dt.date(2026, 5, 4), dt.date(2026, 8, 3), dt.date(2026, 10, 5)), start=1):
        visited(rank, day, frozen)
    TopListEntry.objects.create(top_list=frozen, employer=EmployerFactory(), rank=4, jobs=5)
    plan(800, 200)
    return frozen


def begun(lead: User, quarter: int = 3, year: int = 2026) -> QuarterlyReport:
    return services.begin_report(year, quarter, by=lead)


def frozen(lead: User, quarter: int = 3, **texts: str) -> QuarterlyReport:
    report = begun(lead, quarter)
    for code, text in texts.items():
        services.save_text(report, Commitment.objects.get(code=code), text, by=lead)
    return services.freeze_report(report, by=lead)


def row_of(report: QuarterlyReport, code: str) -> dict[str, Any]:
    return next(row for row in report.figures["rows"] if row["code"] == code)


# ── quarters ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_quarter_has_its_days_and_neighbours(number: int) -> None:
    quarter = Quarter(2026, number)
    assert Quarter.of(quarter.first) == quarter == Quarter.of(quarter.last)
    assert Quarter.of(quarter.first - dt.timedelta(days=1)) == quarter.previous
    assert Quarter.of(quarter.last + dt.timedelta(days=1)) == quarter.next
    assert quarter.previous.next == quarter == quarter.next.previous


def test_what_ended_last_is_offered_first_and_what_is_made_no_more(lead: User) -> None:
    assert [one.code for one in quarters_to_begin(TODAY)] == [
        "2026-Q3",
        "2026-Q2",
        "2026-Q1",
        "2025-Q4",
        "2026-Q4",
    ]
    begun(lead)
    assert next(one.code for one in quarters_to_begin(TODAY)) == "2026-Q2"


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────


def test_frozen_figures_are_those_of_the_last_day_of_the_quarter(lead: User, year: TopList) -> None:
    report = frozen(lead)

    assert (report.state, report.as_of, report.frozen_on, report.frozen_by) == (
        State.FROZEN,
        END_OF_Q3,
        TODAY,
        lead,
    )
    measures = evaluate_all(END_OF_Q3)
    assert [row["code"] for row in report.figures["rows"]] == [one.commitment.code for one in measures]
    for row, measure in zip(report.figures["rows"], measures, strict=True):
        count = None if measure.seen.missing else measure.count
        assert row["count"] == as_text(count)
        assert row["norm"] == as_text(measure.norm)
        assert row["planned"] == as_text(measure.seen.planned)
        assert row["state"] == measure.state.value
        assert row["forecast"] == as_text(measure.forecast)
        assert [part["ids"] for part in row["evidence"]] == [
            sorted(rows.values_list("pk", flat=True)) for rows in measure.seen.evidence
        ]
    # Two of the four by the end of September; the visit of October is not in it.
    assert (row_of(report, "C1")["count"], row_of(report, "C1")["norm"]) == ("2", "4")
    assert report.is_intact


def test_a_running_quarter_is_frozen_as_of_today(lead: User, year: TopList) -> None:
    report = frozen(lead, 4)
    assert report.as_of == TODAY
    assert row_of(report, "C1")["count"] == "3"


def test_a_quarter_frozen_later_has_the_same_figures(lead: User, year: TopList) -> None:
    """Time travel: what was frozen the day after, and what is frozen months later, say the same."""
    with at(dt.date(2026, 10, 1)):
        early = frozen(lead)
    with at(dt.date(2026, 12, 20)):
        visited(5, dt.date(2026, 11, 2), year)
        late = services.freeze_report(services.new_edition(early, reason="proef", by=lead), by=lead)
    # Who joined the list since is not in what was counted; the sentence follows the list of that day.
    assert row_of(late, "C1")["count"] == row_of(early, "C1")["count"] == "2"
    assert row_of(late, "C1")["evidence"] == row_of(early, "C1")["evidence"]


def test_the_last_quarter_judges_the_year_once_it_is_over(lead: User, year: TopList) -> None:
    """R6: 3 of 4 on the evening of 31 December is missed; a wish is not kept."""
    with at(dt.date(2026, 12, 31)):
        running = frozen(lead, 4)
    with at(dt.date(2027, 1, 8)):
        over = services.freeze_report(services.new_edition(running, reason="jaar om", by=lead), by=lead)
    assert row_of(running, "C1")["state"] == "at_risk"
    assert row_of(over, "C1")["state"] == "missed"
    assert over.as_of == dt.date(2026, 12, 31)
    assert row_of(over, "C5")["state"] == row_of(running, "C5")["state"] == "achieved"


def test_nothing_is_frozen_without_a_policy(lead: User) -> None:
    report = QuarterlyReport.objects.create(year=2010, quarter=1)
    with pytest.raises(ValidationError):
        services.freeze_report(report, by=lead)
    report.refresh_from_db()
    assert report.is_draft


def test_sentences_are_kept_in_both_languages(lead: User, year: TopList) -> None:
    row = row_of(frozen(lead), "C1")
    assert row["words"]["nl"]["headline"] != row["words"]["en"]["headline"]
    assert row["sentence"]["nl"] != row["sentence"]["en"]


def test_a_snapshot_names_nobody(lead: User) -> None:
    """R10, R13: also not the party that was not there, whom the monitor does name."""
    load_reference_data()
    series = Series.objects.get(code=Series.BOARDS)
    for number in range(4):
        seat = PositionFactory(employer=EmployerFactory(kind="association", name=f"Zilverclub {number}"))
        SeriesPartyFactory(series=series, association=seat.employer, seat="")
        people = [] if number == 3 else [seat]
        if number == 0:
            meeting = MeetingFactory(
                held=True,
                on=dt.date(2026, 3, 2),
                kind=series.kinds.get(),
                people=[(seat.person, seat.employer)],
                college=[CollegeMemberFactory()],
            )
        elif people:
            meeting.participants.create(person=seat.person, employer=seat.employer, is_present=True)
    measure = next(one for one in evaluate_all(END_OF_Q3) if one.commitment.code == "C2")
    assert "Zilverclub 3" in str(measure.seen.headline)

    report = frozen(lead)

    assert row_of(report, "C2")["count"] == "1"
    assert row_of(report, "C2")["words"]["nl"]["headline"]
    assert "Zilverclub" not in json.dumps(report.figures)


# ── what is frozen stays ─────────────────────────────────────────────────────────────────────────

CHANGES = [
    {"figures": {"rows": []}},
    {"as_of": "2026-01-01"},
    {"state": "draft", "frozen_on": None, "frozen_by": None, "sha256": "", "figures": {}},
    {"edition": 7},
    {"reason": "anders"},
    {"sha256": "0" * 64},
]


@pytest.mark.parametrize("change", CHANGES, ids="-".join)
@pytest.mark.parametrize("published", [False, True])
def test_the_database_refuses_to_change_a_frozen_report(
    lead: User, year: TopList, change: dict[str, Any], published: bool
) -> None:
    report = frozen(lead, C1="Zo staat het ervoor.")
    if published:
        services.publish_report(report, by=lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReport.objects.filter(pk=report.pk).update(**change)


def test_the_database_refuses_other_ways_too(lead: User, year: TopList) -> None:
    report = frozen(lead, C1="Zo staat het ervoor.")
    acts = [
        lambda: ReportText.objects.filter(report=report).update(text="anders"),
        lambda: ReportText.objects.filter(report=report).delete(),
        lambda: QuarterlyReport.objects.filter(pk=report.pk).delete(),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    services.publish_report(report, by=lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReport.objects.filter(pk=report.pk).update(
            state="frozen", published_on=None, published_by=None
        )
    # Every commitment of the report has its row, so none can be added.
    assert report.texts.count() == len(report.figures["rows"])
    assert QuarterlyReport.objects.get(pk=report.pk).is_intact


def test_services_refuse_what_cannot_be(lead: User, year: TopList) -> None:
    with pytest.raises(ValidationError):
        services.begin_report(2027, 1, by=lead)
    with pytest.raises(ValidationError):
        services.begin_report(2026, 5, by=lead)
    report = begun(lead)
    with pytest.raises(ValidationError):
        begun(lead)
    with pytest.raises(ValidationError):
        services.publish_report(report, by=lead)
    with pytest.raises(ValidationError):
        services.new_edition(report, reason="te vroeg", by=lead)
    services.freeze_report(report, by=lead)
    c1 = Commitment.objects.get(code="C1")
    for late in (
        lambda: services.freeze_report(report, by=lead),
        lambda: services.save_text(report, c1, "te laat", by=lead),
        lambda: services.drop_draft(report, by=lead),
        lambda: services.new_edition(report, reason="  ", by=lead),
    ):
        with pytest.raises(ValidationError):
            late()
    services.publish_report(report, by=lead)
    with pytest.raises(ValidationError):
        services.publish_report(report, by=lead)


def test_a_draft_can_be_thrown_away(lead: User) -> None:
    report = begun(lead)
    services.save_text(report, Commitment.objects.get(code="C1"), "Nog niet af.", by=lead)
    services.drop_draft(report, by=lead)
    assert not QuarterlyReport.objects.exists()
    assert not ReportText.objects.exists()


def test_a_correction_is_a_new_edition_and_the_old_one_stays(lead: User, year: TopList) -> None:
    first = frozen(lead, C1="Twee bezoeken.")
    before = first.figures
    second = services.new_edition(first, reason="Een bezoek was vergeten.", by=lead)
    assert (second.edition, second.is_draft) == (2, True)
    assert second.texts.get(commitment__code="C1").text == "Twee bezoeken."
    with pytest.raises(ValidationError):
        services.new_edition(first, reason="nog een", by=lead)
    visited(5, dt.date(2026, 9, 7), year)
    services.save_text(
        second, Commitment.objects.get(code="C1"), "Drie bezoeken.", by=lead, expected_version=1
    )
    services.freeze_report(second, by=lead)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.figures == before
    assert row_of(second, "C1")["count"] == "3"
    assert report_page(first, lead, TODAY).editions.newer == second
    with pytest.raises(ValidationError):
        services.publish_report(first, by=lead)


def test_two_editors_of_a_text_do_not_overwrite_each_other(lead: User, client_as: Enter) -> None:
    report = begun(lead)
    c1 = Commitment.objects.get(code="C1")
    other = UserFactory(role="TL")
    services.save_text(report, c1, "De eerste tekst.", by=other)
    with pytest.raises(ValidationError):
        services.save_text(report, c1, "Ook een eerste.", by=lead)
    services.save_text(report, c1, "De tweede tekst.", by=other, expected_version=1)
    with pytest.raises(StaleRecord):
        services.save_text(report, c1, "Op de eerste gebouwd.", by=lead, expected_version=1)
    url = f"/rapportages/{report.pk}/tekst/{c1.pk}/"
    answer = client_as(lead).post(url, {"text": "Van mij.", "record_version": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "De tweede tekst." in html
    assert "Van mij." in html


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_that_names_a_confidential_employer_is_not_frozen(lead: User, year: TopList) -> None:
    EmployerFactory(name="Zwijgzaam Hout B.V.", is_confidential=True)
    report = begun(lead)
    c1 = Commitment.objects.get(code="C1")
    services.save_text(report, c1, "Ook zwijgzaam hout b.v. deed mee.", by=lead)
    with pytest.raises(ValidationError) as refusal:
        services.freeze_report(report, by=lead)
    assert "C1" in str(refusal.value)
    assert "hout" not in str(refusal.value).lower()


def test_names_are_looked_at_before_a_report_becomes_public(lead: User, year: TopList) -> None:
    person = PositionFactory(person__first_name="Tess", person__last_name="Proefsma").person
    EmployerFactory(name="Werf")
    report = frozen(lead, C1="Gesproken met Tess Proefsma van Proefwerkplaats 1, op de werfkade.")
    with pytest.raises(services.NamesAnybody):
        services.publish_report(report, by=lead)
    assert [one.name for one in services.names_in({1: f"met {person}, werfkade"})] == ["Tess Proefsma"]
    services.publish_report(report, by=lead, names_may_be_public=True)
    report.refresh_from_db()
    assert report.is_published


def test_a_text_disappears_for_who_may_no_longer_know_whom_it_names(
    lead: User, am: User, year: TopList
) -> None:
    report = frozen(lead, C1="Ook Proefwerkplaats 1 deed mee.", C2="Niets bijzonders.")

    def texts(reader: User) -> dict[str, str]:
        return {row.code: row.text for row in report_page(report, reader, TODAY).rows if row.text}

    assert set(texts(am)) == {"C1", "C2"}
    employer = TopListEntry.objects.get(rank=1).employer
    employer.is_confidential = True
    employer.save()
    assert set(texts(am)) == {"C2"}
    assert set(texts(lead)) == {"C1", "C2"}
    page = report_page(report, lead, TODAY)
    assert "Proefwerkplaats" in json.dumps(report_data(page, public=False))
    assert "Proefwerkplaats" not in json.dumps(report_data(page, public=True))


def test_who_is_anonymised_goes_from_frozen_texts_too(lead: User, year: TopList) -> None:
    person = PositionFactory(person__first_name="Tess", person__last_name="Proefsma").person
    report = frozen(lead, C1="Met dank aan Tess Proefsma.")
    anonymise_person(person, by=lead)
    report.refresh_from_db()
    assert report.texts.get(commitment__code="C1").text == "Met dank aan [naam verwijderd]."
    assert report.is_intact
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterlyReport.objects.filter(pk=report.pk).update(figures={"rows": []})
    trail = TrailEvent.objects.filter(table_name__in=("core_reporttext", "core_quarterlyreport"))
    assert trail.exists()
    assert "Proefsma" not in json.dumps(list(trail.values("before", "after")))


# ── printing ─────────────────────────────────────────────────────────────────────────────────────


def documents(report: QuarterlyReport, reader: User, today: dt.date) -> list[bytes]:
    found = QuarterlyReport.objects.get(pk=report.pk)
    page = report_page(found, reader, today)
    return [report_pdf(page), report_pdf(page, public=True)]


def test_a_frozen_report_prints_the_same_for_ever(lead: User, am: User, year: TopList) -> None:
    with at(dt.date(2026, 7, 6)):
        services.freeze_report(begun(lead, 2), by=lead)
    report = frozen(lead, C1="Twee bezoeken.")
    before = documents(report, lead, TODAY)
    with at(dt.date(2028, 5, 5)):
        CommitmentNorm.objects.create(
            commitment=Commitment.objects.get(code="C2"), value=9, starts_on="2026-01-02", reason="proef"
        )
        Commitment.objects.filter(code="C1").update(
            sentence_nl="Iets anders.", strength="wish", owner="together"
        )
        visited(5, dt.date(2026, 9, 7), year)
        # The quarter before is corrected: what stood beside these figures still stands there.
        second = QuarterlyReport.objects.get(quarter=2)
        services.freeze_report(services.new_edition(second, reason="proef", by=lead), by=lead)
        services.publish_report(report, by=lead)
        services.new_edition(report, reason="later", by=lead)
        assert documents(report, lead, dt.date(2028, 5, 5)) == before
        assert documents(report, am, dt.date(2028, 5, 5)) == before


def kinds_of(node: Any) -> Iterator[str]:
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            if "/S" in child:
                yield str(child.S)
            yield from kinds_of(child)


def test_the_document_is_tagged_has_title_and_language_and_is_logged(
    lead: User, am: User, year: TopList, client_as: Enter
) -> None:
    report = frozen(lead, C1="Twee bezoeken.\n\nEr volgen er meer.")
    for reader, path in ((am, "rapportage.pdf"), (lead, "openbaar.pdf")):
        answer = client_as(reader).get(f"/rapportages/{report.pk}/{path}")
        assert answer["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == "nl"
            assert "2026" in str(pdf.docinfo["/Title"])
            with pdf.open_metadata() as meta:
                assert meta["pdfuaid:part"] == "1"
            assert {"/H1", "/H2", "/Table", "/TH", "/Figure"} <= set(kinds_of(pdf.Root.StructTreeRoot))
        said = words_of(answer.content)
        assert "Beleidsafspraken, derde kwartaal van 2026" in said
        assert "Er volgen er meer." in said
        assert "Loopt gevaar" in said
    events = AccessEvent.objects.filter(verb=AccessEvent.Verb.EXPORT).order_by("pk")
    assert [(event.user, event.target) for event in events] == [
        (am, f"core.quarterlyreport:{report.pk}"),
        (lead, f"core.quarterlyreport:{report.pk}"),
    ]


def test_the_public_version_has_totals_and_texts_only(lead: User, year: TopList) -> None:
    report = frozen(lead, C1="Twee bezoeken.")
    page = report_page(report, lead, TODAY)
    inside, outside = (report_data(page, public=public) for public in (False, True))
    shown = json.dumps(outside)
    assert "Twee bezoeken." in shown
    assert str(lead) not in shown
    assert "Proefwerkplaats" not in shown
    by_code = [{row["code"]: row for row in data["rows"]} for data in (inside, outside)]
    assert by_code[0]["C1"]["now"] == by_code[1]["C1"]["now"] == "2"
    assert len(by_code[0]["C5"]["notes"]) > len(by_code[1]["C5"]["notes"])
    assert by_code[1]["C12"]["notes"], "why there is no figure is for everybody"


def test_figures_as_a_file_are_safe_for_a_spreadsheet(lead: User, year: TopList, client_as: Enter) -> None:
    report = frozen(lead, C1='=HYPERLINK("https://example.org")')
    answer = client_as(lead).get(f"/rapportages/{report.pk}/cijfers.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + len(report.figures["rows"])
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["Code"] == "C1"
    assert (first["Nu"], first["Norm"]) == (2, 4)
    assert rows[1][-1].startswith("'=")
    assert AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT).detail["rows"] == len(rows) - 1


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_whole_way_by_its_pages(lead: User, year: TopList, client_as: Enter) -> None:
    client = client_as(lead)
    assert "nog geen rapportage" in client.get("/rapportages/").content.decode()
    answer = client.post("/rapportages/beginnen/", {"quarter": "2026-Q3"})
    report = QuarterlyReport.objects.get()
    assert answer["Location"] == f"/rapportages/{report.pk}/"
    c1 = Commitment.objects.get(code="C1")
    page = client.get(f"/rapportages/{report.pk}/")
    assert page.status_code == 200
    answer = client.post(f"/rapportages/{report.pk}/tekst/{c1.pk}/", {"text": "Twee van de vier."})
    assert answer["Location"] == f"/rapportages/{report.pk}/#C1"
    assert "Twee van de vier." in client.get(f"/rapportages/{report.pk}/").content.decode()
    for step, state in (("vastzetten", State.FROZEN), ("publiceren", State.PUBLISHED)):
        assert client.get(f"/rapportages/{report.pk}/{step}/").status_code == 200
        assert client.post(f"/rapportages/{report.pk}/{step}/").status_code == 302
        report.refresh_from_db()
        assert report.state == state
    assert client.post(f"/rapportages/{report.pk}/corrigeren/", {"reason": ""}).status_code == 422
    answer = client.post(f"/rapportages/{report.pk}/corrigeren/", {"reason": "Een fout."})
    assert QuarterlyReport.objects.get(edition=2).get_absolute_url() == answer["Location"]
    assert client.post(f"{answer['Location']}weggooien/")["Location"] == "/rapportages/"
    assert QuarterlyReport.objects.get() == report


def test_a_draft_is_there_for_the_lead_only(lead: User, am: User, year: TopList, client_as: Enter) -> None:
    report = begun(lead)
    assert client_as(am).get(f"/rapportages/{report.pk}/").status_code == 404
    assert not reports_for(am).exists()
    services.freeze_report(report, by=lead)
    page = client_as(am).get(f"/rapportages/{report.pk}/")
    assert page.status_code == 200
    assert "vastzetten" not in page.content.decode()


def test_evidence_is_counted_and_what_is_hidden_is_not_shown(
    lead: User, am: User, year: TopList, client_as: Enter
) -> None:
    report = frozen(lead)
    employer = TopListEntry.objects.get(rank=1).employer
    employer.is_confidential = True
    employer.save()
    c1 = Commitment.objects.get(code="C1")
    for reader, hidden in ((lead, 0), (am, 1)):
        page = client_as(reader).get(f"/rapportages/{report.pk}/")
        row = page.context["lines"][0][0]
        assert (row.code, row.counted, row.hidden) == ("C1", 2, hidden)
        proofs = client_as(reader).get(f"/rapportages/{report.pk}/bewijs/{c1.pk}/")
        assert proofs.context["hidden"] == hidden
        assert proofs.context["page_obj"].paginator.count == 2 - hidden
        assert (str(employer) in proofs.content.decode()) == (hidden == 0)


def test_quarters_stand_beside_each_other(lead: User, year: TopList, client_as: Enter) -> None:
    with at(dt.date(2026, 7, 6)):
        second = services.freeze_report(begun(lead, 2), by=lead)
    third = frozen(lead)
    board = compare()
    assert board.reports == [second, third]
    c1 = board.rows[0]
    assert [(point.now_text, point.norm_text) for point in c1.points if point] == [("1", "4"), ("2", "4")]
    html = client_as(lead).get("/rapportages/vergelijken/").content.decode()
    assert "<svg" in html
    assert "2026-Q2" in html
    past = report_page(third, lead, TODAY).rows[0].earlier
    assert [(one.quarter, one.now_text) for one in past] == [(Quarter(2026, 2), "1")]


def test_an_english_reader_reads_the_stored_english(lead: User, year: TopList) -> None:
    report = frozen(lead)
    Commitment.objects.filter(code="C1").update(sentence_en="Something else.")
    with translation.override("en"):
        row = report_page(report, lead, TODAY).rows[0]
        assert row.sentence == row_of(report, "C1")["sentence"]["en"]
        assert row.headline == row_of(report, "C1")["words"]["en"]["headline"]
