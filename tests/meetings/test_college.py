"""The college dashboard: what each role sees, what is hidden, and that it stays within its queries."""

import datetime as dt

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import CollegeMember
from deventer_crm.core.commitments import evaluate
from deventer_crm.core.models import Commitment, OutgoingMail
from employers.models import Employer, FollowUp
from employers.toplist.services import freeze_top_list
from meetings.college import college_dashboard, greeting
from meetings.models import Briefing, Invitation, Participant
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import ContactPersonFactory, EmployerFactory, FollowUpFactory, PositionFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, PlanProposalFactory

pytestmark = pytest.mark.django_db

URL = "/college/"
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SOON = dt.date(2026, 11, 25)
SPRING = dt.date(2026, 5, 12)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def listed(tl) -> list[Employer]:
    """Four employers on the frozen list of 2026."""
    made = [EmployerFactory(name=f"Proefhal {n}", working=100 - n) for n in range(4)]
    freeze_top_list(2026, by=tl, size=4)
    return made


def member_of(user) -> CollegeMember:
    return CollegeMember.objects.get(user=user)


# ── the next visit ───────────────────────────────────────────────────────────────────────────────


def test_a_member_sees_the_own_next_visit_others_that_of_the_college(cm, es):
    employer, other = EmployerFactory(), EmployerFactory()
    MeetingFactory(planned=True, on=SOON, employers=[other], college=True)
    mine = MeetingFactory(
        planned=True, on=SOON + dt.timedelta(5), employers=[employer], college=[member_of(cm)]
    )
    assert college_dashboard(cm).next_visit.meeting == mine
    assert college_dashboard(cm).coming == []
    view = college_dashboard(es)
    assert view.next_visit.name == other.name
    assert [visit.meeting for visit in view.coming] == [mine]


def test_the_card_says_where_with_whom_and_what_about(cm):
    employer = EmployerFactory(name="Proefhal Koper")
    person = ContactPersonFactory(first_name="Proef", last_name="Marmer")
    PositionFactory(person=person, employer=employer, title="bestuurder")
    meeting = MeetingFactory(
        planned=True,
        on=SOON,
        employers=[employer],
        college=[member_of(cm)],
        people=[(person, employer)],
        location="Proefkade 40, Proefdorp",
        purpose="Zij zoeken mensen voor de avonddienst.",
    )
    colleague = UserFactory(role="AM", last_name="Meereizer")
    Participant.objects.create(meeting=meeting, user=colleague)
    visit = college_dashboard(cm).next_visit
    assert (visit.name, visit.address) == ("Proefhal Koper", "Proefkade 40, Proefdorp")
    assert visit.people == [(str(person), "bestuurder")]
    assert visit.companions == [str(colleague)]


def test_what_is_past_called_off_draft_or_confidential_does_not_come(am):
    for fields in (
        {"planned": True, "on": dt.date(2026, 11, 20)},
        {"cancelled": True, "on": SOON},
        {"on": SOON},
        {"planned": True, "on": SOON, "confidential": True},
    ):
        MeetingFactory(employers=[EmployerFactory()], college=True, **fields)
    secret = EmployerFactory(is_confidential=True)
    MeetingFactory(planned=True, on=SOON, employers=[secret], college=True)
    assert college_dashboard(am).next_visit is None


def test_a_meeting_without_a_college_member_is_not_a_visit_of_the_college(am):
    MeetingFactory(planned=True, on=SOON, employers=[EmployerFactory()])
    assert college_dashboard(am).next_visit is None


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


def test_headline_tiles_and_state_are_those_of_the_monitor(cm, listed):
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True)
    InvitationFactory(employer=listed[1])
    MeetingFactory(planned=True, on=dt.date(2026, 12, 2), employers=[listed[2]], college=True)
    view = college_dashboard(cm)
    assert [tile.duty for tile in view.tiles] == ["visited", "invited", "planned", "none"]
    assert [tile.url for tile in view.tiles] == [employer.get_absolute_url() for employer in listed]
    found = evaluate(Commitment.objects.get(code="C1"), NOW.date())
    assert (str(view.tally), view.state) == (found.seen.headline, found.state)
    assert "2" in view.tiles[2].note


def test_without_a_frozen_list_the_page_leads_to_the_concept(client_as, cm):
    response = client_as(cm).get(URL)
    assert response.context["view"].tally is None
    assert "/bedrijven/top/2026/" in response.content.decode()


def test_a_confidential_employer_has_no_tile_but_counts(cm, tl, listed):
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True)
    Employer.objects.filter(pk=listed[0].pk).update(is_confidential=True)
    view = college_dashboard(cm)
    assert ([tile.name for tile in view.tiles], view.hidden) == (
        ["Proefhal 1", "Proefhal 2", "Proefhal 3"],
        1,
    )
    assert view.tally.spoken == 1
    assert len(college_dashboard(tl).tiles) == 4


def test_a_confidential_visit_does_not_colour_the_tile_but_counts(cm, tl, listed):
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True, confidential=True)
    view = college_dashboard(cm)
    assert (view.tiles[0].duty, view.tally.spoken, view.counts_hidden_visits) == ("none", 1, True)
    assert college_dashboard(tl).tiles[0].duty == "visited"


def test_a_called_off_visit_is_a_remark_on_the_tile(cm, listed):
    MeetingFactory(cancelled=True, on=SPRING, employers=[listed[0]], college=True)
    tile = college_dashboard(cm).tiles[0]
    assert tile.duty == "none"
    assert tile.note


# ── numbers per member ───────────────────────────────────────────────────────────────────────────


def test_own_visits_and_the_total_count_a_shared_visit_once(cm, es, listed):
    mine, other = member_of(cm), CollegeMemberFactory(office=CollegeMember.Office.ALDERMAN)
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=[mine, other])
    MeetingFactory(held=True, on=SPRING, employers=[listed[1]], college=[other])
    MeetingFactory(planned=True, on=SOON, employers=[listed[2]], college=[mine])
    MeetingFactory(held=True, on=SPRING, employers=[listed[3]], employers__present=False, college=[mine])
    MeetingFactory(held=True, on=dt.date(2025, 5, 1), employers=[listed[3]], college=[mine])
    view = college_dashboard(cm)
    assert (view.own.spoken, view.own.planned) == (1, 1)
    assert (view.total.spoken, view.total.planned) == (2, 1)
    division = {row.member: (row.spoken, row.planned) for row in college_dashboard(es).division}
    assert division == {mine: (1, 1), other: (2, 0)}


def test_the_division_is_for_secretary_lead_and_mayor_in_the_order_of_the_college(cm, am, es, tl, make_user):
    mayor = make_user("CM")
    CollegeMemberFactory(user=mayor, office=CollegeMember.Office.MAYOR, position=9)
    assert college_dashboard(cm).division == []
    assert (college_dashboard(am).division, college_dashboard(am).total) == ([], None)
    for user in (mayor, es, tl):
        names = [row.member for row in college_dashboard(user).division]
        assert names == list(CollegeMember.objects.all())


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────


def test_gaps_are_for_those_who_arrange_visits(cm, am, listed):
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True)
    InvitationFactory(employer=listed[1], sent_on=dt.date(2026, 10, 1))
    InvitationFactory(employer=listed[1], sent_on=dt.date(2026, 9, 1), answer="declined")
    view = college_dashboard(am)
    assert [gap.label for gap in view.nothing.lines] == ["Proefhal 2", "Proefhal 3"]
    assert [gap.label for gap in view.unanswered.lines] == ["Proefhal 1"]
    assert [gap.label for gap in view.unreported.lines] == ["Proefhal 0"]
    invitation = Invitation.objects.get(answer="")
    assert view.unanswered.lines[0].url == invitation.get_absolute_url()
    theirs = college_dashboard(cm)
    assert (theirs.nothing, theirs.unanswered, theirs.unreported) == (None, None, None)


def test_an_invitation_that_led_to_a_visit_waits_for_no_answer(am):
    employer = EmployerFactory()
    meeting = MeetingFactory(planned=True, on=SOON, employers=[employer], college=True)
    InvitationFactory(employer=employer, meeting=meeting)
    assert college_dashboard(am).unanswered.count == 0


def test_long_lists_of_gaps_are_cut_and_counted(am):
    for _ in range(9):
        MeetingFactory(held=True, on=SPRING, employers=[EmployerFactory()], college=True)
    gaps = college_dashboard(am).unreported
    assert (gaps.count, len(gaps.lines), gaps.more) == (9, 6, 3)


def test_confidential_gaps_are_not_shown(am, tl):
    secret = EmployerFactory(is_confidential=True)
    MeetingFactory(held=True, on=SPRING, employers=[secret], college=True)
    InvitationFactory(employer=secret)
    view = college_dashboard(am)
    assert (view.unanswered.count, view.unreported.count) == (0, 0)
    view = college_dashboard(tl)
    assert (view.unanswered.count, view.unreported.count) == (1, 1)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hour", "words"),
    [(7, "morning"), (10, "morning"), (11, "afternoon"), (16, "afternoon"), (17, "evening")],
)
def test_the_greeting_follows_the_dutch_day(hour, words):
    """Hours are UTC; Deventer is one later in November."""
    with override("en"):
        text = greeting(NOW.replace(hour=hour), "wethouder Voorbeeld")
    assert words in text
    assert text.endswith("wethouder Voorbeeld")


@pytest.mark.parametrize("role", ["AM", "CM", "ES", "TL"])
def test_the_page_stays_within_its_queries_however_much_there_is(client_as, make_user, listed, role):
    user = make_user(role)
    members = [CollegeMemberFactory() for _ in range(2)]
    if role == "CM":
        members.append(CollegeMemberFactory(user=user))
    client = client_as(user)

    def fill(times: int) -> None:
        for number in range(times):
            person = ContactPersonFactory()
            PositionFactory(person=person, employer=listed[number % 4])
            fields = {"employers": [listed[number % 4]], "college": members, "people": [person]}
            MeetingFactory(planned=True, on=SOON + dt.timedelta(number), **fields)
            MeetingFactory(held=True, on=SPRING, **fields)
            InvitationFactory(employer=listed[number % 4])

    numbers = []
    for times in (6, 12):
        fill(times)
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(URL).status_code == 200
        about_the_person = ("django_session", "accounts_user", "auth_group", "auth_permission")
        numbers.append(
            [q["sql"] for q in seen if not any(f'FROM "{table}' in q["sql"] for table in about_the_person)]
        )
    assert len(numbers[0]) == len(numbers[1])
    assert len(numbers[0]) <= 20, "\n".join(q[:300] for q in numbers[0])


@pytest.mark.parametrize("role", ["ED", "RD", "FA"])
def test_others_may_not_see_the_page(client_as, make_user, role):
    assert client_as(make_user(role)).get(URL).status_code == 403


# ── each number leads to its rows ────────────────────────────────────────────────────────────────


def test_a_number_of_the_headline_shows_exactly_its_tiles(cm, listed):
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True)
    InvitationFactory(employer=listed[1])
    for code, names in {"spoken": ["Proefhal 0"], "invited": ["Proefhal 1"], "planned": []}.items():
        assert [tile.name for tile in college_dashboard(cm, shown=code).shown_tiles] == names
    assert len(college_dashboard(cm, shown="zomaar").shown_tiles) == 4
    assert [code for code, _words in college_dashboard(cm).parts] == ["spoken", "invited", "none"]


def test_the_lists_behind_the_gaps_have_exactly_the_rows_that_were_counted(client_as, am, listed):
    """Rows that look alike stand beside them: without the college, of last year, overtaken by a meeting."""
    late = MeetingFactory(held=True, on=SPRING, employers=[listed[0]], college=True)
    MeetingFactory(held=True, on=SPRING, employers=[listed[0]])
    soon = MeetingFactory(planned=True, on=SOON, employers=[listed[1]], college=True)
    ready = MeetingFactory(planned=True, on=SOON, employers=[listed[2]], college=True)
    Briefing.objects.create(meeting=ready, ready_on=SOON - dt.timedelta(1))
    MeetingFactory(planned=True, on=SOON + dt.timedelta(30), employers=[listed[2]], college=True)
    waits = InvitationFactory(employer=listed[3], sent_on=dt.date(2026, 10, 1))
    InvitationFactory(employer=listed[3], sent_on=dt.date(2025, 10, 1))
    InvitationFactory(employer=listed[1], meeting=soon)
    client, view = client_as(am), college_dashboard(am)
    for missing, key, rows in (
        (view.unreported, "agenda", [late]),
        (view.unprepared, "agenda", [soon]),
        (view.unanswered, "listing", [waits]),
    ):
        found = client.get(missing.url).context[key].page.object_list
        assert (list(found), missing.count, len(missing.lines)) == (rows, 1, 1)


def test_a_briefing_is_missing_until_somebody_says_that_it_is_ready(am):
    meeting = MeetingFactory(planned=True, on=SOON, employers=[EmployerFactory()], college=True)
    assert college_dashboard(am).unprepared.count == 1
    briefing = Briefing.objects.create(meeting=meeting)
    assert college_dashboard(am).unprepared.count == 1
    Briefing.objects.filter(pk=briefing.pk).update(ready_on=SOON)
    assert college_dashboard(am).unprepared.count == 0


def test_an_invitation_says_what_became_of_its_mail(am):
    kind = ContentType.objects.get_for_model(Invitation)
    for number, (state, said) in enumerate((("failed", True), ("sent", False))):
        row = InvitationFactory(employer=EmployerFactory(), sent_on=dt.date(2026, 10, 1 + number))
        OutgoingMail.objects.create(
            kind="proef",
            key=str(number),
            message_id=str(number),
            state=state,
            about_type=kind,
            about_id=row.pk,
        )
        with override("en"):
            note = college_dashboard(am).unanswered.lines[number].note
        assert ("mail: not sent" in note) == said


def test_who_has_nothing_yet_shows_when_the_plan_has_it_and_the_plan_what_it_asks(am, es, listed):
    row = PlanProposalFactory(employer=listed[2], day=dt.date(2026, 12, 8))
    PlanProposalFactory(employer=listed[3], state="dropped", dropped_reason="verhuist")
    PlanProposalFactory(employer=EmployerFactory(is_confidential=True))
    view = college_dashboard(es)
    with override("en"):
        notes = {gap.label: gap.note for gap in college_dashboard(es).nothing.lines}
    assert notes["Proefhal 2"] == "in the plan on 8 December"
    assert notes["Proefhal 3"] == ""
    assert view.planning.count == 1
    assert view.planning.lines[0].url == f"{row.plan.get_absolute_url()}?show=proposed"
    assert "/2027/" in view.planning.lines[1].url  # in November the next year has no plan yet
    assert college_dashboard(am).planning is None


# ── promises ─────────────────────────────────────────────────────────────────────────────────────


def test_a_member_sees_the_own_open_promises_the_most_urgent_first(client_as, cm):
    mine, other = member_of(cm), CollegeMemberFactory()
    options = {"promise": True, "promised_by": mine}
    later = FollowUpFactory(due_on=dt.date(2026, 12, 20), **options)
    late = FollowUpFactory(due_on=dt.date(2026, 11, 2), **options)
    FollowUpFactory(employer=EmployerFactory(is_confidential=True), **options)
    FollowUpFactory(promise=True, promised_by=other)
    promises = college_dashboard(cm).promises
    assert [line.follow_up for line in promises.lines] == [late, later]
    assert promises.total == 2
    rows = client_as(cm).get(promises.url).context["listing"].rows
    assert len(rows) == 2


def test_from_logging_in_to_a_promise_that_is_written_down_takes_under_ten_taps(client, listed):
    """Counted as somebody with a phone does it: a field that is filled and a button are a tap each."""
    user = UserFactory(role="CM", password="Proef-wachtwoord-1")
    mine = CollegeMemberFactory(user=user)
    MeetingFactory(held=True, on=dt.date(2026, 11, 20), employers=[listed[1]], college=[mine])
    taps = 3  # address, password, log in
    page = client.post("/inloggen/", {"login": user.email, "password": "Proef-wachtwoord-1"}, follow=True)
    assert page.redirect_chain[-1][0] == URL
    ((name, url),) = page.context["view"].promises.places
    assert name == "Proefhal 1"
    assert url in page.content.decode()
    taps += 1  # the company
    form = client.get(url).context["form"]
    needed = [name for name, field in form.fields.items() if field.required and not form[name].value()]
    taps += len(needed) + 1  # the sentence, save
    client.post(url, {"what": "Ik kom terug op de laadpalen"})
    made = FollowUp.objects.get()
    assert (made.kind, made.promised_by, made.employer) == ("promise_to", mine, listed[1])
    assert taps < 10
