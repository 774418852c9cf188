"""The signals of this app: jobs, silence, a change of director, a promise that is late."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.statements import PreparedFor
from employers.models import FollowUp, Position

from .registry import Asked, Signal, SignalKind, signal_kind

if TYPE_CHECKING:
    from accounts.models import User
    from employers.models import Employer

Settings = Mapping[str, Any]


class _Jobs(SignalKind):
    """Working persons now against a year before (R2), both known. Either bound counts itself."""

    #: The sign of the change that is meant.
    sign = 1

    def enough(self, before: int, now: int, settings: Settings) -> bool:
        """At least so many persons, and at least so many percent of what it was."""
        change = self.sign * (now - before)
        percent, persons = (settings[name] for name in self.settings)
        return (
            before > 0
            and change > 0
            and change >= persons
            and Decimal(100 * change) >= Decimal(str(percent)) * before
        )

    def find(self, asked: Asked) -> Iterable[Signal]:
        for pk, employer in asked.employers.items():
            now, before = employer.jobs, employer.jobs_before
            if now is None or before is None or not self.enough(before, now, asked.settings):
                continue
            yield Signal(
                code=self.code,
                employer_id=pk,
                reason=self.tell(before, now) if asked.exact else self.hint(),
                source=_("register, reference date %(day)s") % {"day": nl_date(employer.jobs_on)},
                on=employer.jobs_on,
                cause=f"{before}>{now}@{employer.jobs_on}",
            )

    def tell(self, before: int, now: int) -> str:
        raise NotImplementedError

    def hint(self) -> str:
        """For who may not know the numbers (R2)."""
        raise NotImplementedError

    def narrow(
        self, rows: "QuerySet[Employer]", user: "User", day: dt.date, settings: Settings
    ) -> "QuerySet[Employer]":
        percent, persons = (settings[name] for name in self.settings)
        change = (F("jobs") - F("jobs_before")) * self.sign
        # In hundredths of a percent, so that no rounding comes between this and enough().
        share = change * 10_000 - F("jobs_before") * round(percent * 100)
        known = rows.filter(jobs__isnull=False, jobs_before__gt=0).alias(change=change, share=share)
        return known.filter(change__gt=0, change__gte=persons, share__gte=0)


@signal_kind("shrinking", label=gettext_lazy("Fewer working persons"), icon="arrow-down", order=30)
class Shrinking(_Jobs):
    """Jobs went: at least a share and at least a number (settings)."""

    settings = ("signal_shrinking_percent", "signal_shrinking_jobs")
    sign = -1

    def tell(self, before: int, now: int) -> str:
        return _("%(percent)s%% fewer working persons than a year before: from %(before)s to %(now)s") % {
            "percent": round(100 * (before - now) / before),
            "before": before,
            "now": now,
        }

    def hint(self) -> str:
        return _("clearly fewer working persons than a year before")


@signal_kind("growing", label=gettext_lazy("Growing fast"), icon="graph-up-arrow", order=50)
class Growing(_Jobs):
    """Jobs came: at least a share and at least a number (settings)."""

    settings = ("signal_growing_percent", "signal_growing_jobs")
    sign = 1

    def tell(self, before: int, now: int) -> str:
        return _("%(percent)s%% more working persons than a year before: from %(before)s to %(now)s") % {
            "percent": round(100 * (now - before) / before),
            "before": before,
            "now": now,
        }

    def hint(self) -> str:
        return _("clearly more working persons than a year before")


@signal_kind("silent", label=gettext_lazy("Not spoken for long"), icon="clock-history", order=40)
class Silent(SignalKind):
    """A relation, or an employer of the yearly list, with which there was never contact, or longer ago than
    the setting says. A contact exactly so many days ago is not yet long ago."""

    settings = ("last_contact_long_ago",)

    def find(self, asked: Asked) -> Iterable[Signal]:
        since = _long_ago(asked.day, asked.settings)
        for pk, employer in asked.employers.items():
            last = employer.last_contact_at
            if not (employer.is_relation or employer.is_listed) or (last is not None and last >= since):  # type: ignore[attr-defined]  # annotated by signals_for
                continue
            day = clock.local_date(last) if last else None
            yield Signal(
                code=self.code,
                employer_id=pk,
                reason=_("last contact on %(day)s") % {"day": nl_date(day, "short_year")}
                if day
                else _("no contact yet"),
                source=_("contacts and meetings"),
                on=day,
                cause=f"contact:{day or 'never'}",
            )

    def narrow(
        self, rows: "QuerySet[Employer]", user: "User", day: dt.date, settings: Settings
    ) -> "QuerySet[Employer]":
        from .reading import on_the_list

        since = _long_ago(day, settings)
        silent = Q(last_contact_at__isnull=True) | Q(last_contact_at__lt=since)
        return rows.filter(Q(is_relation=True) | on_the_list(day), silent)


def _long_ago(day: dt.date, settings: Settings) -> dt.datetime:
    """The first moment that is not yet long ago."""
    return clock.start_of(day - dt.timedelta(days=settings["last_contact_long_ago"]))


def _survivor() -> Coalesce:
    return Coalesce("employer__merged_into_id", "employer_id")


@signal_kind("director", label=gettext_lazy("Change of director"), icon="person", order=20)
class Director(SignalKind):
    """Somebody began as director where another had been before, or left without a successor, in the last
    days (a setting). What a director is called is a setting too."""

    settings = ("signal_director_days", "signal_director_titles")

    def find(self, asked: Asked) -> Iterable[Signal]:
        days, titles = (asked.settings[name] for name in self.settings)
        rows = _changes_at.rows(
            asked.user, list(asked.employers), day=asked.day, days=days, titles=tuple(titles)
        )
        for row in rows:
            came = row.starts_on > asked.day - dt.timedelta(days=asked.settings["signal_director_days"])
            day = row.starts_on if came else row.ends_on
            name = str(row.person) if row.person.anonymised_on is None else ""
            words = {"title": row.title, "name": name, "day": nl_date(day)}
            if came:
                reason = (
                    _("%(name)s is %(title)s since %(day)s") if name else _("new %(title)s since %(day)s")
                )
            else:
                reason = (
                    _("%(name)s is no longer %(title)s since %(day)s; nobody came after")
                    if name
                    else _("no %(title)s since %(day)s")
                )
            yield Signal(
                code=self.code,
                employer_id=row.survivor,
                reason=reason % words,
                source=_("positions of contact persons"),
                on=day,
                cause=f"position:{row.pk}:{day}",
                url=row.person.get_absolute_url() if name else "",
            )

    def narrow(
        self, rows: "QuerySet[Employer]", user: "User", day: dt.date, settings: Settings
    ) -> "QuerySet[Employer]":
        return rows.filter(pk__in=_changes(user, day, settings).order_by().values("survivor"))


def _titled(prefix: str, words: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for word in words:
        if word.strip():
            found |= Q(**{f"{prefix}title__icontains": word.strip()})
    return found


def _changes(user: "User", day: dt.date, settings: Settings) -> "QuerySet[Any]":
    """Positions that began or ended in the time of the setting and make a change of director, with
    `survivor`: the employer as it is known now. A title says what somebody is: "directeur" is in "algemeen
    directeur", and an adjunct is a director too."""
    since = day - dt.timedelta(days=settings["signal_director_days"])
    directors = Position.objects.filter(_titled("", settings["signal_director_titles"]), seat="")
    other = directors.filter(employer=OuterRef("employer")).exclude(person=OuterRef("person"))
    before = other.filter(starts_on__lt=OuterRef("starts_on"))
    after = other.filter(starts_on__lte=day).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("ends_on"))
    )
    same_person = directors.filter(
        employer=OuterRef("employer"), person=OuterRef("person"), starts_on__lt=OuterRef("starts_on")
    )
    goes_on = directors.filter(
        employer=OuterRef("employer"), person=OuterRef("person"), starts_on__gt=OuterRef("ends_on")
    )
    came = Q(starts_on__gt=since, starts_on__lte=day) & Exists(before) & ~Exists(same_person)
    went = Q(ends_on__gt=since, ends_on__lt=day) & ~Exists(after) & ~Exists(goes_on)
    visible = Position.objects.visible_to(user).order_by().values("pk")
    found: QuerySet[Any, Any] = directors.filter(came | went, pk__in=visible).annotate(survivor=_survivor())
    return found


@PreparedFor
def _changes_at(
    user: "User", employer_ids: list[int], *, day: dt.date, days: int, titles: tuple[str, ...]
) -> "QuerySet[Any, Any]":
    settings = {"signal_director_days": days, "signal_director_titles": titles}
    rows = _changes(user, day, settings).filter(survivor__in=employer_ids)
    return rows.select_related("person").order_by("starts_on", "pk")


@signal_kind("late_promise", label=gettext_lazy("Promise is late"), icon="exclamation-circle", order=10)
class LatePromise(SignalKind):
    """A promise to the employer that is not kept or not reported back, so many days (a setting) after it was
    due. One that this reader may not read gives no signal."""

    settings = ("signal_promise_late_days",)

    def find(self, asked: Asked) -> Iterable[Signal]:
        late_days = asked.settings["signal_promise_late_days"]
        for row in _late_at.rows(asked.user, list(asked.employers), day=asked.day, late_days=late_days):
            days = (asked.day - row.due_on).days
            yield Signal(
                code=self.code,
                employer_id=row.survivor,
                reason=ngettext("%(days)s day late: %(what)s", "%(days)s days late: %(what)s", days)
                % {"days": days, "what": row.what},
                source=_("promises and actions"),
                on=row.due_on,
                cause=f"follow_up:{row.pk}@{row.due_on}",
                url=row.get_absolute_url(),
            )

    def narrow(
        self, rows: "QuerySet[Employer]", user: "User", day: dt.date, settings: Settings
    ) -> "QuerySet[Employer]":
        return rows.filter(pk__in=_late(user, day, settings).order_by().values("survivor"))


@PreparedFor
def _late_at(user: "User", employer_ids: list[int], *, day: dt.date, late_days: int) -> "QuerySet[Any, Any]":
    rows = _late(user, day, {"signal_promise_late_days": late_days})
    return rows.filter(survivor__in=employer_ids).order_by("due_on", "pk")


def _late(user: "User", day: dt.date, settings: Settings) -> "QuerySet[Any]":
    last = day - dt.timedelta(days=settings["signal_promise_late_days"])
    rows = (
        FollowUp.objects.visible_to(user).standing().filter(kind=FollowUp.Kind.PROMISE_TO, due_on__lte=last)
    )
    found: QuerySet[Any, Any] = rows.annotate(survivor=_survivor())
    return found
