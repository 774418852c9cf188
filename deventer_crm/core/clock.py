"""The only place that knows what day it is (R1): Europe/Amsterdam, replaceable in tests by time-machine."""

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    """The aware moment of now."""
    return timezone.now()


def today() -> dt.date:
    """Today's date in Europe/Amsterdam."""
    return timezone.localdate()


def local_date(moment: dt.datetime) -> dt.date:
    """The Dutch calendar day on which an aware moment falls."""
    return timezone.localdate(moment)
