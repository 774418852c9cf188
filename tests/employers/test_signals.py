"""Signals: each bound from both sides, one truth for cards and filters, and what nobody may learn from
them."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.models import PolicySetting
from employers.models import Employer, FollowUp, SignalObjection, TopList, TopListEntry
from employers.signals import SIGNALS, employers_with_signal, signals_for, strongest
from employers.signals.services import object_to_signal, withdraw_objection
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory, PositionFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(TODAY):
        yield


def known(employer, **columns):
    """Set derived columns, as the refresh would."""
    Employer.objects.filter(pk=employer.pk).update(**columns)
    return employer


def codes(employer, user) -> list[str]:
    return [signal.code for signal in signals_for([employer.pk], user).get(employer.pk, [])]


def filtered(employer, user) -> list[str]:
    return [
        code for code in SIGNALS if employers_with_signal(code, TODAY, user).filter(pk=employer.pk).exists()
    ]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (100, 90, ["shrinking"]),  # exactly the share
        (100, 91, []),
        (50, 45, ["shrinking"]),  # exactly the number
        (40, 36, []),  # the share without the number
        (1000, 995, []),  # the number without the share
        (100, 120, ["growing"]),
        (100, 119, []),
        (40, 50, ["growing"]),
        (30, 39, []),
        (0, 50, []),
        (None, 50, []),
        (50, 0, ["shrinking"]),
    ],
)
def test_jobs_count_from_both_bounds_on(before, now, expected, am):
    employer = known(EmployerFactory(), jobs=now, jobs_before=before, jobs_on=dt.date(2026, 4, 1))

    assert codes(employer, am) == expected
    assert filtered(employer, am) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.integers(0, 400), now=st.integers(0, 400), percent=st.sampled_from([5, 7.5, 10, 12.25, 33.33])
)
def test_the_filter_says_what_the_card_says(before, now, percent, am):
    PolicySetting.objects.all().delete()
    PolicySetting.objects.create(
        name="signal_shrinking_percent", value=percent, starts_on=dt.date(2020, 1, 1)
    )
    employer = known(EmployerFactory(), jobs=now, jobs_before=before, jobs_on=dt.date(2026, 4, 1))

    assert filtered(employer, am) == codes(employer, am)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(365, []), (366, ["silent"]), (None, ["silent"])],
    ids=["on it", "past it", "never"],
)
def test_silence_is_longer_ago_than_the_setting(days, expected, am):
    last = clock.start_of(TODAY - days * DAY) + dt.timedelta(hours=9) if days else None
    employer = known(EmployerFactory(is_relation=True), last_contact_at=last)

    assert codes(employer, am) == expected
    assert filtered(employer, am) == expected


def test_silence_is_asked_of_relations_and_the_yearly_list_only(am, tl):
    stranger, listed = EmployerFactory(), EmployerFactory()
    frozen = TopList.objects.create(
        year=2026, size=1, reference_date=dt.date(2026, 4, 1), frozen_on=dt.date(2026, 5, 1), frozen_by=tl
    )
    TopListEntry.objects.create(top_list=frozen, employer=listed, rank=1, jobs=10)

    assert codes(stranger, am) == filtered(stranger, am) == []
    assert codes(listed, am) == filtered(listed, am) == ["silent"]


@pytest.mark.parametrize(
    ("began", "expected"),
    [(179, ["director"]), (180, []), (0, ["director"]), (-1, [])],
    ids=["last day of the time", "a day later", "today", "to come"],
)
def test_a_new_director_where_another_was(began, expected, am):
    employer = EmployerFactory()
    PositionFactory(employer=employer, title="Algemeen directeur", starts_on=dt.date(2019, 1, 1))
    PositionFactory(employer=employer, title="directeur", starts_on=TODAY - began * DAY)

    assert codes(employer, am) == expected
    assert filtered(employer, am) == expected


def test_a_first_director_that_was_written_down_is_no_change(am):
    position = PositionFactory(title="directeur", starts_on=TODAY - 5 * DAY)

    assert codes(position.employer, am) == filtered(position.employer, am) == []


def test_a_director_who_left_without_a_successor(am):
    left = PositionFactory(title="directeur", starts_on=dt.date(2019, 1, 1), ends_on=TODAY - 5 * DAY)

    assert codes(left.employer, am) == filtered(left.employer, am) == ["director"]
    PositionFactory(employer=left.employer, title="directeur", starts_on=TODAY - 4 * DAY)
    assert len(signals_for([left.employer_id], am)[left.employer_id]) == 1


@pytest.mark.parametrize(("late", "expected"), [(1, ["late_promise"]), (0, [])])
def test_a_promise_is_late_the_day_after_it_was_due(late, expected, am):
    row = FollowUpFactory(promise=True, due_on=TODAY - late * DAY)

    assert codes(row.employer, am) == expected
    assert filtered(row.employer, am) == expected


@pytest.mark.parametrize(
    "fields", [{"kind": FollowUp.Kind.ACTION}, {"kind": FollowUp.Kind.PROMISE_BY}, {"dropped": True}]
)
def test_only_a_standing_promise_to_the_employer_is_one(fields, am):
    if fields.pop("dropped", False):
        fields = {"promise": True, "dropped_on": TODAY, "dropped_reason": "vervallen"}
    row = FollowUpFactory(due_on=TODAY - 9 * DAY, **fields)

    assert codes(row.employer, am) == filtered(row.employer, am) == []


def everything(**fields):
    """An employer with every signal at once."""
    employer = EmployerFactory(is_relation=True, **fields)
    known(employer, jobs=50, jobs_before=100, jobs_on=dt.date(2026, 4, 1))
    PositionFactory(employer=employer, title="directeur", starts_on=dt.date(2019, 1, 1))
    PositionFactory(employer=employer, title="directeur", starts_on=TODAY - 5 * DAY)
    FollowUpFactory(employer=employer, promise=True, due_on=TODAY - 9 * DAY)
    return employer


def test_the_most_pressing_is_first(am):
    assert codes(everything(), am) == ["late_promise", "director", "shrinking", "silent"]


def test_a_natural_person_gives_no_signal_ever(am, tl):
    employer = everything(is_natural_person=True)

    for reader in (am, tl):
        assert codes(employer, reader) == filtered(employer, reader) == []


def test_a_confidential_employer_gives_none_to_who_may_not_know_it(am, tl):
    employer = everything(is_confidential=True)

    assert codes(employer, am) == filtered(employer, am) == []
    assert len(codes(employer, tl)) == 4
    assert len(filtered(employer, tl)) == 4


def test_a_promise_one_may_not_read_gives_no_signal(am, tl):
    row = FollowUpFactory(promise=True, due_on=TODAY - 9 * DAY, is_confidential=True)

    assert codes(row.employer, am) == filtered(row.employer, am) == []
    assert codes(row.employer, tl) == filtered(row.employer, tl) == ["late_promise"]


@pytest.mark.parametrize("role", [Role.EMPLOYER_DESK, Role.READER])
def test_who_sees_no_dossiers_sees_no_signals(role, make_user):
    reader, employer = make_user(role), everything()

    assert codes(employer, reader) == filtered(employer, reader) == []


def test_numbers_of_jobs_are_for_who_may_know_them(am):
    employer = known(EmployerFactory(), jobs=53, jobs_before=117, jobs_on=dt.date(2026, 4, 1))

    (told,) = signals_for([employer.pk], am)[employer.pk]
    (hinted,) = signals_for([employer.pk], am, exact=False)[employer.pk]

    assert "117" in told.reason
    assert not {"117", "53", "55"} & set(hinted.reason.replace("%", " ").split())


def test_of_a_grouped_employer_the_survivor_has_the_signal(am, tl):
    from employers.services import group_employers

    part = EmployerFactory()
    FollowUpFactory(employer=part, promise=True, due_on=TODAY - 9 * DAY)
    whole = EmployerFactory()
    group_employers(whole, part, by=tl, reason="proef")

    assert codes(whole, am) == filtered(whole, am) == ["late_promise"]


# ── "klopt niet" ─────────────────────────────────────────────────────────────────────────────────


def test_an_objection_hides_that_signal_for_everybody_until_its_cause_changes(am, tl):
    employer = everything()
    signal = next(row for row in signals_for([employer.pk], am)[employer.pk] if row.code == "shrinking")

    object_to_signal(employer, by=am, code=signal.code, cause=signal.cause, reason="verhuisde boekhouding")

    assert "shrinking" not in codes(employer, tl) + filtered(employer, tl)
    assert len(codes(employer, tl)) == 3
    known(employer, jobs=49)
    assert "shrinking" in codes(employer, tl)
    assert "shrinking" in filtered(employer, tl)


def test_of_two_late_promises_one_objection_leaves_the_other(am):
    employer = EmployerFactory()
    for days in (3, 9):
        FollowUpFactory(employer=employer, promise=True, due_on=TODAY - days * DAY)
    first = signals_for([employer.pk], am)[employer.pk][0]

    object_to_signal(employer, by=am, code=first.code, cause=first.cause, reason="is gebeld")

    assert codes(employer, am) == filtered(employer, am) == ["late_promise"]


def test_an_objection_needs_a_reason_and_a_signal(am):
    employer = everything()
    signal = signals_for([employer.pk], am)[employer.pk][0]

    for cause, reason in ((signal.cause, "  "), ("iets anders", "reden")):
        with pytest.raises(ValidationError):
            object_to_signal(employer, by=am, code=signal.code, cause=cause, reason=reason)

    assert not SignalObjection.objects.exists()


def test_taking_an_objection_back_is_for_who_made_it_and_the_lead(am, tl):
    employer = everything()
    signal = signals_for([employer.pk], am)[employer.pk][0]
    made = object_to_signal(employer, by=am, code=signal.code, cause=signal.cause, reason="reden")

    with pytest.raises(PermissionDenied):
        withdraw_objection(made, by=UserFactory(role=Role.ACCOUNT_MANAGER))
    withdraw_objection(made, by=tl)

    assert signal.code in codes(employer, am)


# ── cost and pages ───────────────────────────────────────────────────────────────────────────────


def test_four_statements_for_any_number_of_employers(am):
    counts = []
    for number in (1, 12):
        keys = [everything().pk for _ in range(number)]
        am.can("see_dossiers")
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert len(signals_for(keys, am)) == number
        counts.append(len(caught))

    assert counts[0] == counts[1] <= 4


def test_mijn_week_shows_the_most_pressing_five(am):
    for _ in range(4):
        known(EmployerFactory(), jobs=50, jobs_before=100, jobs_on=dt.date(2026, 4, 1))
    full = everything()
    for _ in range(4):
        known(EmployerFactory(), jobs=50, jobs_before=100, jobs_on=dt.date(2026, 4, 1))

    shown = strongest(Employer.objects.all(), am, TODAY, 5)

    assert len(shown) == 5
    assert shown[0][0].pk == full.pk


def test_the_dossier_shows_reason_and_source_and_takes_not_so(am, client_as):
    employer, client = everything(), client_as(am)
    page = client.get(employer.get_absolute_url())
    links = [line for line in page.content.decode().split('"') if "klopt-niet" in line]

    assert len(links) == 4
    answer = client.post(links[0].replace("&amp;", "&"), {"reason": "is opgelost"})

    assert answer.status_code == 302
    assert SignalObjection.objects.get().reason == "is opgelost"
    assert len(codes(employer, am)) == 3


def test_a_refused_objection_keeps_what_was_typed(am, client_as):
    employer = everything()
    signal = signals_for([employer.pk], am)[employer.pk][0]
    url = f"/bedrijven/{employer.pk}/signalen/klopt-niet/"

    answer = client_as(am).post(
        f"{url}?code={signal.code}&cause={signal.cause.replace('@', '%40')}", {"reason": "x" * 201}
    )

    assert answer.status_code == 422
    assert "x" * 201 in answer.content.decode()
