"""The briefing: compiled from records with their source, within R10 for each reader, kept when it is held."""

import datetime as dt
import io

import pikepdf
import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from deventer_crm.core.models import AccessEvent, OutgoingMail
from deventer_crm.core.services import StaleRecord
from employers.models import Employer, Theme
from employers.services import refresh_employers
from employers.services_retention import anonymise_person
from meetings import services
from meetings.briefing import compile_briefing, freeze_lines, read_frozen
from meetings.briefing.readers import Everybody
from meetings.briefing.sections import SECTIONS
from meetings.evening import KIND, evening_text, mail_evening_before
from meetings.models import Briefing, BriefingView, Meeting, Report, ReportSignal
from meetings.reminders.briefing import briefing_missing, report_unsigned
from tests.accounts.factories import MandateFactory, UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactMomentFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
)
from tests.employers.test_portfolios import walk
from tests.meetings.factories import BriefingFactory, MeetingFactory, at
from tests.support.dump import find_in_database
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
SOON = dt.date(2026, 6, 17)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def world(am):
    """An employer with something of each kind, and a visit of the college to it."""
    employer = EmployerFactory(name="Proefhal Noord", working=231)
    refresh_employers([employer.pk])
    AccountAssignmentFactory(employer=employer, user=am)
    position = PositionFactory(employer=employer, title="directeur")
    moment = ContactMomentFactory(
        employers=[employer], subject="Gebeld over de stroom", happened_at=NOW - dt.timedelta(9), user=am
    )
    promise = FollowUpFactory(employer=employer, promise=True, what="Uitzoeken van de inrit", owner=am)
    before = MeetingFactory(reported=True, on=dt.date(2026, 3, 2), employers=[employer], college=True)
    report = before.report
    report.summary = "Over de nieuwe hal gesproken."
    report.save()
    ReportSignal.objects.create(
        report=report, theme=Theme.objects.all()[0], employer=employer, sentence="Zij zoeken monteurs."
    )
    meeting = MeetingFactory(
        planned=True,
        on=SOON,
        employers=[employer],
        owner=am,
        college=True,
        people=[(position.person, employer)],
        purpose="Kennismaken",
    )
    return {
        "employer": employer, "moment": moment, "promise": promise, "report": report, "meeting": meeting,
        "person": position.person,
    }  # fmt: skip


def texts(sections):
    return {section.code: [line.text for line in section.lines] for section in sections}


def test_each_line_comes_from_a_record_and_names_it(world, am):
    found = compile_briefing(world["meeting"], am)
    said = texts(found)

    assert said["purpose"] == ["Kennismaken"]
    assert "231" in said["who"][0]
    assert said["people"][0] == str(world["person"])
    assert "Over de nieuwe hal gesproken." in said["last_time"][0]
    assert any("Uitzoeken van de inrit" in text for text in said["promises"])
    assert any("Zij zoeken monteurs." in text for text in said["signals"])
    assert any("Gebeld over de stroom" in text for text in said["contacts"])
    for section in found:
        for line in section.lines:
            assert line.source
            assert line.url.startswith("/")
            assert line.records


def test_jobs_are_a_class_for_who_may_not_know_the_number_and_on_paper(world, am, make_user):
    without = make_user("RD")
    acts = Permission.objects.filter(codename__in=["see_dossiers", "see_agenda"])
    without.user_permissions.add(*acts)
    without = type(without).objects.get(pk=without.pk)
    assert "231" in texts(compile_briefing(world["meeting"], am))["who"][0]
    for sections in (
        compile_briefing(world["meeting"], without),
        compile_briefing(world["meeting"], am, exact=False),
    ):
        assert "231" not in str(texts(sections))
        assert "200–499" in texts(sections)["who"][0]


def to_named(record, tl, **more):
    type(record).objects.filter(pk=record.pk).update(audience="named", created_by=tl, **more)


SECRETS = {
    "moment": lambda world, tl: (
        type(world["moment"]).objects.filter(pk=world["moment"].pk).update(is_confidential=True)
    ),
    "promise": lambda world, tl: to_named(world["promise"], tl, owner=tl),
    "report": lambda world, tl: to_named(world["report"], tl),
}
MARK = {
    "moment": "Gebeld over de stroom",
    "promise": "Uitzoeken van de inrit",
    "report": "Over de nieuwe hal gesproken.",
}


@pytest.mark.parametrize("what", SECRETS)
def test_what_becomes_a_secret_is_in_neither_the_briefing_nor_the_copy(world, tl, es, what):
    meeting, mark = world["meeting"], MARK[what]
    BriefingFactory(meeting=meeting)
    frozen = services.freeze_briefing(Meeting.objects.get(pk=meeting.pk), by=tl)
    assert mark in str(texts(compile_briefing(meeting, es)))
    assert mark in str(texts(read_frozen(frozen, es)))

    SECRETS[what](world, tl)

    assert mark not in str(texts(compile_briefing(meeting, es)))
    assert mark not in str(texts(read_frozen(frozen, es)))
    assert mark in str(texts(read_frozen(frozen, tl)))


def test_the_copy_says_to_each_what_the_page_said(world, am, es, cm, tl):
    """Compiled for everybody and read by one is the same as compiled for that one."""
    ContactMomentFactory(
        employers=[world["employer"]], audience="named", subject="Onder ons", happened_at=NOW, user=am
    )
    FollowUpFactory(employer=world["employer"], owner=am, what="Alleen voor mij", audience="named")
    frozen = Briefing.objects.create(meeting=world["meeting"], frozen_at=NOW, frozen=freeze(world["meeting"]))
    for reader in (am, es, cm, tl):
        assert texts(read_frozen(frozen, reader)) == texts(compile_briefing(world["meeting"], reader))
    assert "Onder ons" in str(texts(read_frozen(frozen, am)))
    assert "Onder ons" not in str(texts(read_frozen(frozen, es)))


def freeze(meeting):
    return freeze_lines(Meeting.objects.get(pk=meeting.pk))


def test_holding_keeps_the_briefing_and_a_step_back_lets_it_go(world, am, es, time_machine):
    meeting = world["meeting"]
    BriefingFactory(meeting=meeting, points="Vraag naar de stroom")
    time_machine.move_to(NOW + dt.timedelta(3), tick=False)
    services.hold_meeting(meeting, by=am, present_employer_ids=[world["employer"].pk])
    briefing = Briefing.objects.get(meeting=meeting)
    assert briefing.frozen_at is not None

    FollowUpFactory(employer=world["employer"], what="Van na het gesprek")
    assert "Van na het gesprek" not in str(texts(read_frozen(briefing, am)))
    with pytest.raises(ValidationError):
        services.save_briefing(briefing, by=am)

    services.step_back(meeting, by=es, reason="verkeerde dag")
    briefing.refresh_from_db()
    assert (briefing.frozen_at, briefing.frozen) == (None, "")
    assert "Van na het gesprek" in str(texts(compile_briefing(meeting, am)))


def test_a_meeting_nobody_prepared_or_read_about_gets_no_copy(world, am):
    meeting = MeetingFactory(planned=True, on=dt.date(2026, 6, 10), employers=[world["employer"]])
    services.hold_meeting(meeting, by=am, present_employer_ids=[world["employer"].pk])
    assert not Briefing.objects.filter(meeting=meeting).exists()


def test_a_name_is_taken_out_of_the_copy_when_a_person_is_anonymised(world, am, tl):
    person = world["person"]
    type(person).objects.filter(pk=person.pk).update(first_name="Zwaantje", last_name="Voorbeeldsma")
    Briefing.objects.create(
        meeting=world["meeting"], frozen_at=NOW, frozen=freeze(world["meeting"]), points="Zwaantje is op reis"
    )
    assert "meetings_briefing.frozen" in find_in_database("Voorbeeldsma")
    anonymise_person(type(person).objects.get(pk=person.pk), by=tl)
    assert find_in_database("Voorbeeldsma") == []
    assert find_in_database("Zwaantje") == []
    assert Briefing.objects.get().frozen_lines  # still readable


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_the_points_names_its_readers_and_stays_within_its_bar(world, cm, client_as):
    BriefingFactory(
        meeting=world["meeting"], points="- Vraag naar de stroom", sensitivities="De buren klagen"
    )
    client, url = client_as(cm), reverse("meetings:briefing", args=[world["meeting"].pk])
    client.get(url)
    with page_queries() as sql:
        page = client.get(url)
    assert len(sql) <= 15, "\n".join(sql)
    soup = BeautifulSoup(page.content, "html.parser")
    assert "Vraag naar de stroom" in soup.select_one(".is-points").text
    assert "De buren klagen" in soup.select_one(".is-mind").text
    assert cm.get_full_name() in soup.select_one(".briefing-readers").text
    assert BriefingView.objects.filter(meeting=world["meeting"], user=cm, how="page").count() == 1


def test_the_pdf_is_one_tagged_a4_whatever_there_is(world, am, client_as):
    employer = world["employer"]
    for number in range(20):
        FollowUpFactory(employer=employer, what=f"{number} " + "Lange belofte met veel woorden. " * 6)
        ContactMomentFactory(employers=[employer], subject="Een lang gesprek over veel. " * 7)
    Meeting.objects.filter(pk=world["meeting"].pk).update(purpose="Waar het over gaat. " * 60)
    Report.objects.filter(pk=world["report"].pk).update(summary="Besproken van alles. " * 80)
    point = "Punt dat heel lang is en over stroom gaat" * 2
    BriefingFactory(
        meeting=world["meeting"], points="\n".join([point] * 8), sensitivities="\n".join([point] * 8)
    )
    answer = client_as(am).get(reverse("meetings:briefing_pdf", args=[world["meeting"].pk]))

    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 1
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "nl"
        assert root.ViewerPreferences.DisplayDocTitle
        assert "Briefing" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
        kinds = {str(item.S) for item in walk(root.StructTreeRoot) if "/S" in item}
    assert {"/H1", "/H2", "/L"} <= kinds
    assert BriefingView.objects.get().how == "pdf"
    assert AccessEvent.objects.filter(
        verb=AccessEvent.Verb.EXPORT, target=f"meetings.briefing:{world['meeting'].pk}", user=am
    ).exists()


def test_two_who_write_at_once_are_told(world, am, es, client_as):
    briefing = BriefingFactory(meeting=world["meeting"])
    url = reverse("meetings:briefing_edit", args=[world["meeting"].pk])
    sent = {"points": "Van de een", "sensitivities": "", "ready": "on", "record_version": briefing.version}
    assert client_as(am).post(url, sent).status_code == 302
    late = client_as(es).post(url, {**sent, "points": "Van de ander"})
    assert late.status_code == 422
    assert "Van de een" in late.content.decode()
    assert "Van de ander" in late.content.decode()
    with pytest.raises(StaleRecord):
        services.save_briefing(briefing, by=am, expected_version=briefing.version)


# ── reminders (R7) ───────────────────────────────────────────────────────────────────────────────


def test_a_missing_briefing_is_asked_of_the_manager_and_the_day_before_of_the_secretary(world, am, es):
    meeting = world["meeting"]  # on Wednesday
    other = UserFactory(role="ES")
    member = meeting.participants.get(college_member__isnull=False).college_member
    MandateFactory(secretary=other, college_member=member)

    def asked(day):
        return [(row.recipient_id, row.escalated, row.due_on) for row in briefing_missing(day)]

    assert asked(dt.date(2026, 6, 11)) == []
    assert asked(dt.date(2026, 6, 12)) == [(am.pk, False, dt.date(2026, 6, 12))]
    assert asked(dt.date(2026, 6, 16)) == [
        (am.pk, False, dt.date(2026, 6, 12)),
        (other.pk, True, dt.date(2026, 6, 16)),
    ]
    briefing = services.save_briefing(Briefing(meeting=meeting), by=am)
    assert asked(dt.date(2026, 6, 12))
    services.save_briefing(briefing, by=am, ready=True)
    assert asked(dt.date(2026, 6, 16)) == []
    assert (briefing.ready_on, briefing.ready_by) == (NOW.date(), am)


def test_no_briefing_is_asked_for_a_meeting_without_the_college_or_that_is_no_visit(world, am):
    Meeting.objects.filter(pk=world["meeting"].pk).delete()
    MeetingFactory(planned=True, on=SOON, employers=[world["employer"]], owner=am)
    MeetingFactory(
        planned=True, on=SOON, employers=[world["employer"]], owner=am, college=True, kind__visit=False
    )
    assert list(briefing_missing(dt.date(2026, 6, 16))) == []


def test_a_report_of_somebody_else_waits_for_the_account_manager(world, am, es):
    meeting = MeetingFactory(held=True, on=dt.date(2026, 6, 1), owner=am, employers=[world["employer"]])
    services.report_meeting(meeting, by=es, summary="Besproken.", reported_on=dt.date(2026, 6, 2))
    assert list(report_unsigned(dt.date(2026, 6, 8), [meeting.pk])) == []
    [row] = report_unsigned(dt.date(2026, 6, 9), [meeting.pk])
    assert (row.target_id, row.recipient_id, row.due_on) == (meeting.pk, am.pk, dt.date(2026, 6, 9))
    services.sign_off_report(meeting, by=am)
    assert list(report_unsigned(dt.date(2026, 6, 9), [meeting.pk])) == []


# ── de avond ervoor ──────────────────────────────────────────────────────────────────────────────


def test_the_evening_before_each_member_gets_five_lines_once(world, cm, make_user):
    meeting = world["meeting"]
    member = cm.college_member
    meeting.participants.create(college_member=member)
    day_before = SOON - dt.timedelta(1)

    assert mail_evening_before(day_before).mails == 1  # the other member has no account
    assert mail_evening_before(day_before).there == 1
    assert mail_evening_before(day_before - dt.timedelta(1)).mails == 0

    mail = OutgoingMail.objects.get(kind="evening_before")
    lines = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert 3 <= len(lines) <= 5
    assert (mail.to, mail.about, mail.useless_after) == (cm.email, meeting, meeting.starts_at)
    assert "Proefhal Noord" in mail.subject
    assert "Uitzoeken van de inrit" in mail.text
    assert f"/agenda/{meeting.pk}/briefing/" in mail.text
    assert "231" not in mail.text


def test_a_monday_is_mailed_on_sunday(world, cm):
    meeting = MeetingFactory(
        planned=True, on=dt.date(2026, 6, 22), employers=[world["employer"]], college=[cm.college_member]
    )
    assert mail_evening_before(dt.date(2026, 6, 19)).mails == 0
    assert mail_evening_before(dt.date(2026, 6, 21)).mails == 1
    assert OutgoingMail.objects.get().about == meeting


@pytest.mark.parametrize("how", ["meeting", "employer"])
def test_of_a_secret_the_mail_says_nothing_but_the_link(world, cm, how):
    meeting = world["meeting"]
    if how == "meeting":
        Meeting.objects.filter(pk=meeting.pk).update(is_confidential=True)
    else:
        Employer.objects.filter(pk=world["employer"].pk).update(is_confidential=True)
    subject, text = evening_text(Meeting.objects.get(pk=meeting.pk))
    for told in ("Proefhal", "inrit", "Kennismaken", str(world["person"])):
        assert told not in subject + text
    assert f"/agenda/{meeting.pk}/briefing/" in text


def test_what_was_told_in_confidence_stays_out_of_the_mail(world):
    type(world["promise"]).objects.filter(pk=world["promise"].pk).update(
        given_in_confidence=True, woo_ground="bedrijfsgegevens"
    )
    assert "inrit" not in evening_text(world["meeting"])[1]


@pytest.mark.parametrize("change", ["moved", "cancelled", "secret"])
def test_a_mail_that_waits_is_not_sent_when_it_is_no_longer_so(world, cm, es, change):
    meeting = world["meeting"]
    meeting.participants.create(college_member=cm.college_member)
    mail_evening_before(SOON - dt.timedelta(1))
    mail = OutgoingMail.objects.get()
    assert KIND.refused(mail) == ""
    if change == "moved":
        services.move_meeting(meeting, by=es, starts_at=at(dt.date(2026, 6, 24)))
    elif change == "cancelled":
        services.cancel_meeting(meeting, by=es, cancelled_by="us", reason="ziek")
    else:
        Meeting.objects.filter(pk=meeting.pk).update(is_confidential=True)
    assert KIND.refused(OutgoingMail.objects.get()) != ""


def test_every_section_has_a_right_and_an_order():
    assert list(SECTIONS) == ["purpose", "who", "people", "last_time", "promises", "signals", "contacts"]
    assert all(kind.limit for kind in SECTIONS.values())
    assert Everybody().can("anything")
