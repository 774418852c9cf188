"""The report in one act: who was there, text, signals, promises and actions, hours; drafts; signing off."""

import datetime as dt
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from budget.models import TimeEntry
from employers.models import FollowUp, Theme, Track
from meetings import services
from meetings.models import Meeting, MeetingFollowUp, Report, ReportDraft, ReportSignal
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def employer():
    return EmployerFactory(name="Proefhal Zuid", track=Track.objects.get(code=Track.SECTORS))


@pytest.fixture
def planned(am, employer):
    member = CollegeMemberFactory()
    person = PositionFactory(employer=employer).person
    return MeetingFactory(
        planned=True, on=DAY, employers=[employer], college=[member], people=[(person, employer)], owner=am
    )


def url(meeting, name="report"):
    return reverse(f"meetings:{name}", args=[meeting.pk])


def sent(meeting, **more):
    seats = {row.pk: row for row in meeting.participants.all()}
    return {
        "held_on": DAY.isoformat(),
        "present_employers": [row.employer_id for row in meeting.employer_rows.all()],
        "present_people": [pk for pk, row in seats.items() if row.person_id],
        "present_ours": [pk for pk, row in seats.items() if not row.person_id],
        "summary": "De hal is te klein.",
        "company_news": "Zij nemen tien mensen aan.",
        "asks": "Een kavel.",
        "agreements": "Wij sturen een overzicht.",
        "opinions": "",
        "audience": "team",
        "reported_on": "2026-06-15",
        **more,
    }


def row(number, **fields):
    given = {"kind": "action", "term": "week", **fields}
    return {f"outcome{number}-{name}": value for name, value in given.items()}


def test_everything_of_a_planned_meeting_is_saved_in_one_act(planned, am, client_as, employer):
    theme = Theme.objects.all()[0]
    data = sent(
        planned,
        outcome=["0", "1", "2"],
        **row(0, what="Overzicht sturen", due_on="2026-07-01"),
        **row(1, what="", kind="action"),
        **row(2, what="Kavel uitzoeken", kind="promise_to"),
        signal=["0", "1"],
        section=["hours"],
    )
    data |= {"signal0-theme": theme.pk, "signal0-sentence": "Zij zoeken monteurs.", "hours-hours": "1,5"}

    assert client_as(am).post(url(planned), data).status_code == 302

    meeting = Meeting.objects.get(pk=planned.pk)
    report = meeting.report
    assert (meeting.state, meeting.held_on) == (Meeting.State.REPORTED, DAY)
    assert all(meeting.participants.values_list("is_present", flat=True))
    assert (report.summary, report.company_news, report.asks) == (
        "De hal is te klein.",
        "Zij nemen tien mensen aan.",
        "Een kavel.",
    )
    tied = FollowUp.objects.filter(meeting_row__meeting=meeting).order_by("due_on")
    assert {(item.what, item.made_on, item.owner) for item in tied} == {
        ("Overzicht sturen", DAY, am),
        ("Kavel uitzoeken", DAY, am),
    }
    signal = ReportSignal.objects.get()
    assert (signal.theme, signal.employer, signal.sentence) == (theme, employer, "Zij zoeken monteurs.")
    entry = TimeEntry.objects.get()
    assert (entry.hours, entry.day, entry.employer, entry.user) == (Decimal("1.50"), DAY, employer, am)


@pytest.mark.parametrize(
    "wrong",
    [
        {"summary": ""},
        {"present_employers": [], "present_people": [], "present_ours": []},
        {"section": ["hours"], "hours-hours": "99"},
        {
            "outcome": ["0"],
            "outcome0-what": "Iets",
            "outcome0-kind": "action",
            "outcome0-due_on": "2026-01-01",
        },
        {"signal": ["0"], "signal0-sentence": "Zonder thema"},
        {"given_in_confidence": "on", "woo_ground": ""},
    ],
    ids=["no text", "nobody there", "hours", "due before made", "signal", "ground"],
)
def test_one_wrong_part_and_nothing_is_saved_but_all_that_was_typed_comes_back(planned, am, client_as, wrong):
    answer = client_as(am).post(url(planned), sent(planned, **wrong))
    assert answer.status_code == 422
    assert "Zij nemen tien mensen aan." in answer.content.decode()
    planned.refresh_from_db()
    assert planned.state == Meeting.State.PLANNED
    counts = [model.objects.count() for model in (Report, FollowUp, TimeEntry, ReportSignal, MeetingFollowUp)]
    assert counts == [0] * 5


def test_more_rows_come_without_javascript_and_keep_what_was_typed(planned, am, client_as):
    client = client_as(am)
    page = BeautifulSoup(client.get(url(planned)).content, "html.parser")
    assert len(page.select("input[name=outcome]")) == 2
    data = sent(planned, do="more-outcome", outcome=["0", "1"], **row(1, what="Tweede rij"))
    answer = client.post(url(planned), data)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 200
    assert [item["value"] for item in page.select("input[name=outcome]")] == ["0", "1", "2", "3", "4"]
    assert page.select_one("[name=outcome1-what]")["value"] == "Tweede rij"
    assert "De hal is te klein." in page.select_one("[name=summary]").text
    assert not Report.objects.exists()


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_kept_comes_back_and_goes_with_the_report(planned, am, client_as):
    client = client_as(am)
    data = sent(planned, outcome=["0", "4"], **row(4, what="Nog te doen"))
    del data["held_on"]
    kept = client.post(url(planned, "report_draft"), data, headers={"HX-Request": "true"})
    assert kept.status_code == 200
    assert ReportDraft.objects.get().user == am

    page = BeautifulSoup(client.get(url(planned)).content, "html.parser")
    assert "De hal is te klein." in page.select_one("[name=summary]").text
    assert page.select_one("[name=outcome4-what]")["value"] == "Nog te doen"

    assert client.post(url(planned), sent(planned)).status_code == 302
    assert not ReportDraft.objects.exists()


def test_what_a_browser_sends_late_is_no_draft_of_a_report_that_was_saved(planned, am, es, client_as):
    """The last keystrokes are on their way while the button is pressed."""
    client, late = client_as(am), sent(planned)
    assert client.post(url(planned), sent(planned)).status_code == 302
    assert client.post(url(planned, "report_draft"), late, headers={"HX-Request": "true"}).status_code == 200
    assert not ReportDraft.objects.exists()
    drawn_anew = sent(planned, record_version=str(Report.objects.get().version))
    client.post(url(planned, "report_draft"), drawn_anew)
    assert ReportDraft.objects.get().user == am
    client_as(es).post(url(planned, "report_draft"), late)  # somebody else's work is kept, whoever was first
    assert ReportDraft.objects.count() == 2


def test_a_draft_is_thrown_away_on_request_and_is_nobody_elses(planned, am, es, client_as):
    client_as(am).post(url(planned, "report_draft"), sent(planned))
    other = client_as(es).get(url(planned)).content.decode()
    assert "De hal is te klein." not in other
    assert str(am) in other  # told that somebody else writes it
    client_as(am).post(url(planned), sent(planned, do="discard"))
    assert not ReportDraft.objects.exists()


def test_who_types_on_is_told_that_the_report_is_there(planned, am, es, client_as):
    client = client_as(am)
    client.post(url(planned, "report_draft"), sent(planned))
    services.hold_meeting(
        planned, by=es, present_employer_ids=[planned.employer_rows.get().employer_id], held_on=DAY
    )
    services.report_meeting(planned, by=es, summary="Van de secretaris")
    told = client.post(url(planned, "report_draft"), sent(planned), headers={"HX-Request": "true"})
    assert str(es) in told.content.decode()
    late = client.post(url(planned), sent(planned))
    assert late.status_code == 422
    text = late.content.decode()
    assert "Van de secretaris" in text
    assert "De hal is te klein." in text


# ── who may read it, and who signs it off ────────────────────────────────────────────────────────


def reported(by, employer, **texts):
    meeting = MeetingFactory(held=True, on=DAY, employers=[employer], owner=UserFactory(role="AM"))
    return services.report_meeting(meeting, by=by, summary="Alleen voor wie erbij was", **texts)


def test_a_report_for_named_people_is_read_by_them_and_by_nobody_else(am, es, tl, client_as, employer):
    meeting = reported(am, employer, audience="named")
    assert "Alleen voor wie erbij was" in client_as(am).get(meeting.get_absolute_url()).content.decode()
    assert "Alleen voor wie erbij was" in client_as(tl).get(meeting.get_absolute_url()).content.decode()
    page = client_as(es).get(meeting.get_absolute_url()).content.decode()
    assert "Alleen voor wie erbij was" not in page
    assert client_as(es).get(url(meeting)).status_code == 404
    assert set(Report.objects.visible_to(meeting.owner)) == {meeting.report}
    assert not Report.objects.visible_to(es)


def test_what_the_manager_writes_is_signed_off_and_what_a_secretary_writes_waits(es, employer, client_as):
    meeting = MeetingFactory(held=True, on=DAY, employers=[employer], owner=UserFactory(role="AM"))
    services.report_meeting(meeting, by=es, summary="Van de secretaris")
    report = Report.objects.get(meeting=meeting)
    assert report.signed_off_on is None
    with pytest.raises(PermissionDenied):
        services.sign_off_report(meeting, by=es)
    assert client_as(es).post(url(meeting, "report_sign_off")).status_code == 403

    client_as(meeting.owner).post(url(meeting, "report_sign_off"))
    report.refresh_from_db()
    assert (report.signed_off_on, report.signed_off_by) == (dt.date(2026, 6, 15), meeting.owner)
    with pytest.raises(ValidationError):
        services.sign_off_report(meeting, by=meeting.owner)

    report.summary = "Toch anders"
    services.save_report(report, by=es)
    report.refresh_from_db()
    assert report.signed_off_on is None


def test_what_comes_out_of_a_secret_meeting_is_as_secret(am, es, tl, employer):
    meeting = MeetingFactory(
        held=True, on=DAY, employers=[employer], owner=am, is_confidential=True, readers=[am]
    )
    row = services.add_outcome(meeting, by=am, employer=employer, what="Stil houden")
    assert row.is_confidential
    assert set(FollowUp.objects.visible_to(am)) == {row}
    assert not FollowUp.objects.visible_to(es)
    assert set(FollowUp.objects.visible_to(tl)) == {row}
