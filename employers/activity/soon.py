"""Who else of the municipality is at an employer soon, or was there just now: so that two colleagues do not
call the same director in one week without knowing it of each other."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from deventer_crm.core import clock, policy
from deventer_crm.core.timeline import Happening
from employers.models import Employer

from .reading import Reading, keys_for, lines_of, read_keys, still_to_come
from .registry import SOURCES, Key

if TYPE_CHECKING:
    from accounts.models import User

#: Groups of the timeline in which somebody of us is there, or must be soon.
GROUPS = ("contact", "meeting", "follow_up")
#: A warning of more lines is not read.
MOST = 6


def soon_there(employer_ids: Iterable[int], user: "User", day: dt.date | None = None) -> list[Happening]:
    """What colleagues have with these employers around that day (default today): meetings and due agreements
    until so many days after it, the soonest first, then contact in the last days (settings), newest first.
    Grouped employers are one. Only what this reader may know of (R10), and nothing of one's own, for that is
    known. Three statements."""
    ids = _families(employer_ids)
    rows = keys_for(ids, user, groups=GROUPS)
    if rows is None:
        return []
    begins, ends = _window(day)
    rows = rows.filter(Q(still_to_come(), at__lt=ends) | Q(at__gte=begins, at__lt=clock.now(), is_plan=False))
    keys = read_keys(rows.exclude(user=user.pk).order_by("at", "pk"), ids[0])
    return _chosen(lines_of(keys, user).items())


def soon_among(reading: Reading, user: "User") -> list[Happening]:
    """The same from a timeline that was read already: what is to come, and its newest lines."""
    begins, ends = _window(None)
    return _chosen(
        (key, line)
        for key, line in reading.told
        if SOURCES[key.kind].group in GROUPS
        and key.user_id != user.pk
        and (key.at < ends if key.is_upcoming else begins <= key.at)
    )


def _window(day: dt.date | None) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last moment that matter."""
    today = clock.today()
    ahead = max(day or today, today) + dt.timedelta(days=policy.value("soon_there_days_ahead", today) + 1)
    back = today - dt.timedelta(days=policy.value("soon_there_days_back", today))
    return clock.start_of(back), clock.start_of(ahead)


def _chosen(told: Iterable[tuple[Key, Happening]]) -> list[Happening]:
    pairs = list(told)
    coming = sorted((line for key, line in pairs if key.is_upcoming), key=_when)
    past = sorted((line for key, line in pairs if not key.is_upcoming and line.is_contact), key=_when)
    return [*coming, *reversed(past)][:MOST]


def _when(line: Happening) -> dt.datetime:
    return line.at


def _families(employer_ids: Iterable[int]) -> list[int]:
    """These employers and those grouped with them."""
    asked: Collection[int] = list(employer_ids)
    together = Employer.objects.filter(Q(pk__in=asked) | Q(grouped__in=asked) | Q(merged_into__in=asked))
    return list(together.order_by("pk").values_list("pk", flat=True).distinct())
