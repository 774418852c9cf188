"""Reads the calendars of people who gave an address, and keeps only when they are busy."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from deventer_crm.core.tasks import enqueue
from meetings.calendar.reaching import Unreachable, fetch_calendar, parse_address
from meetings.calendar.reading import NoCalendar, busy_spans
from meetings.calendar.spans import ONE_DAY, Span
from meetings.models import BusyAddress, BusyTime

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

#: Busy times are kept from so many days back to so many days ahead.
DAYS_BACK, DAYS_AHEAD = 7, 400


def check_address(address: str) -> str:
    """The address as it will be asked for. Raises ValidationError for one that may not be read."""
    try:
        return parse_address(address).geturl()
    except Unreachable as refused:
        raise ValidationError({"address": BusyAddress.Problem(refused.problem).label}) from refused


@transaction.atomic
def set_busy_address(
    address: str, *, by: "User", user: "User | None" = None, member: CollegeMember | None = None
) -> BusyAddress | None:
    """Give, replace or take away ("") the address of somebody's calendar: of a user, or of a college member.
    It is read at once by the worker. Raises ValidationError beside `address`."""
    owner: dict[str, Any] = {"user": user} if user is not None else {"college_member": member}
    stored = BusyAddress.objects.select_for_update().filter(**owner).first()
    if not address.strip():
        if stored is not None:
            stored.delete()
        return None
    checked = check_address(address)
    row = stored or BusyAddress(**owner)
    if row.address != checked:
        # What the old calendar said is no longer so.
        row.address, row.etag, row.problem, row.fetched_at, row.tried_at = checked, "", "", None, None
        save_tracked(row, by=by)
        row.times.all().delete()
    ask_for(row)
    return row


def ask_for(row: BusyAddress) -> None:
    """Have it read now."""
    from meetings.tasks import read_busy_calendar

    enqueue(read_busy_calendar, row.pk)


def read_all() -> int:
    """Read the calendars of everybody who can log in or is in the college; those of others are emptied.
    Returns how many were read well."""
    today = clock.today()
    in_use = Q(user__is_active=True) | Q(
        Q(college_member__ends_on__isnull=True) | Q(college_member__ends_on__gte=today),
        college_member__isnull=False,
    )
    used = BusyAddress.objects.filter(in_use)
    BusyTime.objects.exclude(source__in=used.values("pk")).delete()
    BusyAddress.objects.exclude(pk__in=used.values("pk")).update(etag="")
    return sum(read_one(pk) for pk in used.order_by("pk").values_list("pk", flat=True))


def read_one(pk: int) -> bool:
    """Read one calendar; what could not be read keeps the times of before, and says why."""
    row = BusyAddress.objects.filter(pk=pk).first()
    if row is None:
        return False
    today = clock.today()
    within = Span(clock.start_of(today - DAYS_BACK * ONE_DAY), clock.start_of(today + DAYS_AHEAD * ONE_DAY))
    try:
        # Unchanged is good enough for a day; after that the times that come into sight are read too.
        known = row.etag if row.fetched_at and row.fetched_at > clock.now() - dt.timedelta(days=1) else ""
        answer = fetch_calendar(row.address, known)
        spans = None if answer.body is None else busy_spans(answer.body, within)
    except Unreachable as trouble:
        return _note(row, problem=trouble.problem)
    except NoCalendar:
        return _note(row, problem=BusyAddress.Problem.UNREADABLE)
    if spans is None:
        return _note(row)
    return _keep(row, spans, answer.etag)


def _note(row: BusyAddress, *, problem: str = "") -> bool:
    """What came of it. The number of the row is all that a log line may tell."""
    if problem:
        log.info("busy_calendar_not_read", calendar=row.pk, problem=problem)
    same = BusyAddress.objects.filter(pk=row.pk, address=row.address)
    same.update(tried_at=clock.now(), problem=problem)
    return not problem


@transaction.atomic
def _keep(row: BusyAddress, spans: list[Span], etag: str) -> bool:
    """Replace the busy times, unless somebody changed the address meanwhile."""
    same = BusyAddress.objects.select_for_update().filter(pk=row.pk, address=row.address)
    if not same.exists():
        return False
    BusyTime.objects.filter(source=row).delete()
    BusyTime.objects.bulk_create(
        [BusyTime(source=row, starts_at=span.starts_at, ends_at=span.ends_at) for span in spans],
        batch_size=2000,
    )
    now = clock.now()
    same.update(tried_at=now, fetched_at=now, problem="", etag=etag)
    return True


def problem_in_words(row: BusyAddress) -> str:
    """A sentence for whose calendar it is; "" when all is well."""
    if not row.problem:
        return ""
    return _("It was not read: %(why)s.") % {"why": row.get_problem_display()}
