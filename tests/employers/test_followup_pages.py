"""Pages of promises and actions: adding, the page of one, a form for each act, cards, by every role."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from deventer_crm.core.models import AccessEvent
from employers import services
from employers.models import FollowUp
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactMomentFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
)
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 11)
State = FollowUp.State


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def client(am, client_as) -> Client:
    return client_as(am)


def url(act: str, row: FollowUp) -> str:
    return reverse(f"employers:follow_up_{act}" if act else "employers:follow_up", args=[row.pk])


def state_of(row: FollowUp) -> str:
    return FollowUp.objects.get(pk=row.pk).state


# ── adding ───────────────────────────────────────────────────────────────────────────────────────


def test_one_sentence_and_enter_writes_an_action_down(client, am):
    employer = EmployerFactory()

    response = client.post(
        reverse("employers:follow_up_add", args=[employer.pk]), {"what": "Kaart sturen", "kind": "action"}
    )

    assert response.headers["Location"] == employer.get_absolute_url()
    row = FollowUp.objects.get()
    assert (row.what, row.owner, row.employer, row.due_on) == (
        "Kaart sturen",
        am,
        employer,
        dt.date(2026, 11, 25),
    )


def test_all_that_can_be_said_is_kept(client, am):
    position = PositionFactory()
    member, colleague = CollegeMemberFactory(), UserFactory(role="AM")

    client.post(
        reverse("employers:follow_up_add", args=[position.employer_id]),
        {
            "what": "Terugkomen over de uitrit",
            "kind": "promise_to",
            "person": position.person_id,
            "promised_by": member.pk,
            "made_on": "2026-11-09",
            "due_on": "2026-11-20",
            "owner": colleague.pk,
            "exact_words": "U hoort het voor de 20e.",
            "reservation": "Als de raad het goedvindt.",
            "authority_checked": "on",
            "audience": "municipality",
            "given_in_confidence": "on",
            "woo_ground": "bedrijfsgegevens",
        },
    )

    row = FollowUp.objects.get()
    assert (row.person, row.promised_by, row.owner) == (position.person, member, colleague)
    assert (row.made_on, row.due_on) == (dt.date(2026, 11, 9), dt.date(2026, 11, 20))
    assert (row.state, row.confirmed_by, row.reservation) == (State.OPEN, am, "Als de raad het goedvindt.")
    assert (row.audience, row.woo_ground) == ("municipality", "bedrijfsgegevens")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", ""),
        ("what", "x" * 201),
        ("due_on", "2026-11-01"),
        ("due_on", "0202-11-20"),
        ("due_on", "morgen"),
        ("made_on", "2026-11-12"),
        ("kind", "gift"),
        ("owner", "999999"),
        ("person", "999999"),
    ],
)
def test_wrong_input_is_refused_beside_its_field_and_kept(client, field, value):
    employer = PositionFactory().employer
    typed = {"what": "Kaart sturen", "kind": "action", "reservation": "dit blijft staan", field: value}

    response = client.post(reverse("employers:follow_up_add", args=[employer.pk]), typed)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "dit blijft staan" in response.content.decode()
    assert not FollowUp.objects.exists()


def test_a_college_member_writes_one_sentence(cm, client_as):
    employer = EmployerFactory()
    client = client_as(cm)
    address = reverse("employers:follow_up_add", args=[employer.pk])
    shown = client.get(address).context["form"].fields

    client.post(address, {"what": "Ik kom kijken in het voorjaar"})

    assert not {"kind", "owner", "exact_words", "authority_checked"} & set(shown)
    row = FollowUp.objects.get()
    assert (row.promised_by.user, row.state) == (cm, State.UNCONFIRMED)


def test_a_person_from_the_address_is_proposed(client):
    position = PositionFactory()
    address = reverse("employers:follow_up_add", args=[position.employer_id])

    proposed = client.get(f"{address}?person={position.person_id}").context["form"].initial
    nonsense = client.get(f"{address}?person=999999").context["form"].initial

    assert (str(proposed["person"]), nonsense.get("person")) == (str(position.person_id), None)


# ── the page of one ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("made", "act"),
    [
        ({"promise": True}, "confirm"),
        ({}, "fulfil"),
        ({"fulfilled": True}, "report_back"),
        ({"closed": True}, None),
    ],
)
def test_the_page_offers_the_one_act_that_comes_next(client, am, made, act):
    row = FollowUpFactory(owner=am, promise=bool(made))
    if "fulfilled" in made or "closed" in made:
        row = services.confirm_follow_up(row, by=am, exact_words="Wij bellen.", authority_checked=True)
        row = services.fulfil_follow_up(row, by=am, reported_back_how="call" if "closed" in made else "")

    page = client.get(row.get_absolute_url())

    offered = page.context["next"]
    assert (offered.act if offered else None) == act
    assert (f'action="{url(act, row)}"' in page.content.decode()) if act else page.context["form"] is None


def test_the_page_costs_a_fixed_number_of_queries(client, am):
    colleague = UserFactory(role="AM")
    row = FollowUpFactory(
        owner=am, promise=True, person=PositionFactory().person, contact_moment=ContactMomentFactory()
    )
    for _number in range(4):
        row = services.reassign_follow_up(row, by=am, owner=colleague, reason="proef")
        row = services.reassign_follow_up(row, by=am, owner=am, reason="proef")

    with page_queries() as queries:
        page = client.get(row.get_absolute_url())

    assert len(page.context["page"].history) == 8
    assert len(queries) <= 12, queries


def test_the_contact_it_came_from_shows_only_to_its_readers(client, am):
    secret = ContactMomentFactory(subject="Overname in stilte", is_confidential=True)
    shown, hidden = (
        FollowUpFactory(owner=am, contact_moment=moment)
        for moment in (ContactMomentFactory(subject="Laadpalen besproken"), secret)
    )

    assert "Laadpalen besproken" in client.get(shown.get_absolute_url()).content.decode()
    assert "Overname in stilte" not in client.get(hidden.get_absolute_url()).content.decode()


def test_seeing_a_confidential_one_is_logged_and_for_others_it_is_not_there(client, am, client_as):
    row = FollowUpFactory(owner=am, is_confidential=True, readers=[am])

    assert client.get(row.get_absolute_url()).status_code == 200
    assert AccessEvent.objects.get(verb="view_confidential").target == f"employers.followup:{row.pk}"
    other = client_as(UserFactory(role="AM"))
    for act in ("", "edit", "confirm", "fulfil", "report_back", "drop", "reassign", "reopen"):
        assert other.get(url(act, row)).status_code == 404


# ── acts ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_promise_from_confirming_to_telling(client, am):
    row = FollowUpFactory(promise=True, owner=am)

    for act, typed, state in (
        ("confirm", {"exact_words": "Wij bellen.", "authority_checked": "on"}, State.OPEN),
        ("fulfil", {"outcome": "Gebeld", "fulfilled_on": "2026-11-10"}, State.FULFILLED),
        ("report_back", {"reported_back_how": "talk", "reported_back_on": "2026-11-11"}, State.CLOSED),
    ):
        version = FollowUp.objects.get(pk=row.pk).version
        response = client.post(url(act, row), {**typed, "record_version": version})
        assert response.headers["Location"] == row.get_absolute_url()
        assert state_of(row) == state


def test_what_the_service_refuses_stands_beside_its_field(client, am):
    row = FollowUpFactory(promise=True, owner=am)

    response = client.post(url("confirm", row), {"exact_words": "", "record_version": row.version})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"exact_words", "authority_checked"}
    row = services.confirm_follow_up(row, by=am, exact_words="Wij bellen.", authority_checked=True)
    response = client.post(
        url("fulfil", row),
        {"fulfilled_on": "2026-11-10", "reported_back_on": "2026-11-09", "record_version": row.version},
    )
    assert set(response.context["form"].errors) == {"reported_back_how"}
    assert state_of(row) == State.OPEN


def test_a_second_editor_is_told_and_a_deliberate_second_press_does_it(client, am):
    row = FollowUpFactory(owner=am)
    services.edit_follow_up(row, by=am, what="Iemand was eerder")

    first = client.post(url("drop", row), {"dropped_reason": "Verhuisd", "record_version": row.version})

    assert first.status_code == 422
    assert "Verhuisd" in first.content.decode()
    assert state_of(row) == State.OPEN
    shown = first.context["form"]["record_version"].value()
    client.post(url("drop", row), {"dropped_reason": "Verhuisd", "record_version": shown})
    assert state_of(row) == State.DROPPED


def test_a_request_without_a_version_overwrites_nothing(client, am):
    row = FollowUpFactory(owner=am)

    assert client.post(url("drop", row), {"dropped_reason": "Verhuisd"}).status_code == 422
    assert client.post(url("edit", row), {"what": "Iets"}).status_code == 422
    assert state_of(row) == State.OPEN


@pytest.mark.parametrize("method", ["get", "post"])
def test_too_late_leads_back_with_the_reason(client, am, method):
    row = services.drop_follow_up(FollowUpFactory(owner=am), by=am, reason="proef")

    for act in ("fulfil", "edit", "drop", "reassign"):
        response = getattr(client, method)(url(act, row), follow=True)
        assert response.redirect_chain[-1][0] == row.get_absolute_url()
        assert [message.level_tag for message in response.context["messages"]] == ["error"]


def test_correcting_keeps_what_others_acts_decide(client, am):
    row = FollowUpFactory(promise=True, owner=am)
    page = client.get(url("edit", row))
    assert not {"owner", "department", "authority_checked"} & set(page.context["form"].fields)

    client.post(
        url("edit", row),
        {
            "what": "Andere woorden",
            "kind": "promise_to",
            "made_on": "2026-11-02",
            "due_on": "2026-12-04",
            "audience": "team",
            "record_version": row.version,
        },
    )

    row.refresh_from_db()
    assert (row.what, row.due_on, row.owner) == ("Andere woorden", dt.date(2026, 12, 4), am)


def test_who_gives_away_what_only_they_could_read_lands_on_a_page_that_exists(client_as):
    giver, taker = UserFactory(role="ED"), UserFactory(role="ED")
    row = FollowUpFactory(owner=giver, audience="named")

    response = client_as(giver).post(
        url("reassign", row),
        {"owner": taker.pk, "reason": "Vakantie", "record_version": row.version},
        follow=True,
    )

    assert response.status_code == 200
    assert FollowUp.objects.get(pk=row.pk).owner == taker


# ── cards ────────────────────────────────────────────────────────────────────────────────────────


def test_the_dossier_shows_what_is_open_by_urgency_and_what_is_late(client, am):
    employer = EmployerFactory()
    late, _later = (
        FollowUpFactory(employer=employer, owner=am, what=what, due_on=due)
        for what, due in (("Te laat", dt.date(2026, 11, 4)), ("Later", dt.date(2026, 12, 20)))
    )
    services.fulfil_follow_up(FollowUpFactory(employer=employer, owner=am, what="Al gedaan"), by=am)

    html = client.get(employer.get_absolute_url()).content.decode()
    card = html[html.index('id="follow-ups"') :].split('id="timeline"')[0]

    assert card.index("Te laat") < card.index("Later")
    assert f'action="{url("fulfil", late)}"' in card
    assert "Al gedaan" not in card


def test_one_press_in_a_card_settles_an_action_and_comes_back_there(client, am):
    row = FollowUpFactory(owner=am)

    response = client.post(url("fulfil", row), {"record_version": row.version, "card": "dossier"})

    assert response.headers["Location"] == row.employer.get_absolute_url()
    assert state_of(row) == State.CLOSED


@pytest.mark.parametrize("card", ["dossier", "week"])
def test_with_htmx_the_card_alone_comes_back_with_what_is_left(client, am, card):
    row = FollowUpFactory(owner=am)
    left = FollowUpFactory(owner=am, employer=row.employer, what="Dit is er nog")

    response = client.post(
        url("fulfil", row),
        {"record_version": row.version, "card": card},
        headers={"HX-Request": "true"},
    )

    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    assert "Dit is er nog" in html
    assert f'action="{url("fulfil", row)}"' not in html
    assert 'hx-swap-oob="true"' in html
    last = client.post(
        url("fulfil", left), {"record_version": left.version, "card": card}, headers={"HX-Request": "true"}
    )
    assert 'hx-swap-oob="true"' in last.content.decode()
    assert not FollowUp.objects.standing().exists()


def test_mijn_week_shows_what_lies_with_me_and_to_the_lead_what_lies_with_nobody(client, am, tl, client_as):
    FollowUpFactory(owner=am, what="Dit ligt bij mij")
    FollowUpFactory(what="Dit ligt bij een ander")
    FollowUpFactory(owner=None, what="Dit ligt bij niemand")

    mine = client.get(reverse("home:week")).content.decode()
    lead = client_as(tl).get(reverse("home:week")).content.decode()

    assert "Dit ligt bij mij" in mine
    assert "Dit ligt bij een ander" not in mine + lead
    assert "Dit ligt bij niemand" in lead
    assert "Dit ligt bij niemand" not in mine


def test_a_card_counts_more_than_it_shows_in_one_query(am, django_assert_num_queries):
    from employers.selectors.followups import of_user

    am.can("see_follow_ups")
    for _number in range(11):
        FollowUpFactory(owner=am, due_on=dt.date(2026, 11, 3))

    with django_assert_num_queries(1):
        card = of_user(am)

    assert (len(card.lines), card.total, card.late, card.more) == (8, 11, 11, 3)


def test_readers_see_no_card_and_the_desk_only_its_own(ed, rd, client_as):
    employer = EmployerFactory()
    FollowUpFactory(employer=employer, what="Van het team")
    FollowUpFactory(employer=employer, owner=ed, what="Van het loket", audience="employer_desk")

    desk = client_as(ed).get(employer.get_absolute_url()).content.decode()
    reader = client_as(rd).get(employer.get_absolute_url()).content.decode()

    assert "Van het loket" in desk
    assert "Van het team" not in desk
    assert 'id="follow-ups"' not in reader
    assert "Van het" not in reader


def test_the_list_of_who_can_be_chosen_is_of_those_who_can_see_them(client):
    reader, colleague = UserFactory(role="RD"), UserFactory(role="AM")
    gone = UserFactory(role="AM", is_active=False)
    manager = AccountAssignmentFactory(user=colleague)

    choices = client.get(reverse("employers:follow_up_add", args=[manager.employer_id])).context["form"]

    people = set(choices.fields["owner"].queryset)
    assert colleague in people
    assert not people & {reader, gone}
