"""The pages of the annual plan: what each role sees and does, without script, and within its statements."""

import datetime as dt
import re

import pytest
from django.utils.translation import override
from zeal import zeal_ignore

from accounts.models import CollegeMember
from employers.models import Employer
from meetings.annual_plan import services
from meetings.annual_plan.inputs import Reason
from meetings.annual_plan.page import plan_page
from meetings.annual_plan.wording import Names, say
from meetings.models import Meeting, PlanProposal
from tests.accounts.factories import CollegeMemberFactory
from tests.meetings.factories import MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db

URL = "/agenda/jaarplan/2026/"
OPTIONS = {"act": "make", "first_day": "2026-02-01", "most_a_month": "2", "months_off": ["7", "8"]}
State = PlanProposal.State


@pytest.fixture
def made(es, world):
    return services.make_plan(2026, by=es, with_series=False)


def first(made) -> PlanProposal:
    return made.proposals.order_by("day", "pk").first()


def press(client, row, act, **data):
    return client.post(row.get_absolute_url(), {"act": act, "record_version": row.version, **data})


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_secretary_proposes_the_year_and_puts_it_into_the_agenda(client_as, es, world):
    client = client_as(es)
    assert client.get(URL).context["page"].plan is None
    assert client.post(URL, OPTIONS).status_code == 302
    page = client.get(URL).context["page"]
    assert (len(page.cards), page.to_accept) == (4, 4)
    assert all(card.reasons for card in page.cards)
    with zeal_ignore():  # each draft is made by the service of one meeting
        assert client.post(URL, {"act": "accept_all"}).status_code == 302
    assert Meeting.objects.filter(state="draft").count() == 4
    assert client.get(URL).context["page"].to_accept == 0


def test_a_wrong_option_is_said_beside_its_field_and_kept(client_as, es, world):
    response = client_as(es).post(URL, {**OPTIONS, "most_a_month": "0"})
    assert response.status_code == 422
    assert "most_a_month" in response.context["form"].errors


@pytest.mark.parametrize("role", ["AM", "CM", "FA"])
def test_others_of_the_team_read_the_plan_and_change_nothing(client_as, make_user, made, role):
    client = client_as(make_user(role))
    response = client.get(URL)
    assert response.status_code == 200
    assert all(card.acts == [] for card in response.context["page"].cards)
    assert client.post(URL, OPTIONS).status_code == 403
    assert press(client, first(made), "fix").status_code == 403


def test_numbers_per_member_are_for_who_may_see_the_division(es, am, make_user, world, made):
    """R9: the secretary all, a member the own row, an account manager none."""
    own = make_user("CM")
    CollegeMember.objects.filter(pk=world.members[0].pk).update(user=own)
    counts = {
        user: [line.count for line in plan_page(2026, user).lines if line.member is not None]
        for user in (es, am, own)
    }
    assert None not in counts[es]
    assert set(counts[am]) == {None}
    assert [count is not None for count in counts[own]] == [True, False]


def test_a_part_of_the_plan_shows_exactly_what_its_number_counts(client_as, es, made):
    services.fix_proposal(first(made), by=es)
    services.drop_proposal(made.proposals.order_by("day", "pk").last(), by=es, reason="verhuist")
    client = client_as(es)
    parts = {part.code: part.count for part in client.get(URL).context["page"].parts}
    assert parts == {"proposed": 2, "fixed": 1, "dropped": 1}
    for code, count in parts.items():
        page = client.get(URL, {"show": code}).context["page"]
        cards = [card for month in page.listed for card in month.cards] + page.unplaced + page.dropped
        assert {card.proposal.state for card in cards} == {code}
        assert len(cards) == count


def test_a_confidential_employer_stands_in_nobodys_plan_but_the_leads(client_as, es, tl, world):
    secret = world.employers[0]
    Employer.objects.filter(pk=secret.pk).update(is_confidential=True, name="Fluisterhout")
    made = services.make_plan(2026, by=tl, with_series=False)
    row = made.proposals.get(employer=secret)
    for shown in ("", "proposed"):
        assert "Fluisterhout" not in client_as(es).get(URL, {"show": shown}).content.decode()
    assert client_as(es).get(row.get_absolute_url()).status_code == 404
    assert press(client_as(es), row, "fix").status_code == 404
    assert "Fluisterhout" in client_as(tl).get(URL).content.decode()


def test_a_year_far_away_does_not_exist(client_as, es):
    assert client_as(es).get("/agenda/jaarplan/2041/").status_code == 404


# ── one proposal ─────────────────────────────────────────────────────────────────────────────────


def test_the_buttons_do_without_script_what_they_say(client_as, es, world, made):
    client, row = client_as(es), first(made)
    for act, state in (
        ("fix", State.FIXED),
        ("release", State.PROPOSED),
        ("accept", State.ACCEPTED),
        ("take_back", State.FIXED),
    ):
        assert press(client, row, act).status_code == 302
        row.refresh_from_db()
        assert row.state == state
    member = world.members[1]
    data = {"move-record_version": row.version, "move-month": "10", "move-college_member": member.pk}
    assert client.post(row.get_absolute_url(), {"act": "move", **data}).url.endswith(f"#voorstel-{row.pk}")
    row.refresh_from_db()
    assert (row.day.month, row.college_member) == (10, member)
    data = {"drop-record_version": row.version, "drop-reason": "verhuist dit jaar"}
    client.post(row.get_absolute_url(), {"act": "drop", **data})
    row.refresh_from_db()
    assert (row.state, row.dropped_reason) == (State.DROPPED, "verhuist dit jaar")
    press(client, row, "restore")
    row.refresh_from_db()
    assert row.state == State.PROPOSED


def test_dragging_a_card_sends_what_the_form_sends(client_as, es, world, made):
    """static/js/plan.js posts these fields, of the cell on which the card was dropped."""
    client, row = client_as(es), first(made)
    page = client.get(URL).content.decode()
    assert f'data-drag="{row.get_absolute_url()}"' in page
    assert re.search(r'data-drop data-month="9" data-member="\d+"', page)
    press(client, row, "move", month="9", college_member=world.members[0].pk)
    row.refresh_from_db()
    assert (row.day.month, row.college_member, row.state) == (9, world.members[0], State.FIXED)
    # Where there is no room for a form the refusal is a message.
    response = client.post(
        row.get_absolute_url(),
        {"act": "move", "record_version": row.version, "month": "8", "college_member": row.college_member_id},
        follow=True,
    )
    assert response.status_code == 200
    row.refresh_from_db()
    assert row.day.month == 9


def test_a_form_of_before_somebody_else_changed_it_changes_nothing(client_as, es, made):
    row = first(made)
    services.fix_proposal(PlanProposal.objects.get(pk=row.pk), by=es)
    response = client_as(es).post(
        row.get_absolute_url(), {"act": "drop", "drop-record_version": row.version, "drop-reason": "weg"}
    )
    assert response.status_code == 302
    row.refresh_from_db()
    assert row.state == State.FIXED


def test_conflicts_are_shown_on_the_page_of_the_plan(client_as, es, world, made):
    row = first(made)
    services.move_proposal(row, by=es, day=dt.date(2026, 5, 9))  # a Saturday
    other = made.proposals.exclude(pk=row.pk).order_by("pk").first()
    services.move_proposal(other, by=es, day=dt.date(2026, 5, 12))
    MeetingFactory(
        planned=True, on=dt.date(2026, 5, 12), kind=MeetingKindFactory(), college=[other.college_member]
    )
    page = plan_page(2026, es)
    with override("en"):
        found = {card.proposal.pk: card.conflicts for card in plan_page(2026, es).cards if card.conflicts}
    assert found == {
        row.pk: ["This is no working day."],
        other.pk: ["This member has no room on this day."],
    }
    assert {part.code: part.count for part in page.parts}["conflict"] == 2


def test_a_member_who_left_and_a_visit_that_was_called_off_are_conflicts(es, world, made):
    row, other, *_rest = made.proposals.order_by("day", "pk")
    (meeting,) = services.accept_proposals(made, by=es, only=[row.pk])
    Meeting.objects.filter(pk=meeting.pk).update(
        state="cancelled", cancelled_on=dt.date(2026, 1, 5), cancelled_by="us", cancel_reason="x"
    )
    CollegeMember.objects.filter(pk=other.college_member_id).update(ends_on=dt.date(2026, 1, 6))
    with override("en"):
        found = {card.proposal.pk: card.conflicts for card in plan_page(2026, es).cards}
    assert found[row.pk] == ["The appointment was called off. Plan again to find another day."]
    assert found[other.pk] == ["This member is not in the college on this day."]


# ── remit and district ───────────────────────────────────────────────────────────────────────────


def test_the_secretary_keeps_remit_and_district(client_as, es, world):
    client, member = client_as(es), world.members[0]
    url = f"/agenda/jaarplan/aandacht/{member.pk}/"
    assert client.get(url).status_code == 200
    client.post(url, {"sectors": [world.sectors[0].pk], "areas": [world.area.pk]})
    assert {(row.sector, row.area) for row in member.interests.all()} == {
        (world.sectors[0], None),
        (None, world.area),
    }
    assert str(world.sectors[0]) in client.get("/agenda/jaarplan/aandacht/").content.decode()


# ── words ────────────────────────────────────────────────────────────────────────────────────────

VALUES = {
    "last_spoken": {"on": "2025-03-03"},
    "sector": {"sector": 1},
    "area": {"area": 1},
    "sector_and_area": {"sector": 1, "area": 1},
    "spread": {"member": 1},
    "near": {"employer": 1, "metres": 300},
    "apart": {"on": "2025-03-03"},
    "pace": {"count": 2},
    "part": {"number": 1, "of": 3},
    "late_part": {"number": 1, "of": 3},
    "some_college": {"present": 4, "all": 6},
    "cancelled": {"on": "2025-03-03", "by": "us"},
    "member_left": {"member": 1},
    "clash_spoken_around": {"on": "2025-03-03"},
}
PLAIN = (
    "never_spoken no_interest whole_college meeting_gone restored by_hand no_members no_days nobody_free "
    "unavailable spoken_around month_full day_full past closed_day month_off clash_unavailable "
    "clash_month_full clash_day_full "
    "not_in_office clash_gone clash_cancelled off_list"
).split()


@pytest.mark.parametrize("code", [*VALUES, *PLAIN])
def test_every_reason_is_a_sentence_in_both_languages(code):
    reason = Reason(code, VALUES.get(code, {}))
    texts = []
    for language in ("nl", "en"):
        with override(language):
            texts.append(say(reason, Names(employers={1: "Proefhal"}, members={1: "wethouder Proef"})))
    assert all(text.endswith((".", ").")) for text in texts)
    assert texts[0] != texts[1]


def test_a_reason_without_its_name_still_says_something():
    with override("en"):
        assert "another employer" in say(Reason("near", {"employer": 7, "postcode": "7411"}), Names())
        assert say(Reason("of before an update"), Names()) == ""


def test_a_college_member_in_the_table_is_a_row_and_the_series_are_one(es, world):
    services.make_plan(2026, by=es)
    CollegeMemberFactory(name="Vertrokken", ends_on=dt.date(2026, 1, 2))
    lines = plan_page(2026, es).lines
    assert [line.member for line in lines] == [None, *world.members]
    assert all(len(line.cells) == 12 for line in lines)
