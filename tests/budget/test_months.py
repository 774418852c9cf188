"""A month in one screen: what is proposed, what is booked and confirmed in one act, and closing it."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.urls import reverse

from budget import services
from budget.models import MonthClosing, MonthConfirmation, StandardHours, TimeEntry
from budget.reminders import hours_not_confirmed
from budget.selectors.proposals import proposals
from budget.services.months import Chosen, book_month
from deventer_crm.core.models import PolicySetting, TrailEvent
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks
from tests.employers.factories import ContactMomentFactory, EmployerFactory
from tests.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db
MAY = dt.date(2026, 5, 1)
URL = ("budget:month", [2026, 5])


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 5, day, 10, tzinfo=dt.UTC)


def call(user, day: int = 6, **options):
    employer = options.pop("employer", None) or EmployerFactory(track=tracks()[Track.SECTORS])
    return ContactMomentFactory(user=user, employers=[employer], happened_at=at(day), kind="call", **options)


def held(user, *employers, day: int = 12, present: bool = True):
    meeting = MeetingFactory(held=True, on=dt.date(2026, 5, day), employers=list(employers), owner=user)
    meeting.employer_rows.update(is_present=present)
    return meeting


def test_contacts_and_meetings_without_hours_are_proposed_with_the_usual_hours(am):
    employer = EmployerFactory(track=tracks()[Track.INNER_CITY])
    moment, meeting = call(am), held(am, employer)
    StandardHours.objects.create(
        meeting_kind=meeting.kind, hours=Decimal("2.5"), starts_on=dt.date(2026, 1, 1)
    )
    first, second = proposals(am, MAY)
    assert (first.key, first.hours, first.choice) == (
        f"contact-{moment.pk}",
        Decimal("0.25"),
        str(tracks()[Track.SECTORS].pk),
    )
    assert (second.key, second.day, second.hours) == (
        f"meeting-{meeting.pk}",
        dt.date(2026, 5, 12),
        Decimal("2.5"),
    )
    assert (second.choice, second.employer) == (str(tracks()[Track.INNER_CITY].pk), employer)


def test_what_has_hours_was_withdrawn_or_is_of_somebody_else_is_not_proposed(am):
    booked = call(am)
    TimeEntryFactory(user=am, day=dt.date(2026, 5, 6), track=tracks()[Track.SECTORS], contact=booked)
    call(am, withdrawn_on=dt.date(2026, 5, 7), withdrawn_reason="dubbel")
    call(UserFactory(role="AM"))
    held(UserFactory(role="AM"), EmployerFactory())
    assert proposals(am, MAY) == []


def test_the_day_is_the_dutch_one_and_the_month_ends_with_it(am):
    tracks()
    late = ContactMomentFactory(
        user=am, employers=[EmployerFactory()], happened_at=dt.datetime(2026, 4, 30, 22, 30, tzinfo=dt.UTC)
    )
    assert [row.origin["contact"] for row in proposals(am, MAY)] == [late]
    assert proposals(am, MAY)[0].day == MAY
    assert proposals(am, dt.date(2026, 4, 1)) == []


def test_a_meeting_of_both_tracks_is_joint_or_goes_by_the_employers_when_the_policy_says_so(am):
    found = tracks()
    companies = [EmployerFactory(track=found[Track.SECTORS]) for _ in range(2)]
    meeting = held(am, *companies, EmployerFactory(track=found[Track.INNER_CITY]))
    (proposal,) = proposals(am, MAY)
    assert (proposal.choice, proposal.employer) == ("joint", None)
    PolicySetting.objects.create(name="joint_hours_by_employers", value=True, starts_on=dt.date(2026, 1, 1))
    (proposal,) = proposals(am, MAY)
    assert proposal.choice == "employers"
    book_month(am, MAY, [Chosen(proposal.key, Decimal(2), "employers")], by=am)
    assert dict(meeting.time_entries.values_list("track__code", "hours")) == {
        Track.SECTORS: Decimal("1.33"),
        Track.INNER_CITY: Decimal("0.67"),
    }


def test_who_was_away_gets_no_hours(am):
    meeting = held(am, EmployerFactory(track=tracks()[Track.SECTORS]))
    meeting.participants.create(user=am, is_present=False)
    assert proposals(am, MAY) == []


def test_what_became_confidential_is_not_proposed(am):
    employer = EmployerFactory(track=tracks()[Track.SECTORS], name="Geheimhouderij Mistbank")
    call(am, employer=employer)
    employer.is_confidential = True
    employer.save()
    assert proposals(am, MAY) == []


def test_hours_typed_for_the_same_day_and_employer_leave_the_tick_away(am):
    employer = EmployerFactory(track=tracks()[Track.SECTORS])
    call(am, employer=employer)
    TimeEntryFactory(user=am, day=dt.date(2026, 5, 6), employer=employer, track=employer.track)
    (proposal,) = proposals(am, MAY)
    assert proposal.is_doubtful


def page_data(client, **changes):
    page = BeautifulSoup(client.get(reverse(URL[0], args=URL[1])).content, "html.parser")
    data = {}
    for field in page.select("main form input, main form select"):
        name = field.get("name")
        if not name or name == "csrfmiddlewaretoken":
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True)
            data[name] = chosen["value"] if chosen else ""
        elif field.get("type") != "checkbox" or field.has_attr("checked"):
            data[name] = field.get("value", "on")
    return data | changes


def test_one_press_books_what_is_ticked_and_confirms(am, client_as):
    client = client_as(am)
    kept, left = call(am, 6), call(am, 7)
    data = page_data(client, do="confirm", **{f"hours-contact-{kept.pk}": "1,5"})
    del data[f"take-contact-{left.pk}"]
    assert client.post(reverse(URL[0], args=URL[1]), data).status_code == 302
    entry = TimeEntry.objects.get()
    assert (entry.contact, entry.hours, entry.user, entry.kind) == (kept, Decimal("1.5"), am, "contact")
    assert MonthConfirmation.objects.get().month == MAY


def test_a_wrong_line_stands_out_keeps_what_was_typed_and_nothing_is_booked(am, client_as):
    client = client_as(am)
    good, wrong = call(am, 6), call(am, 7, employer=EmployerFactory())
    data = page_data(client, do="confirm", **{f"hours-contact-{good.pk}": "25"})
    page = client.post(reverse(URL[0], args=URL[1]), data)
    assert page.status_code == 422
    html = page.content.decode()
    assert {f"hours-contact-{good.pk}", f"track-contact-{wrong.pk}"} == set(page.context["form"].errors)
    assert 'value="25"' in html
    assert html.count('class="error-summary"') == 1
    assert not TimeEntry.objects.exists()
    assert not MonthConfirmation.objects.exists()


def test_what_was_booked_in_another_window_is_not_booked_twice(am):
    moment = call(am)
    chosen = [Chosen(f"contact-{moment.pk}", Decimal(1), str(tracks()[Track.SECTORS].pk))]
    book_month(am, MAY, chosen, by=am)
    assert book_month(am, MAY, chosen, by=am) == []
    assert TimeEntry.objects.count() == 1


def test_the_database_itself_refuses_a_contact_twice(am):
    moment = call(am)
    options = {"user": am, "contact": moment, "track": tracks()[Track.SECTORS], "day": dt.date(2026, 5, 6)}
    TimeEntryFactory(**options)
    with pytest.raises(ValidationError):
        TimeEntry(hours=1, kind="contact", **options).full_clean()


def test_cannot_be_assigned_can_be_chosen_for_any_employer(am):
    moment = call(am)
    book_month(am, MAY, [Chosen(f"contact-{moment.pk}", Decimal(1), str(tracks()[Track.NONE].pk))], by=am)
    assert TimeEntry.objects.get().track.code == Track.NONE


def test_a_running_month_can_be_booked_but_not_confirmed(am, client_as):
    url = reverse("budget:month", args=[2026, 6])
    ContactMomentFactory(
        user=am,
        employers=[EmployerFactory(track=tracks()[Track.SECTORS])],
        happened_at=dt.datetime(2026, 6, 10, 8, tzinfo=dt.UTC),
    )
    page = client_as(am).get(url).content.decode()
    assert 'value="book"' in page
    assert 'value="confirm"' not in page
    assert client_as(am).post(url, {"do": "confirm"}).status_code == 422
    assert client_as(am).get(reverse("budget:month", args=[2026, 7])).status_code == 404


def test_the_lead_closes_a_month_for_everybody(am, tl):
    services.close_month(MAY, by=tl)
    sectors = tracks()[Track.SECTORS]
    with pytest.raises(ValidationError) as refusal:
        services.book_hours(user=am, by=am, day=dt.date(2026, 5, 6), hours=Decimal(1), track=sectors)
    assert "day" in refusal.value.error_dict
    entry = TimeEntryFactory(user=am, day=dt.date(2026, 5, 6), track=sectors)
    with pytest.raises(ValidationError):
        services.remove_hours(entry, by=am)
    with pytest.raises(ValidationError):
        services.confirm_month(am, MAY, by=am)
    services.book_hours(user=am, by=am, day=dt.date(2026, 6, 2), hours=Decimal(1), track=sectors)


def test_a_closed_month_opens_again_with_a_reason_that_is_kept(am, tl):
    services.close_month(MAY, by=tl)
    assert services.close_month(MAY, by=tl).pk == MonthClosing.objects.get().pk
    with pytest.raises(ValidationError):
        services.reopen_closed_month(MAY, by=tl, reason=" ")
    services.reopen_closed_month(MAY, by=tl, reason="Nagekomen bestand")
    services.book_hours(
        user=am, by=am, day=dt.date(2026, 5, 6), hours=Decimal(1), track=tracks()[Track.SECTORS]
    )
    services.close_month(MAY, by=tl)
    old, new = MonthClosing.objects.order_by("pk")
    assert (old.reopen_reason, new.reopened_on) == ("Nagekomen bestand", None)
    assert TrailEvent.objects.filter(table_name="budget_monthclosing", action="U").exists()


def test_a_month_that_is_not_over_and_a_locked_year_cannot_be_closed(tl):
    with pytest.raises(ValidationError):
        services.close_month(dt.date(2026, 6, 1), by=tl)
    year = plan(800, 200)
    services.lock_year(year, by=tl)
    with pytest.raises(ValidationError):
        services.close_month(MAY, by=tl)


def test_nobody_is_asked_to_confirm_a_closed_month(tl):
    UserFactory(role="AM", date_joined=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    plan(800, 200)
    assert [row.period for row in hours_not_confirmed(dt.date(2026, 6, 15))] == ["2026-05"]
    services.close_month(MAY, by=tl)
    assert hours_not_confirmed(dt.date(2026, 6, 15)) == []


def test_the_page_of_months_names_nobody(tl, client_as):
    colleague = UserFactory(role="AM", first_name="Zwaantje", last_name="Proefnaam")
    TimeEntryFactory(user=colleague, day=dt.date(2026, 5, 6), track=tracks()[Track.SECTORS], hours=3)
    page = client_as(tl).get(reverse("budget:months", args=[2026])).content.decode()
    assert "Proefnaam" not in page
    assert f"{reverse('budget:year_hours', args=[2026])}?maand=5" in page


def test_the_number_of_queries_does_not_grow_with_proposals(am, client_as, django_assert_max_num_queries):
    client = client_as(am)
    found = tracks()
    for day in range(4, 24):
        call(am, day)
        held(am, EmployerFactory(track=found[Track.SECTORS]), day=day)
    with django_assert_max_num_queries(28):
        assert client.get(reverse(URL[0], args=URL[1])).status_code == 200
