"""The personal feed: somebody's meetings as a calendar file for their own phone or mail program.

R10: "bezet", without names and places, unless the person chose names; what is confidential is always only
"bezet". The feed dies with the account, and with the right to see the agenda."""

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Event

from accounts.roles import Act
from deventer_crm.core import clock
from meetings.calendar.busy import Hours, meeting_span
from meetings.calendar.spans import ONE_DAY
from meetings.calendar.zones import TZID, new_calendar
from meetings.models import CalendarFeed, Meeting, MeetingEmployer, Participant

if TYPE_CHECKING:
    from accounts.models import User

DAYS_BACK, DAYS_AHEAD = 30, 400
#: More than this is no calendar that a phone can read.
MOST = 2_000
SHOWN_STATES = (*Meeting.HELD_STATES, Meeting.State.PLANNED, Meeting.State.CANCELLED)
#: A reading is written down once in so long; phones ask every few minutes.
READ_NOTED = dt.timedelta(hours=1)


class _Anybody:
    """A reader who is nobody in particular: what such a one may know is confidential to nobody."""

    pk = 0

    def can(self, act: Act) -> bool:
        return False


# ── the address ──────────────────────────────────────────────────────────────────────────────────


def _hash(token: str) -> str:
    """A random token of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@transaction.atomic
def make_feed(user: "User", *, with_names: bool = False) -> str:
    """A new secret for this person's feed, which is shown once. An older address stops working."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user,
        defaults={
            "token_hash": _hash(token),
            "with_names": with_names,
            "made_at": clock.now(),
            "read_at": None,
        },
    )
    return token


def set_names(user: "User", with_names: bool) -> bool:
    """Whether names and places are in it; False when there is no feed."""
    return bool(CalendarFeed.objects.filter(user=user).update(with_names=with_names))


def revoke_feed(user: "User") -> bool:
    """The address works no longer, from now on. False when there was none."""
    removed, _models = CalendarFeed.objects.filter(user=user).delete()
    return bool(removed)


def end_with_account(*, instance: "User", **kwargs: Any) -> None:
    """post_save of a user: who is shut out gets no feed back when the account is opened again."""
    if not instance.is_active:
        revoke_feed(instance)


def feed_of(token: str) -> CalendarFeed | None:
    """The feed with that secret, of somebody who may still see the agenda."""
    found = CalendarFeed.objects.select_related("user").filter(token_hash=_hash(token)).first()
    if found is None or not found.user.is_active or not found.user.can(Act.SEE_AGENDA):
        return None
    return found


def note_reading(feed: CalendarFeed) -> None:
    """So that the person sees that something still reads it."""
    now = clock.now()
    if feed.read_at is None or feed.read_at < now - READ_NOTED:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def meetings_of(user: "User") -> "QuerySet[Meeting]":
    """Where this person sits at the table, in the time that the feed shows."""
    today = clock.today()
    seats = Participant.objects.filter(meeting=OuterRef("pk")).filter(
        Q(user=user) | Q(college_member__user=user)
    )
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .filter(
            Exists(seats),
            state__in=SHOWN_STATES,
            starts_at__gte=clock.start_of(today - DAYS_BACK * ONE_DAY),
            starts_at__lt=clock.start_of(today + DAYS_AHEAD * ONE_DAY),
        )
        .select_related("kind")
        .order_by("starts_at", "pk")
    )
    return rows


def feed_file(feed: CalendarFeed) -> bytes:
    """The calendar as it is now; the same bytes as long as nothing changed."""
    rows = list(meetings_of(feed.user)[:MOST])
    keys = [row.pk for row in rows]
    told: dict[int, list[str]] = {}
    if feed.with_names:
        anybody: Any = _Anybody()
        known = Meeting.objects.visible_to(anybody).filter(pk__in=keys).order_by()
        told = {pk: [] for pk in known.values_list("pk", flat=True)}
        at = MeetingEmployer.objects.filter(meeting__in=list(told)).order_by("employer__sort_name", "pk")
        for meeting_id, name in at.values_list("meeting_id", "employer__name"):
            told[meeting_id].append(name)
    minutes = Hours.read().minutes
    with translation.override(settings.LANGUAGE_CODE):
        calendar = new_calendar()
        calendar.add("x-wr-calname", _("Agenda of the CRM"))
        calendar.add("x-wr-timezone", TZID)
        calendar.add("refresh-interval", dt.timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for row in rows:
            calendar.add_component(_event(row, minutes, told.get(row.pk)))
        content: bytes = calendar.to_ical()
    return content


def _event(meeting: Meeting, minutes: int, names: list[str] | None) -> Event:
    """`names`: the employers, when more may be told than "busy"."""
    span = meeting_span(meeting.starts_at, meeting.ends_at, minutes)
    zone = ZoneInfo(TZID)
    is_off = meeting.state == Meeting.State.CANCELLED
    event = Event()
    event.add("uid", feed_uid(meeting))
    event.add("dtstamp", meeting.modified_at.astimezone(dt.UTC))
    event.add("last-modified", meeting.modified_at.astimezone(dt.UTC))
    event.add("sequence", meeting.version)
    event.add("dtstart", span.starts_at.astimezone(zone))
    event.add("dtend", span.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    event.add("class", "PRIVATE")
    if names is None:
        event.add("summary", _("Busy"))
        return event
    event.add("summary", ": ".join([meeting.name, ", ".join(names)]) if names else meeting.name)
    where = meeting.location or str(meeting.get_place_display())
    event.add("location", where)
    event.add("url", f"{settings.SITE_URL.rstrip('/')}{meeting.get_absolute_url()}")
    return event


def feed_uid(meeting: Meeting) -> str:
    """The same for as long as the meeting exists, and of this installation only."""
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return f"meeting-{meeting.pk}@{host or 'localhost'}"
