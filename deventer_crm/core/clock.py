"""The only place that knows what day it is (R1): Europe/Amsterdam, replaceable in tests by time-machine and,
for demo data and simulations, by `at`."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_pretended: ContextVar[dt.datetime | None] = ContextVar("pretended", default=None)


def now() -> dt.datetime:
    """The aware moment of now."""
    return _pretended.get() or timezone.now()


def today() -> dt.date:
    """Today's date in Europe/Amsterdam."""
    return timezone.localdate(now())


def local_date(moment: dt.datetime) -> dt.date:
    """The Dutch calendar day on which an aware moment falls."""
    return timezone.localdate(moment)


@contextmanager
def at(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Pretend that it is that moment (a day: noon of it) for this thread: demo data tells a year as it
    happened, through the same services as people do."""
    if not isinstance(moment, dt.datetime):
        moment = timezone.make_aware(dt.datetime.combine(moment, dt.time(12)))
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def start_of(day: dt.date) -> dt.datetime:
    """The first moment of a Dutch calendar day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def local_hour(moment: dt.datetime) -> int:
    """The hour of the Dutch day on which an aware moment falls, 0 to 23."""
    return timezone.localtime(moment).hour
