"""The agenda as month and week, conflicts in the forms, blocked times, and the next meeting."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from accounts.models import BlockedTime
from meetings.models import Meeting
from tests.accounts.factories import BlockedTimeFactory, CollegeMemberFactory
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory, MeetingKindFactory, at

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 7, 1)  # a Wednesday


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def planned(on=DAY, **details) -> Meeting:
    details.setdefault("employers", [EmployerFactory()])
    details.setdefault("planned", True)
    return MeetingFactory(on=on, **details)


def month(client, year=2026, number=7, **query):
    return client.get(reverse("meetings:month", args=[year, number]), query)


def week(client, year=2026, number=27, **query):
    return client.get(reverse("meetings:week", args=[year, number]), query)


def shown(answer) -> dict[dt.date, list[int]]:
    days = answer.context["page"].days
    return {day.day: [row.meeting.pk for row in day.meetings] for day in days if day.meetings}


# ── month and week ───────────────────────────────────────────────────────────────────────────────


def test_a_month_shows_whole_weeks_with_meetings_on_their_days(client_as, am):
    before, first, late = planned(dt.date(2026, 6, 28)), planned(dt.date(2026, 6, 29)), planned()
    last, after = planned(dt.date(2026, 8, 2)), planned(dt.date(2026, 8, 3))
    page = month(client_as(am))
    assert shown(page) == {
        dt.date(2026, 6, 29): [first.pk], DAY: [late.pk], dt.date(2026, 8, 2): [last.pk],
    }  # fmt: skip
    html = BeautifulSoup(page.content, "html.parser")
    assert len(html.select(".cal-month tbody tr")) == 5
    assert len(html.select(".cal-month thead th")) == 8
    for outside in (before, after):
        assert html.find(href=outside.get_absolute_url()) is None


def test_a_meeting_late_in_the_evening_is_on_its_dutch_day(client_as, am):
    """23.30 in Deventer is the same day in UTC only in winter."""
    meeting = planned(starts_at=at(DAY, 0, 15))
    assert shown(month(client_as(am))) == {DAY: [meeting.pk]}
    assert shown(week(client_as(am))) == {DAY: [meeting.pk]}


def test_a_week_puts_a_meeting_in_its_hour_and_leaves_an_empty_weekend_out(client_as, am):
    meeting = planned(starts_at=at(DAY, 7, 45), ends_at=at(DAY, 9, 15))
    page = week(client_as(am)).context["page"]
    assert [day.day.weekday() for day in page.days] == [0, 1, 2, 3, 4]
    assert (page.hours[0].label, page.hours[-1].label) == ("07.00", "17.00")
    cells = [hour.cells[2] for hour in page.hours[:4]]
    assert [[row.meeting.pk for row in cell.meetings] for cell in cells] == [[meeting.pk], [], [], []]
    assert [cell.is_running for cell in cells] == [False, True, True, False]
    planned(dt.date(2026, 7, 4))
    assert len(week(client_as(am)).context["page"].days) == 7


def test_filters_of_the_list_hold_and_travel_along(client_as, am):
    member, kind = CollegeMemberFactory(), MeetingKindFactory()
    mine, of_kind, of_member = planned(owner=am), planned(kind=kind), planned(college=[member])
    client = client_as(am)
    for ask in (month, week):
        assert shown(ask(client, who="me")) == {DAY: [mine.pk]}
        assert shown(ask(client, kind=kind.pk)) == {DAY: [of_kind.pk]}
        page = ask(client, member=member.pk)
        assert shown(page) == {DAY: [of_member.pk]}
        context = page.context["page"]
        for url in (context.previous, context.next, context.today, context.list_url, context.week_url):
            assert f"member={member.pk}" in url


def test_what_was_called_off_is_there_when_it_is_asked_for(client_as, am):
    gone, draft = planned(planned=False, cancelled=True), planned(planned=False)
    client = client_as(am)
    assert shown(month(client)) == {DAY: [draft.pk]}
    assert shown(month(client, state="cancelled")) == {DAY: [gone.pk]}
    assert b"is-draft" in month(client).content


def test_a_confidential_meeting_is_on_no_calendar(client_as, am, tl):
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    planned(employers=[secret], title="Fluisterhout")
    for ask in (month, week):
        assert shown(ask(client_as(am))) == {}
        assert b"Fluisterhout" not in ask(client_as(am)).content
        assert b"Fluisterhout" in ask(client_as(tl)).content


def test_blocked_times_are_shown_of_the_college_the_chosen_member_and_oneself(client_as, am, tl):
    member = CollegeMemberFactory()
    BlockedTimeFactory(label="Zomerreces", starts_on=DAY, ends_on=DAY + dt.timedelta(days=3))
    BlockedTimeFactory(label="Van het lid", college_member=member)
    BlockedTimeFactory(label="Van mij", user=am)
    BlockedTimeFactory(label="Van een ander", user=tl)
    client = client_as(am)

    def labels(**query):
        days = {day.day: day for day in month(client, **query).context["page"].days}
        return {row.label for row in days[DAY].blocked}

    assert labels() == {"Zomerreces", "Van mij"}
    assert labels(member=member.pk) == {"Zomerreces", "Van het lid"}


@pytest.mark.parametrize(
    ("name", "args"),
    [("month", [2026, 13]), ("month", [2026, 0]), ("month", [1999, 1]), ("month", [10**12, 1]),
     ("week", [2026, 54]), ("week", [2025, 53]), ("week", [2026, 0]), ("week", [10**20, 1])],
)  # fmt: skip
def test_a_month_or_week_that_does_not_exist_is_not_found(client_as, am, name, args):
    assert client_as(am).get(reverse(f"meetings:{name}", args=args)).status_code == 404


@pytest.mark.parametrize(
    "args", [("month", 2000, 1), ("month", 2100, 12), ("week", 2026, 53), ("week", 2000, 1)]
)
def test_the_first_and_the_last_of_them_exist(client_as, am, args):
    assert client_as(am).get(reverse(f"meetings:{args[0]}", args=args[1:])).status_code == 200


def test_a_part_for_htmx_equals_the_part_of_the_page(client_as, am):
    planned(college=True)
    client, url = client_as(am), reverse("meetings:month", args=[2026, 7])
    full = BeautifulSoup(client.get(url).content, "html.parser").find(id="results")
    part = client.get(url, headers={"HX-Request": "true"})
    assert part.headers["HX-Push-Url"].startswith(url)
    assert (
        full.decode_contents().split() == BeautifulSoup(part.content, "html.parser").decode_contents().split()
    )


# ── conflicts in the forms ───────────────────────────────────────────────────────────────────────


def typed(**changes):
    data = {
        "kind": MeetingKindFactory(visit=True).pk,
        "starts_on": "2026-07-01",
        "start_time": "10:00",
        "end_time": "11:00",
        "place": "company",
        "direction": "out",
        "employers": [EmployerFactory().pk],
    }
    return data | changes


@pytest.mark.parametrize("button", ["save", "draft"])
def test_a_conflict_takes_a_tick_and_the_tick_is_about_that_conflict(client_as, am, button):
    member = CollegeMemberFactory()
    planned(college=[member], title="Staat er al")
    client, url = client_as(am), reverse("meetings:plan")
    data = typed(college_members=[member.pk], **{button: "1"})
    page = client.post(url, data)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"anyway"}
    html = BeautifulSoup(page.content, "html.parser")
    assert "Staat er al" in html.find(id="moment").text
    tick = html.find(id="id_anyway")["value"]
    BlockedTimeFactory(label="Raadsavond", starts_on=DAY)
    again = client.post(url, data | {"anyway": tick})
    assert again.status_code == 422
    fresh = BeautifulSoup(again.content, "html.parser").find(id="id_anyway")
    assert not fresh.has_attr("checked")
    assert client.post(url, data | {"anyway": fresh["value"]}).status_code == 302
    assert Meeting.objects.count() == 2


def test_without_a_conflict_no_tick_is_asked(client_as, am):
    member = CollegeMemberFactory()
    planned(college=[member], ends_at=at(DAY, 11))
    data = typed(college_members=[member.pk], start_time="11:00", end_time="12:00")
    assert client_as(am).post(reverse("meetings:plan"), data).status_code == 302


def test_what_took_place_is_written_down_whatever_else_there_was(client_as, am):
    member, day = CollegeMemberFactory(), dt.date(2026, 6, 2)
    planned(day, college=[member])
    BlockedTimeFactory(starts_on=day)
    data = typed(college_members=[member.pk], starts_on="2026-06-02", was_held="on")
    assert client_as(am).post(reverse("meetings:plan"), data).status_code == 302


def test_moving_warns_and_the_meeting_itself_is_not_in_the_way(client_as, am):
    member = CollegeMemberFactory()
    meeting = planned(college=[member], ends_at=at(DAY, 11))
    planned(college=[member], starts_at=at(DAY, 14), ends_at=at(DAY, 15))
    client, url = client_as(am), reverse("meetings:move", args=[meeting.pk])
    assert client.get(url).status_code == 200
    data = {"starts_on": "2026-07-01", "start_time": "10:30", "end_time": "11:30"}
    assert client.post(url, data).status_code == 302
    page = client.post(url, data | {"start_time": "14:30", "end_time": "15:30"})
    assert page.status_code == 422
    meeting.refresh_from_db()
    assert meeting.starts_at == at(DAY, 10, 30)
    tick = BeautifulSoup(page.content, "html.parser").find(id="id_anyway")["value"]
    data = data | {"start_time": "14:30", "end_time": "15:30", "anyway": tick}
    assert client.post(url, data).status_code == 302


def test_who_was_accepted_before_is_not_asked_again_but_who_is_added_is(client_as, am):
    member, added = CollegeMemberFactory(), CollegeMemberFactory()
    employer = EmployerFactory()
    meeting = planned(college=[member], employers=[employer])
    planned(college=[member, added])
    client, url = client_as(am), reverse("meetings:edit", args=[meeting.pk])

    def data(*members):
        page = client.get(url)
        version = page.context["form"]["record_version"].value()
        return {
            "kind": meeting.kind_id, "place": "company", "direction": "out", "employers": [employer.pk],
            "college_members": [one.pk for one in members], "record_version": version,
        }  # fmt: skip

    assert client.post(url, data(member)).status_code == 302
    page = client.post(url, data(member, added))
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"anyway"}


def test_a_proposed_moment_is_taken_with_everything_that_was_typed(client_as, am):
    member = CollegeMemberFactory()
    planned(college=[member], starts_at=at(DAY, 9), ends_at=at(DAY, 12))
    client, url = client_as(am), reverse("meetings:plan")
    sent = typed(college_members=[member.pk], purpose="Over de hal", refresh="1")
    page = BeautifulSoup(client.post(url, sent).content, "html.parser")
    button = page.select_one("#moment button[name=take]")
    assert button["value"] == "2026-07-01T12:00/2026-07-01T13:00"
    del sent["refresh"]
    taken = BeautifulSoup(client.post(url, sent | {"take": button["value"]}).content, "html.parser")
    values = [taken.find(id=f"id_{name}")["value"] for name in ("starts_on", "start_time", "end_time")]
    assert values == ["2026-07-01", "12:00", "13:00"]
    assert taken.find(id="id_purpose").text.strip() == "Over de hal"
    assert taken.find(id="id_anyway") is None
    assert Meeting.objects.count() == 1


def test_a_proposed_moment_is_taken_for_a_move_too(client_as, am):
    meeting = planned(college=True)
    client = client_as(am)
    sent = {"take": "2026-07-03T09:00/2026-07-03T10:00", "reason": "op verzoek"}
    page = client.post(reverse("meetings:move", args=[meeting.pk]), sent)
    assert page.status_code == 200
    html = BeautifulSoup(page.content, "html.parser")
    assert html.find(id="id_starts_on")["value"] == "2026-07-03"
    assert html.find(id="id_reason")["value"] == "op verzoek"


def test_htmx_asks_for_the_part_and_gets_what_the_form_would_say(client_as, am):
    member, person = CollegeMemberFactory(), PositionFactory().person
    planned(college=[member], people=[(person, None)], title="Staat er al")
    client, url = client_as(am), reverse("meetings:moment")
    query = {"starts_on": "2026-07-01", "start_time": "10:30", "end_time": "11:30"}
    part = client.get(url, query | {"college_members": [member.pk], "people": [person.pk]}).content.decode()
    assert str(member) in part
    assert str(person) in part
    assert "Staat er al" in part
    assert client.get(url, {"changed": "999999"}).status_code == 404


def test_htmx_tells_nothing_of_what_the_planner_may_not_know(client_as, am):
    member = CollegeMemberFactory()
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    meeting = planned(college=[member], employers=[secret], title="Fluisterhout verhuist")
    client, url = client_as(am), reverse("meetings:moment")
    query = {"starts_on": "2026-07-01", "start_time": "10:00", "college_members": [member.pk]}
    part = client.get(url, query).content.decode()
    assert "bezet" in part
    assert "Fluisterhout" not in part
    assert f"/agenda/{meeting.pk}/" not in part
    assert client.get(url, {"changed": meeting.pk}).status_code == 404


# ── blocked times ────────────────────────────────────────────────────────────────────────────────


def test_the_secretary_blocks_a_time_changes_it_and_ends_it(client_as, es, am):
    member, client = CollegeMemberFactory(), client_as(es)
    sent = {
        "label": "Raadsavond", "whose": "", "weekday": "2", "starts_on": "2026-01-01", "start_time": "19:00",
        "end_time": "23:00",
    }  # fmt: skip
    assert client.post(reverse("meetings:blocked_add"), sent).status_code == 302
    row = BlockedTime.objects.get()
    page = client_as(am).get(reverse("meetings:blocked")).content.decode()
    assert "elke woensdag, 19.00 uur tot 23.00 uur, vanaf 1 januari 2026" in page
    edit = reverse("meetings:blocked_edit", args=[row.pk])
    version = client.get(edit).context["form"]["record_version"].value()
    assert client.post(edit, sent | {"whose": f"m{member.pk}", "record_version": version}).status_code == 302
    row.refresh_from_db()
    assert row.college_member == member
    client.post(reverse("meetings:blocked_end", args=[row.pk]))
    row.refresh_from_db()
    assert row.ends_on == dt.date(2026, 6, 14)  # what was blocked before stays told
    later = BlockedTimeFactory()
    client.post(reverse("meetings:blocked_end", args=[later.pk]))
    assert not BlockedTime.objects.filter(pk=later.pk).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": ""}, "ends_on"),
        ({"ends_on": "2026-06-30"}, "ends_on"),
        ({"start_time": "10:00"}, "end_time"),
        ({"start_time": "10:00", "end_time": "09:00"}, "end_time"),
        ({"label": ""}, "label"),
        ({"whose": "m999999"}, "whose"),
    ],
)
def test_a_blocked_time_that_cannot_be_is_refused_beside_its_field(client_as, es, changes, field):
    sent = {"label": "Reces", "starts_on": "2026-07-01", "ends_on": "2026-07-02"} | changes
    page = client_as(es).post(reverse("meetings:blocked_add"), sent)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not BlockedTime.objects.exists()


def test_when_a_colleague_is_off_is_for_who_keeps_it_and_the_colleague(client_as, am, es, tl):
    BlockedTimeFactory(label="Vrije vrijdag", user=am)
    for reader, sees in ((am, True), (es, True), (tl, False)):
        page = client_as(reader).get(reverse("meetings:blocked")).content.decode()
        assert ("Vrije vrijdag" in page) is sees


# ── close, and plan the next one ─────────────────────────────────────────────────────────────────


def test_a_meeting_is_closed_and_the_next_one_is_proposed_with_the_same_people(client_as, am, es):
    gone = CollegeMemberFactory(ends_on=dt.date(2026, 6, 1))
    member, position = CollegeMemberFactory(), PositionFactory()
    meeting = MeetingFactory(
        reported=True, on=dt.date(2026, 5, 12), employers=[position.employer], college=[member, gone],
        people=[(position.person, position.employer)], title="Uitbreiding",
    )  # fmt: skip
    client = client_as(es)
    page = BeautifulSoup(client.get(meeting.get_absolute_url()).content, "html.parser")
    url = reverse("meetings:close_and_plan", args=[meeting.pk])
    assert page.find("form", action=url)
    answer = client.post(url)
    assert answer.url == f"{reverse('meetings:plan')}?follows={meeting.pk}"
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CLOSED
    form = client.get(answer.url).context["form"]
    assert form["kind"].value() == meeting.kind_id
    assert form["title"].value() == "Uitbreiding"
    assert form["starts_on"].value() is None
    assert form["college_members"].value() == [member.pk]
    assert form.choice.employers == {position.employer_id}
    assert form.choice.people == {position.person_id}
    assert client.post(url).status_code == 302  # a second press: told, and nothing more
    assert Meeting.objects.count() == 1


def test_of_a_meeting_one_may_not_know_of_nothing_follows(client_as, am):
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    meeting = MeetingFactory(closed=True, employers=[secret], title="Fluisterhout")
    page = client_as(am).get(reverse("meetings:plan"), {"follows": meeting.pk})
    assert page.status_code == 200
    assert b"Fluisterhout" not in page.content
