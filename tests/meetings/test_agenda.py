"""Pages of the agenda: what is shown to whom, filters, the picker, forms that keep what was typed."""

import datetime as dt
import re

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from deventer_crm.core.models import AccessEvent
from deventer_crm.core.panels import panels_for
from employers.activity import Narrowing, coming_up, happened, read_timeline
from meetings import services
from meetings.models import Meeting, Series
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import (
    InvitationFactory,
    MeetingFactory,
    MeetingKindFactory,
    SeriesPartyFactory,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
AGENDA = "meetings:agenda"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def shown(client, **query) -> list[int]:
    page = client.get(reverse(AGENDA), query)
    assert page.status_code == 200
    return [meeting.pk for meeting in page.context["agenda"].page.object_list]


def planned(day=dt.date(2026, 7, 1), **details) -> Meeting:
    details.setdefault("employers", [EmployerFactory()])
    return MeetingFactory(planned=True, on=day, **details)


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


def test_the_agenda_shows_what_is_coming_up_soonest_first(client_as, am):
    later, sooner = planned(dt.date(2026, 9, 1)), planned(dt.date(2026, 6, 16))
    today = planned(TODAY)
    MeetingFactory(held=True, on=dt.date(2026, 6, 1))
    MeetingFactory(cancelled=True, on=dt.date(2026, 7, 1))
    assert shown(client_as(am)) == [today.pk, sooner.pk, later.pk]


def test_the_past_is_newest_first_and_what_nobody_marked_can_be_asked_for(client_as, am):
    old, new = (MeetingFactory(held=True, on=dt.date(2026, month, 1)) for month in (3, 5))
    waiting = planned(dt.date(2026, 6, 14))
    client = client_as(am)
    assert shown(client, when="past") == [waiting.pk, new.pk, old.pk]
    assert shown(client, when="waiting") == [waiting.pk]
    assert client.get(reverse(AGENDA)).context["agenda"].waiting == 1


def test_meetings_stand_below_the_week_they_are_in(client_as, am):
    planned(dt.date(2026, 6, 17)), planned(dt.date(2026, 6, 19)), planned(dt.date(2026, 6, 22))
    weeks = client_as(am).get(reverse(AGENDA)).context["agenda"].weeks
    assert [len(week.meetings) for week in weeks] == [2, 1]
    assert "25" in weeks[0].label
    assert "26" in weeks[1].label


def test_filters_of_the_address(client_as, am):
    member, employer = CollegeMemberFactory(), EmployerFactory(name="Zoekbaar Proefbedrijf", refreshed=True)
    kind = MeetingKindFactory()
    by_member, by_employer = planned(college=[member]), planned(employers=[employer])
    by_kind, mine = planned(kind=kind), planned(owner=am)
    closed = MeetingFactory(closed=True, on=dt.date(2026, 3, 1))
    client = client_as(am)
    assert shown(client, member=member.pk) == [by_member.pk]
    assert shown(client, employer=employer.pk) == [by_employer.pk]
    assert shown(client, q="zoekbaar") == [by_employer.pk]
    assert shown(client, kind=kind.pk) == [by_kind.pk]
    assert shown(client, who="me") == [mine.pk]
    assert shown(client, state="closed") == [closed.pk]


def test_a_college_member_finds_the_own_visits(client_as, cm):
    mine = planned(college=[cm.college_member])
    planned(college=True)
    assert shown(client_as(cm), who="me") == [mine.pk]


@pytest.mark.parametrize(
    "query",
    [{"kind": "999999"}, {"kind": "x"}, {"employer": "x"}, {"when": "x"}, {"page": "x"}, {"member": "-1"}],
)
def test_an_address_that_means_nothing_shows_the_agenda(client_as, am, query):
    meeting = planned()
    assert shown(client_as(am), **query) == [meeting.pk]


def test_a_filter_is_a_chip_that_can_be_taken_away(client_as, am):
    employer = EmployerFactory()
    planned(employers=[employer])
    page = client_as(am).get(reverse(AGENDA), {"employer": employer.pk, "when": "past"})
    (chip,) = page.context["agenda"].chips
    assert chip.value == employer.name
    assert chip.remove_url == "?when=past"


def test_a_confidential_employer_hides_its_meetings_everywhere(client_as, am, tl):
    secret = EmployerFactory(name="Geheimhouderij Mistbank", is_confidential=True, refreshed=True)
    meeting = planned(employers=[secret, EmployerFactory()], title="Mistbank verhuist")
    client = client_as(am)
    for query in ({}, {"q": "mistbank"}, {"employer": secret.pk}, {"when": "all"}):
        page = client.get(reverse(AGENDA), query)
        assert page.context["agenda"].page.paginator.count == 0
        assert secret.name not in page.content.decode()
    assert client.get(meeting.get_absolute_url()).status_code == 404
    assert shown(client_as(tl)) == [meeting.pk]


def test_an_htmx_answer_equals_the_part_of_the_full_page(client_as, am):
    for _number in range(3):
        planned(college=True)
    client, url = client_as(am), reverse(AGENDA)
    full = BeautifulSoup(client.get(url, {"when": "all"}).content, "html.parser").find(id="results")
    part = client.get(url, {"when": "all"}, headers={"HX-Request": "true"})
    assert part.headers["HX-Push-Url"] == f"{url}?when=all"
    swapped = BeautifulSoup(part.content, "html.parser")
    assert full.decode_contents().split() == swapped.decode_contents().split()


def test_the_agenda_takes_the_same_queries_for_two_and_for_thirty(
    client_as, am, django_assert_max_num_queries
):
    for _number in range(30):
        planned(college=True, employers=[EmployerFactory(), EmployerFactory()])
    client = client_as(am)
    client.get(reverse(AGENDA))
    with django_assert_max_num_queries(13):  # eight of the page; the rest are session, user and rights
        page = client.get(reverse(AGENDA))
    assert len(page.context["agenda"].page.object_list) == 30


# ── one meeting ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "name"),
    [("draft", "plan_draft"), ("planned", "hold"), ("held", "report"), ("reported", "close"), ("closed", "")],
)
def test_each_state_has_one_next_act(client_as, am, state, name):
    traits = {} if state == "draft" else {state: True}
    meeting = MeetingFactory(on=dt.date(2026, 6, 1), employers=[EmployerFactory()], **traits)
    page = BeautifulSoup(client_as(am).get(meeting.get_absolute_url()).content, "html.parser")
    acts = page.select(".page-acts .btn-primary")
    assert len(acts) == (1 if name else 0)
    if name:
        url = reverse(f"meetings:{name}", args=[meeting.pk])
        form = acts[0].find_parent("form")
        assert (form["action"] if form else acts[0]["href"]) == url


def test_who_only_looks_is_offered_no_act(client_as, cm):
    page = client_as(cm).get(planned().get_absolute_url())
    assert page.context["page"].acts == frozenset()
    acts = BeautifulSoup(page.content, "html.parser").select(".page-acts a, .page-acts button")
    assert [act["href"] for act in acts] == [page.context["page"].meeting.get_briefing_url()]


def test_looking_at_a_confidential_meeting_is_logged(client_as, tl):
    meeting = planned(is_confidential=True)
    client_as(tl).get(meeting.get_absolute_url())
    assert AccessEvent.objects.filter(target=f"meetings.meeting:{meeting.pk}", user=tl).count() == 1


def test_the_page_of_a_meeting_takes_the_same_queries_for_many(client_as, am, django_assert_max_num_queries):
    employers = EmployerFactory.create_batch(12)
    meeting = planned(
        employers=employers,
        college=[CollegeMemberFactory() for _number in range(4)],
        people=[(PositionFactory(employer=employer).person, employer) for employer in employers],
    )
    for employer in employers:
        InvitationFactory(employer=employer, meeting=meeting)
    client = client_as(am)
    client.get(meeting.get_absolute_url())
    with django_assert_max_num_queries(15):
        assert client.get(meeting.get_absolute_url()).status_code == 200


# ── planning ─────────────────────────────────────────────────────────────────────────────────────


def typed(**changes):
    data = {
        "kind": MeetingKindFactory(visit=True).pk,
        "starts_on": "2026-07-01",
        "start_time": "10:00",
        "end_time": "11:30",
        "place": "company",
        "direction": "out",
        "title": "Uitbreiding proefhal",
    }
    return data | changes


def test_a_visit_is_planned_from_the_dossier(client_as, am):
    employer, member = EmployerFactory(), CollegeMemberFactory()
    person = PositionFactory(employer=employer).person
    client = client_as(am)
    url = f"{reverse('meetings:plan')}?employer={employer.pk}"
    page = client.get(url).content.decode()
    assert employer.name in page
    assert str(person) in page
    answer = client.post(url, typed(employers=[employer.pk], people=[person.pk], college_members=[member.pk]))
    meeting = Meeting.objects.get()
    assert answer.url == meeting.get_absolute_url()
    assert (meeting.state, meeting.planned_on, meeting.owner) == (Meeting.State.PLANNED, TODAY, am)
    assert meeting.participants.get(person=person).employer == employer
    assert (meeting.ends_at - meeting.starts_at) == dt.timedelta(minutes=90)


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(client_as, am):
    employer = EmployerFactory()
    page = client_as(am).post(
        reverse("meetings:plan"), typed(employers=[employer.pk], end_time="09:00", purpose="Over de hal")
    )
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"end_time"}
    html = page.content.decode()
    assert "Over de hal" in html
    assert f'id="employer-{employer.pk}" checked' in html
    assert not Meeting.objects.exists()


def test_without_an_employer_it_is_not_planned_but_may_be_a_draft(client_as, am):
    client = client_as(am)
    page = client.post(reverse("meetings:plan"), typed())
    assert page.status_code == 422
    assert "employers" in page.context["form"].errors
    assert client.post(reverse("meetings:plan"), typed(draft="1")).status_code == 302
    draft = Meeting.objects.get()
    assert (draft.state, draft.planned_on) == (Meeting.State.DRAFT, None)


def test_what_took_place_is_logged_in_one_act(client_as, am):
    data = typed(starts_on="2026-06-01", was_held="on", employers=[EmployerFactory().pk])
    client = client_as(am)
    assert client.post(reverse("meetings:plan"), data).status_code == 302
    assert Meeting.objects.get().state == Meeting.State.HELD
    page = client.post(reverse("meetings:plan"), data | {"starts_on": "2026-06-16"})
    assert set(page.context["form"].errors) == {"was_held"}


@pytest.mark.parametrize("day", ["202-07-01", "0202-07-01", "9999-01-01", "2026-02-30", ""])
def test_a_day_that_nobody_means_is_refused(client_as, am, day):
    page = client_as(am).post(
        reverse("meetings:plan"), typed(starts_on=day, employers=[EmployerFactory().pk])
    )
    assert page.status_code == 422
    assert "starts_on" in page.context["form"].errors


def test_a_search_without_javascript_keeps_everything_typed(client_as, am):
    chosen = EmployerFactory()
    found = EmployerFactory(name="Zoekbaar Proefbedrijf", refreshed=True)
    secret = EmployerFactory(name="Zoekbaar Geheimbedrijf", is_confidential=True, refreshed=True)
    page = client_as(am).post(
        reverse("meetings:plan"),
        typed(
            refresh="1",
            employer_search="zoekbaar",
            employers=[chosen.pk],
            starts_on="",
            purpose="Over de hal",
        ),
    )
    assert page.status_code == 200
    html = BeautifulSoup(page.content, "html.parser")
    assert html.find(id=f"employer-{chosen.pk}").has_attr("checked")
    assert not html.find(id=f"employer-{found.pk}").has_attr("checked")
    assert html.find(id=f"employer-{secret.pk}") is None
    assert html.find(id="id_title")["value"] == "Uitbreiding proefhal"
    assert html.find(id="id_purpose").text.strip() == "Over de hal"
    assert not html.select(".is-invalid")


def test_a_typing_error_still_finds_the_employer(client_as, am):
    found = EmployerFactory(name="Voorbeeldfabriek Hoefijzer", refreshed=True)
    page = client_as(am).post(reverse("meetings:plan"), typed(refresh="1", employer_search="hoefyzer"))
    assert [option.pk for option in page.context["form"].picking.found] == [found.pk]


def test_with_htmx_only_the_part_with_whom_is_drawn(client_as, am):
    employer = EmployerFactory()
    data = typed(refresh="1", employers=[employer.pk])
    client = client_as(am)
    part = client.post(reverse("meetings:plan"), data, headers={"HX-Request": "true"})
    full = client.post(reverse("meetings:plan"), data)
    piece = BeautifulSoup(part.content, "html.parser").find(id="picker")
    whole = BeautifulSoup(full.content, "html.parser").find(id="picker")
    assert piece.decode().split() == whole.decode().split()
    assert "<html" not in part.content.decode()


def test_an_employer_one_may_not_see_cannot_be_planned_with(client_as, am):
    secret = EmployerFactory(is_confidential=True)
    page = client_as(am).post(reverse("meetings:plan"), typed(employers=[secret.pk]))
    assert page.status_code == 422
    assert secret.name not in page.content.decode()
    assert not Meeting.objects.exists()


def test_a_series_ticks_its_parties_and_an_unticked_one_stays_unticked(client_as, es):
    load_reference_data()
    series = Series.objects.get(code=Series.BOARDS)
    chair = PositionFactory(employer=EmployerFactory(kind="association"), seat="chair")
    other = PositionFactory(employer=EmployerFactory(kind="association"), seat="board")
    for position in (chair, other):
        SeriesPartyFactory(series=series, association=position.employer)
    kind = series.kinds.get()
    client, url = client_as(es), reverse("meetings:plan")
    page = BeautifulSoup(client.get(url, {"kind": kind.code}).content, "html.parser")
    for position in (chair, other):
        assert page.find(id=f"employer-{position.employer_id}").has_attr("checked")
        assert page.find(id=f"person-{position.person_id}").has_attr("checked")
    offered = [field["value"] for field in page.select("input[name=offered]")]
    again = client.post(url, typed(kind=kind.pk, refresh="1", offered=offered, employers=[chair.employer_id]))
    assert BeautifulSoup(again.content, "html.parser").find(id=f"employer-{other.employer_id}") is None


# ── changing, steps ──────────────────────────────────────────────────────────────────────────────


def edit_data(client, meeting, **changes):
    page = client.get(reverse("meetings:edit", args=[meeting.pk]))
    data = {
        "kind": meeting.kind_id,
        "place": meeting.place,
        "direction": meeting.direction,
        "employers": [row.employer_id for row in meeting.employer_rows.all()],
        "record_version": page.context["form"]["record_version"].value(),
    }
    return data | changes


def test_of_two_editors_the_second_is_told_and_both_texts_are_there(client_as, am):
    meeting = planned(title="Oude titel")
    client, other = (
        client_as(am),
        client_as(UserFactory(role="ES", first_name="Andere", last_name="Redacteur")),
    )
    url = reverse("meetings:edit", args=[meeting.pk])
    mine = edit_data(client, meeting, title="Mijn titel")
    assert other.post(url, edit_data(other, meeting, title="Andere titel")).status_code == 302
    page = client.post(url, mine)
    assert page.status_code == 422
    html = page.content.decode()
    assert "Andere Redacteur" in html
    assert "Andere titel" in html
    assert "Mijn titel" in html
    meeting.refresh_from_db()
    assert meeting.title == "Andere titel"


def test_a_change_without_the_version_it_was_based_on_never_overwrites(client_as, am):
    meeting = planned(title="Oude titel")
    client = client_as(am)
    data = edit_data(client, meeting, title="Nieuw")
    del data["record_version"]
    assert client.post(reverse("meetings:edit", args=[meeting.pk]), data).status_code == 422


def test_a_closed_meeting_is_not_changed(client_as, am):
    meeting = MeetingFactory(closed=True, employers=[EmployerFactory()])
    assert client_as(am).get(reverse("meetings:edit", args=[meeting.pk])).url == meeting.get_absolute_url()


def test_the_whole_life_of_a_visit_through_its_pages(client_as, am):
    employer, member = EmployerFactory(), CollegeMemberFactory()
    meeting = planned(dt.date(2026, 6, 10), employers=[employer], college=[member], owner=am)
    client = client_as(am)
    hold = reverse("meetings:hold", args=[meeting.pk])
    offered = client.get(hold).context["form"]
    assert offered.fields["present_employers"].initial == [employer.pk]
    ours = offered.fields["present_ours"].initial
    answer = client.post(
        hold, {"held_on": "2026-06-10", "present_employers": [employer.pk], "present_ours": ours}
    )
    assert answer.status_code == 302
    report = reverse("meetings:report", args=[meeting.pk])
    empty = client.post(
        report, {"summary": "", "agreements": "Wij bellen terug", "reported_on": "2026-06-12"}
    )
    assert empty.status_code == 422
    assert "summary" in empty.context["form"].errors
    assert "Wij bellen terug" in empty.content.decode()
    client.post(report, {"summary": "Besproken.", "agreements": "", "reported_on": "2026-06-12"})
    client.post(reverse("meetings:close", args=[meeting.pk]))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.held_on, meeting.reported_on, meeting.closed_on) == (
        Meeting.State.CLOSED,
        dt.date(2026, 6, 10),
        dt.date(2026, 6, 12),
        TODAY,
    )
    assert meeting.participants.get().is_present


def test_a_step_that_somebody_else_took_first_leads_back_with_a_message(client_as, am):
    meeting = planned(dt.date(2026, 6, 10))
    services.cancel_meeting(meeting, by=am, cancelled_by="us", reason="proef")
    page = client_as(am).post(
        reverse("meetings:hold", args=[meeting.pk]), {"held_on": "2026-06-10"}, follow=True
    )
    assert page.redirect_chain[0][0] == meeting.get_absolute_url()
    assert len(page.context["messages"]) == 1


def test_moving_asks_for_a_date_and_keeps_the_old_one(client_as, am):
    meeting = planned()
    url = reverse("meetings:move", args=[meeting.pk])
    client = client_as(am)
    same = client.post(url, {"starts_on": "2026-07-01", "start_time": "10:00"})
    assert same.status_code == 422
    assert "starts_on" in same.context["form"].errors
    client.post(url, {"starts_on": "2026-08-05", "start_time": "14:00", "reason": "vakantie"})
    page = client.get(meeting.get_absolute_url())
    assert page.context["page"].steps[-1].reason == "vakantie"
    assert page.context["page"].meeting.starts_at.month == 8


def test_cancelling_needs_who_and_why(client_as, es):
    meeting = planned()
    url = reverse("meetings:cancel", args=[meeting.pk])
    client = client_as(es)
    assert {"cancelled_by", "reason"} <= set(client.post(url, {}).context["form"].errors)
    client.post(url, {"cancelled_by": "employer", "reason": "verhuizing", "cancelled_on": "2026-06-15"})
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CANCELLED


def test_the_report_of_a_held_meeting_is_corrected_by_version(client_as, am):
    meeting = MeetingFactory(reported=True, on=dt.date(2026, 6, 1))
    client, url = client_as(am), reverse("meetings:report", args=[meeting.pk])
    version = client.get(url).context["form"]["record_version"].value()
    assert client.post(url, {"summary": "Beter.", "record_version": version}).status_code == 302
    stale = client.post(url, {"summary": "Te laat.", "record_version": version})
    assert stale.status_code == 422
    meeting.report.refresh_from_db()
    assert meeting.report.summary == "Beter."


# ── on the dossier ───────────────────────────────────────────────────────────────────────────────


def lines(employer, user, **options):
    return [(line.kind, line.record.pk) for line in happened([employer.pk], user, **options)]


def test_the_timeline_tells_what_was_held_and_sent_and_what_is_to_come(am):
    employer = EmployerFactory()
    held = MeetingFactory(held=True, on=dt.date(2026, 5, 12), employers=[employer], college=True)
    called_off = MeetingFactory(
        cancelled=True, on=dt.date(2026, 9, 1), cancelled_on=dt.date(2026, 6, 1), employers=[employer]
    )
    invitation = InvitationFactory(employer=employer, sent_on=dt.date(2026, 4, 1))
    coming = planned(employers=[employer])
    MeetingFactory(held=True, on=dt.date(2026, 5, 12), employers=[EmployerFactory()])

    assert lines(employer, am, kinds=["meeting", "invitation"]) == [
        ("meeting", called_off.pk),
        ("meeting", held.pk),
        ("invitation", invitation.pk),
    ]
    assert [line.record.pk for line in coming_up([employer.pk], am)] == [coming.pk]


def test_older_lines_follow_without_a_gap_or_a_double(am):
    employer = EmployerFactory()
    for month in range(1, 6):
        MeetingFactory(held=True, on=dt.date(2026, month, 12), employers=[employer])
        InvitationFactory(employer=employer, sent_on=dt.date(2026, month, 12))
    everything = happened([employer.pk], am, kinds=["meeting", "invitation"], limit=50)
    assert len(everything) == 10
    seen, before = [], None
    while True:
        page = read_timeline(
            [employer.pk], am, narrowing=Narrowing(("meeting", "invitation")), before=before, size=3
        )
        seen += [(line.kind, line.record.pk) for line in page.lines]
        before = page.older
        if before is None:
            break
    assert seen == [(line.kind, line.record.pk) for line in everything]


def test_the_timeline_says_no_more_than_the_reader_may_know(am, ed, rd, tl):
    employer = EmployerFactory()
    MeetingFactory(held=True, on=dt.date(2026, 5, 12), employers=[employer], title="Uitbreiding proefhal")
    MeetingFactory(held=True, on=dt.date(2026, 5, 13), employers=[employer], is_confidential=True)
    InvitationFactory(employer=employer)
    assert len(lines(employer, am, kinds=["meeting"])) == 1
    assert len(lines(employer, tl, kinds=["meeting"])) == 2
    assert happened([employer.pk], rd, kinds=["meeting", "invitation"]) == []
    (bare,) = happened([employer.pk], ed, kinds=["meeting", "invitation"])
    assert "proefhal" not in f"{bare.title}{bare.text}{bare.detail}"
    assert (bare.url, bare.record) == ("", None)


def test_the_dossier_shows_the_next_appointment_and_offers_a_visit(am, cm, rd):
    employer = EmployerFactory()
    planned(dt.date(2026, 8, 1), employers=[employer])
    first = planned(dt.date(2026, 7, 1), employers=[employer])
    planned(dt.date(2026, 6, 20), employers=[employer], is_confidential=True)
    facts = [panel for panel in panels_for("employer.facts", employer, am) if "meeting" in panel.context]
    assert [panel.context["meeting"] for panel in facts] == [first]
    templates = {
        user: [p.template for p in panels_for("employer.acts", employer, user)] for user in (am, cm, rd)
    }
    assert "meetings/plan_acts.html" in templates[am]
    assert not templates[cm]
    assert not templates[rd]


def test_a_date_is_said_in_the_language_of_the_page(client_as, am):
    meeting = planned()
    page = client_as(am).get(meeting.get_absolute_url()).content.decode()
    assert re.search(r"1 (juli|July) 2026", page)
