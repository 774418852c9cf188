"""Spending: every number on the page is the sum of the entries behind its link; rates, the weekly check,
years side by side, and figures per person as R9 allows."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from budget import selectors, services
from budget.checking import check_spending
from budget.models import BudgetYear, PersonBudget, Rate, SpendingCheck, TimeEntry
from budget.selectors.spending import Filters, amount_of, entries_of, spending
from budget.selectors.years import years_side_by_side
from budget.tasks import check_spending as weekly
from deventer_crm.core import formatting
from deventer_crm.core.commitments import State, evaluate
from deventer_crm.core.digests import send_digests
from deventer_crm.core.models import AccessEvent, Commitment, PolicySetting, Reminder
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks
from tests.employers.factories import EmployerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 8, tzinfo=dt.UTC), tick=False):
        yield


def spend(user=None) -> None:
    """Some hours of each track, kind and month; off the norm."""
    found, user = tracks(), user or UserFactory(role="AM")
    for month, (code, kind, hours) in enumerate(
        (
            (Track.SECTORS, "contact", "20.25"),
            (Track.INNER_CITY, "contact", "24"),
            (Track.INNER_CITY, "internal", "23.5"),
            (Track.NONE, "preparation", "3"),
            (Track.SECTORS, "internal", "1.33"),
        ),
        start=1,
    ):
        TimeEntryFactory(
            user=user, day=dt.date(2026, month, 5), track=found[code], kind=kind, hours=Decimal(hours)
        )


def lower_minimum() -> None:
    PolicySetting.objects.create(name="min_booked_hours", value=10, starts_on=dt.date(2026, 1, 1))


def read_hours(text: str) -> Decimal:
    found = re.search(r"([\d.,]+)\s*(?:uur|hours?)", text)
    assert found, text
    return Decimal(found[1].replace(".", "").replace(",", "."))


def test_every_number_is_the_sum_of_the_entries_behind_it(client_as, tl):
    plan(800, 200)
    spend()
    Rate.objects.create(euros=Decimal("88.50"), starts_on=dt.date(2026, 2, 1))
    client = client_as(tl)
    page = BeautifulSoup(client.get(reverse("budget:spending", args=[2026])).content, "html.parser")
    links = [link for link in page.select("main table a") if "/uren/" in link["href"]]
    assert len(links) > 15
    for link in links:
        behind = client.get(link["href"])
        rows = behind.context["page_obj"].object_list
        assert read_hours(link.text) == sum(row.hours for row in rows), link
        assert behind.context["total"].hours == sum(row.hours for row in rows)


def test_the_sums_are_those_of_the_rows_by_any_way_and_of_the_share(tl):
    plan(800, 200)
    spend()
    Rate.objects.create(euros=Decimal("80.25"), starts_on=dt.date(2026, 1, 1))
    Rate.objects.create(euros=Decimal(90), starts_on=dt.date(2026, 3, 5))
    found, view = spending(2026, TODAY), selectors.split(2026, TODAY)
    entries = list(TimeEntry.objects.all())
    cost = sum(
        row.hours * (Decimal(90) if row.day >= dt.date(2026, 3, 5) else Decimal("80.25")) for row in entries
    )
    assert found.total.hours == sum(row.hours for row in entries)
    assert found.total.euros == cost
    assert sum((month.total.euros for month in found.months), Decimal(0)) == cost
    assert sum((amount.hours for amount in found.kinds.values()), Decimal(0)) == found.total.hours
    assert found.tracks[Track.SECTORS].hours == view.booked.sectors
    assert found.tracks[Track.NONE].hours == view.booked_unassigned
    for code, amount in found.tracks.items():
        assert amount_of(entries_of(2026, TODAY, Filters(track=code))) == amount


def test_hours_of_before_the_first_rate_are_counted_apart(tl):
    spend()
    Rate.objects.create(euros=Decimal(100), starts_on=dt.date(2026, 4, 1))
    found = spending(2026, TODAY)
    assert found.total.unpriced == Decimal("67.75")
    assert found.total.euros == Decimal(433)


def test_without_the_right_the_numbers_have_no_list_behind_them(client_as, am):
    plan(800, 200)
    spend()
    page = BeautifulSoup(client_as(am).get(reverse("budget:spending", args=[2026])).content, "html.parser")
    assert not [link for link in page.select("main a") if link["href"].startswith("/budget/2026/uren/")]


def test_a_rate_cannot_change_what_a_locked_year_cost(tl):
    services.add_rate(Decimal(80), dt.date(2025, 1, 1), by=tl)
    services.add_rate(Decimal(85), dt.date(2026, 1, 1), by=tl)
    services.lock_year(plan(800, 200, year=2025, on=dt.date(2025, 1, 9)), by=tl)
    for day in (dt.date(2024, 1, 1), dt.date(2025, 7, 1)):
        if day.year == 2024:
            services.add_rate(Decimal(70), day, by=tl)  # until the rate of 2025
            continue
        with pytest.raises(ValidationError) as refusal:
            services.add_rate(Decimal(99), day, by=tl)
        assert "starts_on" in refusal.value.error_dict
    services.add_rate(Decimal(86), dt.date(2026, 1, 1), by=tl)
    assert Rate.objects.filter(starts_on=dt.date(2026, 1, 1)).values_list("euros", flat=True).get() == 86


# ── the weekly check ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def c5():
    from deventer_crm.home.seed import sync_commitments

    sync_commitments()
    return Commitment.objects.get(code="C5")


def test_the_weekly_check_raises_a_reminder_that_explains_itself_here_and_in_the_mail(client_as, tl, c5):
    plan(800, 200)
    spend()
    lower_minimum()
    weekly()
    check = SpendingCheck.objects.get()
    view = selectors.split(2026, TODAY)
    assert (check.state, check.left) == (State.AT_RISK, view.needed.left)
    reminder = Reminder.objects.get(kind="spending_outside_band")
    assert (reminder.recipient, reminder.period, reminder.state) == (tl, "2026-06", "open")
    page = client_as(tl).get(reverse("home:reminders")).content.decode()
    for part in (formatting.hours(view.needed.left), "78–82%"):
        assert part in page
    assert reverse("budget:spending", args=[2026]) in page
    send_digests(TODAY)
    (message,) = mail.outbox
    assert "78–82%" in message.body
    assert "78–82%" in message.alternatives[0][0]


def test_the_reminder_goes_when_the_year_is_within_the_margin_again(tl, c5):
    plan(800, 200)
    spend()
    lower_minimum()
    check_spending()
    TimeEntry.objects.all().delete()
    for code in (*[Track.SECTORS] * 4, Track.INNER_CITY):
        TimeEntryFactory(user=tl, day=dt.date(2026, 6, 4), track=tracks()[code], hours=20)
    check_spending()
    assert SpendingCheck.objects.get().state == State.ON_TRACK
    assert Reminder.objects.get(kind="spending_outside_band").state == "resolved"


def test_without_a_plan_there_is_nothing_to_check(tl, c5):
    spend()
    assert check_spending() is None
    assert not SpendingCheck.objects.exists()


def test_beat_sends_the_check_each_monday_before_the_mail(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["spending-weekly"]
    assert entry["task"] == weekly.name
    assert entry["schedule"].day_of_week == {1}
    assert max(entry["schedule"].hour) < 7


# ── years side by side (C14) ─────────────────────────────────────────────────────────────────────


def test_years_stand_side_by_side_with_their_difference(client_as, am):
    plan(700, 200, year=2025, on=dt.date(2025, 1, 9))
    plan(800, 200)
    plan(900, 900, year=2027, on=dt.date(2026, 12, 1))
    spend()
    before, now = years_side_by_side(TODAY)
    assert (before.year, now.year, now.more_hours, now.more_euros) == (2025, 2026, 100, 10000)
    assert now.total_booked == sum(row.hours for row in TimeEntry.objects.all())
    assert now.share_hours == Decimal("0.8")
    page = client_as(am).get(reverse("budget:years")).content.decode()
    assert reverse("budget:year", args=[2025]) in page


def test_c14_is_shown_and_not_judged(c5):
    c14 = Commitment.objects.get(code="C14")
    assert evaluate(c14, TODAY).seen.missing
    plan(700, 200, year=2025, on=dt.date(2025, 1, 9))
    plan(800, 200)
    found = evaluate(c14, TODAY)
    assert (found.state, found.count) == (State.NOT_MEASURED, 1000)
    assert "100" in str(found.seen.outlook)
    assert found.seen.evidence[0].count() == 2


# ── figures per person (R9) ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def colleagues(tl):
    people = [
        UserFactory(role="AM", first_name=name, last_name=f"Proef{name}") for name in ("Cleo", "Anna", "Bram")
    ]
    for number, person in enumerate(people, start=1):
        TimeEntryFactory(
            user=person, day=dt.date(2026, 3, 2), track=tracks()[Track.SECTORS], hours=number * 7
        )
        services.plan_person(2026, person, {tracks()[Track.SECTORS]: Decimal(100 * number)}, by=tl)
    return people


def agree() -> None:
    PolicySetting.objects.create(name="per_person_figures", value=True, starts_on=dt.date(2026, 6, 1))


def test_booked_hours_per_person_show_only_once_the_works_council_agreed(client_as, tl, colleagues):
    url = reverse("budget:people", args=[2026])
    rows = client_as(tl).get(url).context["people"].rows
    assert all(row.booked is None for row in rows if row.user != tl)
    assert {row.total_planned for row in rows} >= {100, 200, 300}
    who = f"{reverse('budget:year_hours', args=[2026])}?wie={colleagues[0].pk}"
    assert client_as(tl).get(who).context["total"].hours == 42, "asking by number changes nothing"
    agree()
    rows = {row.user: row for row in client_as(tl).get(url).context["people"].rows}
    assert [rows[person].total_booked for person in colleagues] == [7, 14, 21]
    assert client_as(tl).get(who).context["total"].hours == 7


def test_people_stand_by_name_and_nothing_sorts_them_by_amount(client_as, tl, colleagues):
    agree()
    for query in ("", "?sort=-booked", "?volgorde=uren"):
        page = client_as(tl).get(reverse("budget:people", args=[2026]) + query)
        names = [str(row.user) for row in page.context["people"].rows]
        assert names == sorted(names, key=str.casefold)
        assert not BeautifulSoup(page.content, "html.parser").select("main thead a")


def test_an_account_manager_sees_the_own_row_only(client_as, colleagues):
    agree()
    page = client_as(colleagues[0]).get(reverse("budget:people", args=[2026]))
    (row,) = page.context["people"].rows
    assert (row.user, row.total_booked, row.total_planned) == (colleagues[0], 7, 100)
    html = page.content.decode()
    assert "ProefAnna" not in html
    assert "ProefBram" not in html
    own = client_as(colleagues[0]).get(reverse("budget:own_hours", args=[2026]) + f"?wie={colleagues[1].pk}")
    assert own.context["total"].hours == 7


def test_a_plan_of_a_person_is_amended_with_a_reason(tl, colleagues):
    sectors = tracks()[Track.SECTORS]
    with pytest.raises(ValidationError) as refusal:
        services.plan_person(2026, colleagues[0], {sectors: Decimal(90)}, by=tl)
    assert "reason" in refusal.value.error_dict
    year = services.plan_person(2026, colleagues[0], {sectors: Decimal(90)}, by=tl, reason="Minder dagen")
    assert [line.hours for line in year.person_lines.filter(user=colleagues[0])] == [100, -10]


def test_the_file_of_the_lead_has_no_people_before_and_all_after(client_as, tl, colleagues):
    def cells():
        answer = client_as(tl).get(reverse("budget:year_hours_file", args=[2026]))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        return [[cell.value for cell in row] for row in book.active]

    assert not any(colleagues[0].email in map(str, row) for row in cells())
    agree()
    assert sum(colleagues[0].email in map(str, row) for row in cells()) == 1
    events = AccessEvent.objects.filter(verb="export")
    assert [event.detail["rows"] for event in events] == [3, 3]


# ── copying, locking, explaining ─────────────────────────────────────────────────────────────────


def test_the_plan_of_last_year_is_copied_with_its_people_once(client_as, tl, colleagues):
    plan(700, 200, year=2025, on=dt.date(2025, 1, 9))
    services.plan_person(2025, colleagues[0], {tracks()[Track.SECTORS]: Decimal(500)}, by=tl)
    colleagues[1].is_active = False
    colleagues[1].save()
    services.plan_person(2025, colleagues[1], {tracks()[Track.SECTORS]: Decimal(400)}, by=tl)
    with pytest.raises(ValidationError):
        services.copy_plan(2026, from_year=2025, by=tl)  # has people already
    PersonBudget.objects.filter(budget_year__year=2026).delete()
    client_as(tl).post(reverse("budget:copy_plan", args=[2026]))
    made = BudgetYear.objects.get(year=2026)
    assert dict(made.lines.values_list("track__code", "hours")) == {Track.SECTORS: 700, Track.INNER_CITY: 200}
    assert [(line.user, line.hours) for line in made.person_lines.all()] == [(colleagues[0], 500)]
    client_as(tl).post(reverse("budget:copy_plan", args=[2026]))
    assert made.lines.count() == 2


def test_a_plan_off_the_norm_is_flagged_and_explained(client_as, tl):
    plan(700, 300)
    client, url = client_as(tl), reverse("budget:year", args=[2026])
    before = client.get(url).content.decode()
    year = services.explain_plan(selectors.split(2026, TODAY).budget_year, "Herinrichting Brink", by=tl)
    after = client.get(url).content.decode()
    assert year.off_norm_reason == "Herinrichting Brink"
    assert "Herinrichting Brink" in after
    assert before.count("is-risk") > after.count("is-risk")


def test_the_denominator_is_one_sentence_with_the_amount(client_as, am):
    plan(800, 200)
    page = client_as(am).get(reverse("budget:year", args=[2026])).content.decode()
    assert page.count("100.000") >= 1


def test_locking_and_opening_again_stay_to_be_read(client_as, tl):
    year = plan(800, 200)
    client, url = client_as(tl), reverse("budget:lock", args=[2026])
    assert client.post(url, {"reason": "Jaarrekening vastgesteld"}).status_code == 302
    assert client.get(reverse("budget:plan", args=[2026])).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Correctie accountant"}).status_code == 302
    year.refresh_from_db()
    assert year.locked_on is None
    assert [line.split(": ")[1] for line in year.explanation.splitlines()] == [
        "Jaarrekening vastgesteld",
        "Correctie accountant",
    ]


def test_hours_of_a_confidential_employer_count_and_are_not_named(client_as, tl):
    tl.groups.get(name="TL").permissions.remove(Permission.objects.get(codename="view_confidential"))
    secret = EmployerFactory(name="Geheimhouderij Mistbank", is_confidential=True)
    TimeEntryFactory(day=dt.date(2026, 3, 2), track=tracks()[Track.SECTORS], employer=secret, hours=5)
    page = client_as(tl).get(reverse("budget:year_hours", args=[2026]))
    assert page.context["total"].hours == 5
    assert secret.name not in page.content.decode()
