"""What a bunch of rows means: whose hours, on which days and track, and whether they are there already.

A row is found again by its key: the number the file gives it, else what it is about (person, day or month,
track, employer, kind, and the how-manieth such row of the file). So the same file changes nothing, and a
mended one changes what was mended."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Lower

from accounts.models import User
from budget.dividing import divide
from budget.models import StaffNumber, TimeEntry
from budget.services.closed import CONFIRMED, FUTURE, MONTH, YEAR, ClosedBooks
from deventer_crm.core import clock, formatting, policy
from deventer_crm.core.services import save_tracked
from deventer_crm.core.workdays import free_days, is_working_day
from employers.models import Employer, Registration, Track
from employers.spreadsheets.columns import plain
from employers.spreadsheets.errors import Remark

from .rows import IN_A_DAY, CleanRow

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
#: A key of ours, as the file of the export gives it.
OWN = "crm-"
REASONS = {
    FUTURE: "day_to_come",
    YEAR: "year_is_locked",
    MONTH: "month_is_closed",
    CONFIRMED: "month_is_confirmed",
}
COST_CODES = {
    Track.SECTORS: "cost_codes_sectors",
    Track.INNER_CITY: "cost_codes_inner_city",
    Track.NONE: "cost_codes_none",
}


class Refusal(Exception):
    """This row is not taken."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.code)
        self.remark = remark


@dataclass(slots=True)
class Plan:
    """What becomes of a row. `parts`: hours by day; `stored`: the entries that are there for it."""

    row: CleanRow
    outcome: str = REFUSED
    reason: Remark | None = None
    key: str = ""
    user: User | None = None
    track: Track | None = None
    employer: Employer | None = None
    kind: str = TimeEntry.Kind.CONTACT
    parts: dict[dt.date, Decimal] = field(default_factory=dict)
    stored: list[TimeEntry] = field(default_factory=list)
    made: list[list[int]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)

    @property
    def owner(self) -> User:
        """Whose hours. Raises ValueError for a row that was not understood."""
        if self.user is None:
            raise ValueError("nobody was found for this row")
        return self.user


class Importer:
    """Plans and writes the rows of one file; remembers what earlier bunches had."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.books = ClosedBooks.load()
        self.tracks = {track.code: track for track in Track.objects.all()}
        self._names = {
            name: track for track in self.tracks.values() for name in (plain(track.code), plain(track.name))
        }
        self._codes: dict[dt.date, dict[str, Track]] = {}
        self._seen_keys: dict[str, int] = {}
        self._alike: Counter[str] = Counter()

    # ── planning ─────────────────────────────────────────────────────────────────────────────────

    def plan(self, rows: Sequence[CleanRow]) -> list[Plan]:
        """Some rows, in a fixed number of queries."""
        self._look_up(rows)
        plans = [Plan(row) for row in rows]
        for plan in plans:
            self._guarded(plan, self._understand)
        self._find_stored([plan for plan in plans if plan.reason is None])
        for plan in plans:
            if plan.reason is None:
                self._guarded(plan, self._compare)
        return plans

    def _guarded(self, plan: Plan, step: Any) -> None:
        if plan.row.refused is not None:
            plan.reason = plan.row.refused
            return
        try:
            step(plan)
        except Refusal as refusal:
            plan.outcome, plan.reason = REFUSED, refusal.remark

    def _look_up(self, rows: Sequence[CleanRow]) -> None:
        emails = {row.email for row in rows} - {""}
        users = User.objects.annotate(small=Lower("email")).filter(small__in=emails)
        self._by_email = {user.small: user for user in users}
        numbers = StaffNumber.objects.filter(number__in={row.staff for row in rows}).select_related("user")
        self._by_number = {row.number: row.user for row in numbers}
        owners = dict(
            Registration.objects.filter(kvk_number__in={row.kvk for row in rows} - {""}).values_list(
                "kvk_number", "employer_id"
            )
        )
        into = dict(
            Employer.objects.filter(pk__in=owners.values(), merged_into__isnull=False).values_list(
                "pk", "merged_into_id"
            )
        )
        ends = {kvk: into.get(pk, pk) for kvk, pk in owners.items()}
        seen = Employer.objects.visible_to(self.by).filter(pk__in=set(ends.values())).select_related("track")
        by_pk = {employer.pk: employer for employer in seen}
        self._by_kvk = {kvk: by_pk[pk] for kvk, pk in ends.items() if pk in by_pk}

    def _understand(self, plan: Plan) -> None:
        row = plan.row
        plan.user = self._user_of(row)
        if row.kvk:
            plan.employer = self._by_kvk.get(row.kvk)
            if plan.employer is None:
                row.note("unknown_employer", "uren_kvk")
        plan.kind = row.kind or TimeEntry.Kind.CONTACT
        plan.track = self._track_of(row, plan.employer)
        plan.parts = self._parts_of(row)
        self._refuse_closed(plan, plan.parts)
        plan.key = self._key_of(plan)

    def _user_of(self, row: CleanRow) -> User:
        by_email, by_number = self._by_email.get(row.email), self._by_number.get(row.staff)
        if by_email and by_number and by_email != by_number:
            raise Refusal(row.remark("other_employee", "medewerker_nummer"))
        found = by_email or by_number
        if found is None:
            name = "medewerker_email" if row.email else "medewerker_nummer"
            raise Refusal(row.remark("unknown_employee", name, value=(row.email or row.staff)[:60]))
        return found

    def _track_of(self, row: CleanRow, employer: Employer | None) -> Track | None:
        if row.track:
            day = row.day or row.month or clock.today()
            found = self._names.get(plain(row.track)) or self._cost_codes(day).get(plain(row.track))
            if found is None:
                raise Refusal(row.remark("unknown_track", "spoor", value=row.track[:60]))
            return found
        if employer is not None and employer.track is not None:
            return employer.track
        if row.key.startswith(OWN):
            return None  # as it is booked
        raise Refusal(row.remark("no_track", "spoor"))

    def _cost_codes(self, day: dt.date) -> dict[str, Track]:
        first = day.replace(day=1)
        if first not in self._codes:
            texts = policy.values(list(COST_CODES.values()), day)
            self._codes[first] = {
                plain(text): self.tracks[code]
                for code, name in COST_CODES.items()
                if code in self.tracks
                for text in texts[name]
            }
        return self._codes[first]

    def _parts_of(self, row: CleanRow) -> dict[dt.date, Decimal]:
        """Hours by day: those of a month are spread over its working days up to today, so that the weeks the
        forecast looks at stay true."""
        if row.day is not None:
            return {row.day: row.hours}
        first = row.month or clock.today()
        if first > clock.today():
            raise Refusal(row.remark("day_to_come", "maand"))
        free = free_days()
        days = [first + dt.timedelta(days=at) for at in range(31)]
        days = [day for day in days if day.month == first.month and day <= clock.today()]
        days = [day for day in days if is_working_day(day, free)] or days[:1]
        if row.hours > IN_A_DAY * len(days):
            raise Refusal(row.remark("too_many_hours_month", "uren", value=str(row.hours)))
        parts = zip(days, divide(row.hours, [1] * len(days)), strict=True)
        found = {day: hours for day, hours in parts if hours > 0}
        row.note("spread", "maand", days=len(found))
        return found

    def _refuse_closed(self, plan: Plan, days: Any) -> None:
        for day in days:
            code = self.books.why(plan.owner.pk, day)
            if code:
                name = "datum" if plan.row.day is not None else "maand"
                raise Refusal(plan.row.remark(REASONS[code], name))

    def _key_of(self, plan: Plan) -> str:
        row = plan.row
        if row.key:
            key = row.key if row.key.startswith(OWN) else f"r:{row.key}"
            if key in self._seen_keys:
                raise Refusal(row.remark("repeated_hours", "regel", first=self._seen_keys[key]))
            self._seen_keys[key] = row.number
            return key
        when = row.day.isoformat() if row.day else f"{row.month:%Y-%m}"
        about = f"{plan.owner.pk}|{when}|{plan.track.pk if plan.track else 0}"
        about += f"|{plan.employer.pk if plan.employer else 0}|{plan.kind}"
        self._alike[about] += 1
        return "h:" + hashlib.sha256(f"{about}|{self._alike[about]}".encode()).hexdigest()[:40]

    # ── comparing ────────────────────────────────────────────────────────────────────────────────

    def _find_stored(self, plans: list[Plan]) -> None:
        own = {int(plan.key.removeprefix(OWN)): plan.key for plan in plans if _is_own(plan.key)}
        found: dict[str, list[TimeEntry]] = {}
        rows = TimeEntry.objects.filter(import_key__in=[plan.key for plan in plans])
        for entry in rows.select_related("track", "employer").order_by("day", "pk"):
            found.setdefault(entry.import_key, []).append(entry)
        for entry in TimeEntry.objects.filter(pk__in=own).select_related("track", "employer"):
            found[own[entry.pk]] = [entry]
        days = {day for plan in plans if plan.row.day for day in plan.parts}
        typed = TimeEntry.objects.filter(
            user__in={plan.user for plan in plans if plan.user}, day__in=days, import_key=""
        )
        sums = {
            (user, day): total
            for user, day, total in typed.order_by().values_list("user", "day").annotate(t=Sum("hours"))
        }
        for plan in plans:
            plan.stored = found.get(plan.key, [])
            hours = sums.get((plan.owner.pk, plan.row.day)) if not plan.stored else None
            if hours:
                plan.row.note("typed_already", "datum", hours=formatting.hours(hours))

    def _compare(self, plan: Plan) -> None:
        stored = plan.stored
        if any(entry.user_id != plan.owner.pk for entry in stored):
            raise Refusal(plan.row.remark("row_of_other", "regel"))
        if stored and _is_own(plan.key):
            # What the export left out, or could not show (R10), stays.
            plan.track = plan.track or stored[0].track
            plan.employer = plan.employer or stored[0].employer
            plan.kind = plan.row.kind or stored[0].kind
        if plan.track is None:
            raise Refusal(plan.row.remark("no_track", "spoor"))
        if not stored:
            plan.outcome = NEW
        elif self._is_same(plan):
            plan.outcome = UNCHANGED
        else:
            self._refuse_closed(plan, [entry.day for entry in stored])
            plan.outcome = CHANGED

    def _is_same(self, plan: Plan) -> bool:
        employer = plan.employer.pk if plan.employer else None
        same = all(
            entry.track_id == (plan.track.pk if plan.track else None)
            and entry.employer_id == employer
            and entry.kind == plan.kind
            for entry in plan.stored
        )
        if plan.row.day is not None:
            return same and {entry.day: entry.hours for entry in plan.stored} == plan.parts
        # A month that was not over when it came in has fewer days to be spread over; the hours are what
        # counts.
        months = {entry.day.replace(day=1) for entry in plan.stored}
        total = sum((entry.hours for entry in plan.stored), Decimal(0))
        return same and months == {plan.row.month} and total == plan.row.hours

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def write(self, plans: Sequence[Plan]) -> None:
        """Write what is new and what changed; the plans tell what was there before."""
        for plan in plans:
            if plan.outcome not in (NEW, CHANGED):
                continue
            plan.before = [as_stored(entry) for entry in plan.stored]
            left = list(plan.stored)
            for day, hours in plan.parts.items():
                entry = left.pop(0) if left else TimeEntry(import_key="" if _is_own(plan.key) else plan.key)
                entry.user, entry.employer = plan.owner, plan.employer
                entry.track = plan.track  # type: ignore[assignment]  # compared rows have one
                entry.kind, entry.day, entry.hours = plan.kind, day, hours
                save_tracked(entry, by=self.by)
                plan.made.append([entry.pk, entry.version])
            for entry in left:
                entry.delete()


def _is_own(key: str) -> bool:
    number = key.removeprefix(OWN)
    return key.startswith(OWN) and number.isascii() and number.isdecimal() and len(number) < 18


def as_stored(entry: TimeEntry) -> dict[str, Any]:
    """An entry as JSON, to put it back."""
    return {
        "pk": entry.pk,
        "user": entry.user_id,
        "day": entry.day.isoformat(),
        "hours": str(entry.hours),
        "track": entry.track_id,
        "employer": entry.employer_id,
        "kind": entry.kind,
        "note": entry.note,
        "contact": entry.contact_id,
        "meeting": entry.meeting_id,
        "import_key": entry.import_key,
    }
