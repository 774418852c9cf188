"""A memory that lives as long as a block."""

import datetime as dt
from collections.abc import Callable

import pytest

from deventer_crm.core import policy
from deventer_crm.core.memo import remembering, shared
from deventer_crm.core.models import PolicySetting


def counter() -> tuple[list[int], Callable[[], int]]:
    calls: list[int] = []

    def build() -> int:
        calls.append(1)
        return len(calls)

    return calls, build


def test_outside_a_block_nothing_is_remembered() -> None:
    calls, build = counter()
    assert [shared("key", build), shared("key", build)] == [1, 2]
    assert len(calls) == 2


def test_inside_a_block_it_is_built_once_and_forgotten_afterwards() -> None:
    calls, build = counter()
    with remembering():
        assert [shared("key", build), shared("key", build)] == [1, 1]
        with remembering():
            assert shared("key", build) == 1
        assert shared("key", build) == 1
        assert shared("other", build) == 2
    assert shared("key", build) == 3
    assert len(calls) == 3


def test_a_block_that_fails_forgets_too() -> None:
    calls, build = counter()

    def broken() -> int:
        raise ValueError(f"after {build()}")

    with pytest.raises(ValueError, match="after 1"), remembering():
        shared("key", broken)
    assert shared("key", build) == 2 == len(calls)


@pytest.mark.django_db
def test_settings_read_in_a_block_are_those_of_their_day() -> None:
    PolicySetting.objects.create(name="snooze_at_most_days", value=7, starts_on=dt.date(2026, 7, 1))
    before, after = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
    outside = [policy.value("snooze_at_most_days", day) for day in (before, after)]
    with remembering():
        inside = [policy.value("snooze_at_most_days", day) for day in (before, after)]
    assert inside == outside == [60, 7]
