"""Kept statements answer as the queryset they were made from does, and refuse what they cannot keep."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core.memo import remembering
from deventer_crm.core.statements import Prepared, PreparedFor, ReadWhileBuilding
from employers.models import Employer, TopList
from tests.employers.factories import EmployerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def employers() -> list[Employer]:
    return [
        EmployerFactory(name=f"Proefbedrijf {letter}", jobs=10 * n) for n, letter in enumerate("ABCDE", 1)
    ]


def by_keys(keys: list[int]) -> QuerySet[Employer]:
    return Employer.objects.filter(pk__in=keys).order_by("sort_name")


def test_a_list_of_any_length(employers: list[Employer]) -> None:
    kept = Prepared(by_keys)
    for part in (employers[:1], employers[1:4], [], employers, employers[4:]):
        assert kept.rows([row.pk for row in part]) == list(by_keys([row.pk for row in part]))
    assert len(kept.forms) == 1


def test_numbers_moments_counts_and_parts(employers: list[Employer]) -> None:
    def build(least: int, until: dt.datetime, *, name: str) -> QuerySet[Employer]:
        rows = Employer.objects.filter(jobs__gte=least, created_at__lt=until, name__startswith=name)
        return rows.order_by("-jobs")

    kept, later = Prepared(build), timezone.now() + dt.timedelta(hours=1)
    earlier = later - dt.timedelta(days=2)
    for least in (0, 20, 30, 1000):
        assert kept.rows(least, later, name="Proef") == list(build(least, later, name="Proef"))
        assert kept.rows(least, earlier, name="Proef") == []
        assert kept.count(least, later, name="Proef") == build(least, later, name="Proef").count()
        assert kept.rows(least, later, name="Proef", first=2, after=1) == list(
            build(least, later, name="Proef")[1:3]
        )
        assert kept.rows(least, later, name="Q") == []


def test_related_records_values_and_tuples(employers: list[Employer]) -> None:
    def related(key: int) -> QuerySet[Employer]:
        return Employer.objects.filter(pk=key).select_related("sector").annotate(word=Value("x"))

    kept = Prepared(related)
    for employer in employers[:2]:
        found = kept.rows(employer.pk)
        with CaptureQueriesContext(connection) as captured:
            assert (found[0], found[0].sector, found[0].word) == (employer, employer.sector, "x")
        assert len(captured) == 0
        pairs = Prepared(lambda key: Employer.objects.filter(pk=key).values_list("pk", "name"))
        assert pairs.rows(employer.pk) == [(employer.pk, employer.name)]
        flat = Prepared(lambda key: Employer.objects.filter(pk=key).values_list("jobs", flat=True))
        assert flat.rows(employer.pk) == [employer.jobs]
        named = Prepared(lambda key: Employer.objects.filter(pk=key).values("name"))
        assert named.rows(employer.pk) == [{"name": employer.name}]


def test_a_union_and_a_subquery(employers: list[Employer]) -> None:
    def build(one: int, other: int) -> QuerySet[Any, Any]:
        rows = Employer.objects.order_by().values_list("pk")
        same = Employer.objects.filter(pk=OuterRef("pk"), jobs__gt=0)
        return rows.filter(Exists(same), pk=one).union(rows.filter(pk=other), all=True)

    kept = Prepared(build)
    first, second = employers[0].pk, employers[1].pk
    assert sorted(kept.rows(first, second)) == [(first,), (second,)]
    assert sorted(kept.rows(second, first)) == [(first,), (second,)]


def test_today_is_part_of_it(employers: list[Employer], monkeypatch: pytest.MonkeyPatch) -> None:
    from deventer_crm.core import clock

    kept = Prepared(lambda least: Employer.objects.filter(jobs__gte=least).annotate(day=Value(clock.today())))
    with clock.at(dt.date(2026, 3, 1)):
        assert kept.rows(50)[0].day == dt.date(2026, 3, 1)
    with clock.at(dt.date(2026, 3, 2)):
        assert kept.rows(50)[0].day == dt.date(2026, 3, 2)


def test_what_cannot_be_kept() -> None:
    with pytest.raises(ReadWhileBuilding):
        Prepared(lambda key: Employer.objects.filter(pk__in=[key, *User.objects.all()])).rows(1)
    with pytest.raises(ValueError, match="no place"):
        Prepared(lambda _key: Employer.objects.all()).rows(1)
    with pytest.raises(TypeError):
        Prepared(by_keys).rows("1")
    with pytest.raises(TypeError):
        Prepared(lambda switch: Employer.objects.filter(is_relation=switch)).rows(True)
    assert Prepared(lambda key: Employer.objects.filter(pk=key).none()).rows(1) == []


def test_a_column_too_small_for_what_stands_in_the_place(tl: User) -> None:
    """Django leaves such a question out; it is asked anew each time then, with the value itself."""
    made = TopList.objects.create(
        year=2026, size=20, reference_date=dt.date(2025, 10, 1), frozen_on=dt.date(2026, 1, 5), frozen_by=tl
    )
    kept = Prepared(lambda year: TopList.objects.filter(year=year))
    assert kept.rows(2026) == [made]
    assert kept.rows(2025) == []


def test_each_reader_gets_what_that_reader_may_know(employers: list[Employer], make_user: Any) -> None:
    """Secrets, rights and keys of readers are not mixed up, in whatever order they come."""
    secret = employers[2]
    readers = [make_user(Role.ACCOUNT_MANAGER), make_user(Role.TEAM_LEAD), make_user(Role.ACCOUNT_MANAGER)]
    Employer.objects.filter(pk=secret.pk).update(is_confidential=True)
    secret.refresh_from_db()
    secret.readers.add(readers[2])

    @PreparedFor
    def seen(user: User, least: int) -> QuerySet[Employer]:
        return Employer.objects.visible_to(user).filter(jobs__gte=least).order_by("pk")

    @PreparedFor
    def own(user: User) -> QuerySet[User]:
        return User.objects.filter(pk=user.pk)

    for _round in range(2):
        for reader in (*readers, *reversed(readers)):
            fresh = User.objects.get(pk=reader.pk)
            expected = list(seen.build(fresh, 20))
            assert (secret in expected) is (reader.pk != readers[0].pk)
            assert seen.rows(fresh, 20) == expected
            with remembering():
                assert seen.rows(fresh, 20) == expected
                assert seen.count(fresh, 20) == len(expected)
                assert own.rows(fresh) == [reader]
        Employer.objects.filter(pk=employers[3].pk).update(name="Anders B.V.")
    assert len(own.forms) <= 3


def test_a_secret_made_between_two_pages_is_one_at_once(employers: list[Employer], am: User) -> None:
    @PreparedFor
    def seen(user: User) -> QuerySet[Any, Any]:
        return Employer.objects.visible_to(user).order_by("pk").values_list("pk", flat=True)

    with remembering():
        assert employers[0].pk in seen.rows(am)
    Employer.objects.filter(pk=employers[0].pk).update(is_confidential=True)
    with remembering():
        assert employers[0].pk not in seen.rows(am)
    Employer.objects.filter(pk=employers[0].pk).update(is_confidential=False)
    with remembering():
        assert employers[0].pk in seen.rows(am)
