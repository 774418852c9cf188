"""One account manager hands over to another: employers, portfolios and everything that is open, in one act.

What is dated (who is account manager, whose portfolio it is) is written at once, from the day on. What lies
with a person passes on that day: at once when it is today, else by the hourly task. Moved records are kept by
their key, so that taking back puts back exactly that; what somebody changed since stays, and is counted."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.roles import Role
from deventer_crm.core import clock, reminders
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import AccountAssignment, Employer, HandOver, Portfolio

from .sources import SOURCES, HandOverSource

if TYPE_CHECKING:
    from accounts.models import User

ALL, SECTOR, AREA, CHOSEN = "all", "sector", "area", "chosen"
ONE_DAY = dt.timedelta(days=1)
#: Nobody plans a hand-over longer ahead.
MOST_DAYS_AHEAD = 366


@dataclass(frozen=True)
class Scope:
    """Which part goes: everything, some sectors, some areas, or employers chosen one by one."""

    kind: str = ALL
    keys: tuple[int, ...] = ()

    def employers(self, from_user: "User", day: dt.date) -> "QuerySet[Employer]":
        """Survivors of which this person is the account manager on that day or later."""
        held = _from_day(AccountAssignment.objects.filter(user=from_user), day)
        rows = Employer.objects.filter(
            Q(pk__in=held.values("employer")) | Q(grouped__assignments__in=held), merged_into__isnull=True
        ).distinct()
        if self.kind == ALL:
            return rows
        return rows.filter(**{"pk__in" if self.kind == CHOSEN else f"{self.kind}__in": self.keys})

    def portfolios(self, from_user: "User", day: dt.date) -> "QuerySet[Portfolio]":
        """The portfolios that go along; with chosen employers only, none."""
        rows: QuerySet[Portfolio] = _from_day(Portfolio.objects.filter(user=from_user), day)
        if self.kind == CHOSEN:
            return rows.none()
        return rows if self.kind == ALL else rows.filter(**{f"{self.kind}__in": self.keys})


def _from_day(rows: Any, day: dt.date) -> Any:
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


@dataclass(frozen=True)
class Count:
    """How many of a kind go along; `left`: how many of the person stay behind, at other employers."""

    label: Any
    number: int
    left: int = 0
    follows: bool = False


@dataclass(frozen=True)
class Preview:
    """What a hand-over would do. `secret`: employers the successor may not know of, which stay behind."""

    employers: list[Employer]
    secret: list[Employer]
    portfolios: list[Portfolio]
    counts: list[Count] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.employers)


def preview(
    from_user: "User",
    to_user: "User",
    *,
    by: "User",
    starts_on: dt.date,
    scope: Scope,
    only: Iterable[int] | None = None,
) -> Preview:
    """Count what goes, without changing anything. `only`: no others than these employers (ticked ones)."""
    visible = scope.employers(from_user, starts_on).filter(
        pk__in=Employer.objects.visible_to(by).order_by().values("pk")
    )
    rows = list(visible.select_related("area", "sector").order_by("sort_name", "pk"))
    keys = [row.pk for row in rows]
    known = set(Employer.objects.visible_to(to_user).filter(pk__in=keys).values_list("pk", flat=True))
    chosen = set(keys if only is None else only)
    going = [row for row in rows if row.pk in known and row.pk in chosen]
    family = _family([row.pk for row in going])
    counts = []
    for source in SOURCES.values():
        number = source.open_items(from_user, family, starts_on).count()
        total = source.open_items(from_user, None, starts_on).count() if not source.follows else number
        counts.append(Count(source.label, number, total - number, source.follows))
    return Preview(
        employers=[row for row in rows if row.pk in known],
        secret=[row for row in rows if row.pk not in known],
        portfolios=list(scope.portfolios(from_user, starts_on).select_related("sector", "area")),
        counts=counts,
    )


def _family(employer_ids: Sequence[int]) -> list[int]:
    """These employers and those grouped under them."""
    rows = Employer.objects.filter(Q(pk__in=employer_ids) | Q(merged_into__in=employer_ids))
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def hand_over(
    from_user: "User",
    to_user: "User",
    *,
    by: "User",
    starts_on: dt.date,
    scope: Scope,
    only: Iterable[int] | None = None,
    reason: str = "",
) -> HandOver:
    """Move the employers of that scope (`only`: of those, the ticked ones) with their portfolios and open
    items. The old assignment ends the day before.

    Employers the successor or who does it may not know of stay behind (R10). Raises ValidationError for the
    same person, a successor who is no account manager, a day gone by or far off, or nothing to hand over."""
    _check(from_user, to_user, starts_on)
    rows = scope.employers(from_user, starts_on)
    for reader in (by, to_user):
        rows = rows.filter(pk__in=Employer.objects.visible_to(reader).order_by().values("pk"))
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    locked = Employer.objects.select_for_update().filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    employer_ids = list(locked.values_list("pk", flat=True))
    # Who waited for the locks asks again: somebody else may have handed these over meanwhile.
    still = set(rows.order_by().values_list("pk", flat=True))
    employer_ids = [pk for pk in employer_ids if pk in still]
    portfolios = scope.portfolios(from_user, starts_on)
    held = AccountAssignment.objects.filter(user=from_user, employer__in=_family(employer_ids))
    moved = {
        "assignments": _move_dated(_from_day(held, starts_on), to_user, starts_on, by),
        "portfolios": _move_dated(portfolios, to_user, starts_on, by),
    }
    if not employer_ids and not any(moved["portfolios"].values()):
        raise ValidationError(_("There is nothing to hand over. Choose at least one employer."))
    handed = save_tracked(
        HandOver(
            from_user=from_user,
            to_user=to_user,
            starts_on=starts_on,
            reason=reason.strip(),
            asked={"scope": scope.kind, "keys": list(scope.keys)},
            employers=employer_ids,
            moved=moved,
        ),
        by=by,
    )
    if starts_on <= clock.today():
        _pass_open_items(handed, by=by)
    _look_again(moved["assignments"])
    return handed


def _check(from_user: "User", to_user: "User", starts_on: dt.date) -> None:
    if from_user.pk == to_user.pk:
        raise ValidationError({"to_user": _("Choose somebody else: this is the same person.")})
    if not to_user.is_active or not to_user.has_role(Role.ACCOUNT_MANAGER):
        raise ValidationError({"to_user": _("This person is no account manager (any more).")})
    today = clock.today()
    if starts_on < today:
        raise ValidationError({"starts_on": _("This day has gone by. Choose today or a later day.")})
    if starts_on > today + dt.timedelta(days=MOST_DAYS_AHEAD):
        raise ValidationError({"starts_on": _("Choose a day within a year.")})


def _move_dated(rows: "QuerySet[Any]", new: "User", day: dt.date, by: "User") -> dict[str, list[Any]]:
    """Dated rows of one person, from that day on of another, in three statements. A row that begins on that
    day or later changes hands as a whole; an earlier one ends the day before and a new one follows it."""
    ended, taken, made = [], [], []
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        if row.starts_on >= day:
            taken.append(row.pk)
        else:
            ended.append([row.pk, row.ends_on.isoformat() if row.ends_on else None])
            made.append(_successor(row, new, day, by))
    model = rows.model
    _write(model, [pk for pk, _ends_on in ended], by, ends_on=day - ONE_DAY)
    _write(model, taken, by, user=new)
    return {"ended": ended, "made": [row.pk for row in model.objects.bulk_create(made)], "taken": taken}


def _write(model: Any, keys: Sequence[int], by: "User | None", **values: Any) -> int:
    rows = model.objects.filter(pk__in=keys)
    changed: int = rows.update(version=F("version") + 1, modified_by=by, modified_at=clock.now(), **values)
    return changed


def _successor(row: Any, new: "User", day: dt.date, by: "User") -> Any:
    about = ("employer_id",) if isinstance(row, AccountAssignment) else ("sector_id", "area_id")
    return type(row)(
        user=new,
        starts_on=day,
        ends_on=row.ends_on,
        created_by=by,
        modified_by=by,
        **{name: getattr(row, name) for name in about},
    )


def _pass_open_items(handed: HandOver, *, by: "User | None") -> None:
    """Give the open items of the handed employers to the successor and say that it was done. Where somebody
    else was made account manager since the hand-over was planned, they stay."""
    today = clock.today()
    family = _family(handed.employers)
    held = AccountAssignment.objects.on(max(today, handed.starts_on)).filter(
        user=handed.to_user, employer__in=family
    )
    still = _family(
        sorted(
            set(held.annotate(now=F("employer__merged_into")).values_list("now", flat=True)) - {None}
            | set(held.values_list("employer", flat=True))
        )
    )
    items = {}
    for source in _moving():
        rows = source.open_items(handed.from_user, still, handed.starts_on)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        items[source.code] = source.move(keys, handed.from_user, handed.to_user, by) if keys else []
    handed.moved["items"] = items
    handed.completed_on = today
    save_tracked(handed, by=by)


def _moving() -> list[HandOverSource]:
    return [source for source in SOURCES.values() if not source.follows]


def _look_again(assignments: dict[str, list[Any]]) -> None:
    """What follows from who is account manager: timelines, and every reminder that asks one."""
    ended = [pk for pk, _ends_on in assignments["ended"]]
    refresh_activities("assignment", [*ended, *assignments["made"], *assignments["taken"]])
    request_reconcile([rule.kind for rule in reminders.RULES.values() if rule.for_manager])


def complete_hand_overs(today: dt.date | None = None) -> int:
    """Pass the open items of every hand-over whose day has come; returns how many. Safe to run at any moment
    and twice at once."""
    day = today or clock.today()
    waiting = HandOver.objects.filter(completed_on__isnull=True, undone_on__isnull=True, starts_on__lte=day)
    done = 0
    for pk in waiting.order_by("starts_on", "pk").values_list("pk", flat=True):
        with transaction.atomic():
            handed = waiting.select_for_update(of=("self",)).filter(pk=pk).first()
            if handed is not None:
                _pass_open_items(handed, by=handed.created_by)
                request_reconcile([rule.kind for rule in reminders.RULES.values() if rule.for_manager])
                done += 1
    return done


@dataclass(frozen=True)
class Undone:
    """A hand-over that was taken back. `kept`: how many records stay, because somebody changed them since."""

    hand_over: HandOver
    kept: int


@transaction.atomic
def undo_hand_over(hand_over: HandOver, *, by: "User") -> Undone:
    """Put everything back as it was. What somebody changed since the hand-over stays as it is now.

    Raises ValidationError when it was taken back already."""
    handed = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    if handed.undone_on is not None:
        raise ValidationError(_("This hand-over was taken back already."))
    old, new = handed.from_user, handed.to_user
    # In the order in which every act on account managers locks, so that two wait instead of both failing.
    list(Employer.objects.select_for_update().filter(pk__in=handed.employers).order_by("pk").values("pk"))
    kept = sum(
        _put_dated_back(model, handed.moved[name], handed, by)
        for name, model in (("assignments", AccountAssignment), ("portfolios", Portfolio))
    )
    for code, items in handed.moved.get("items", {}).items():
        source = SOURCES.get(code)
        if items:
            kept += len(items) - (source.put_back(items, old, new, by) if source else 0)
    handed.undone_on, handed.undone_by = clock.today(), by
    save_tracked(handed, by=by)
    _look_again(handed.moved["assignments"])
    return Undone(handed, kept)


def _put_dated_back(model: Any, moved: dict[str, list[Any]], handed: HandOver, by: "User") -> int:
    """How many rows stay as they are, because one of the pair was changed since."""
    day, old, new = handed.starts_on, handed.from_user_id, handed.to_user_id
    keys = [*(pk for pk, _ends_on in moved["ended"]), *moved["made"], *moved["taken"]]
    locked = model.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    rows = {row.pk: row for row in locked}
    kept, gone, restored = 0, [], []
    for (pk, ends_on), made_pk in zip(moved["ended"], moved["made"], strict=True):
        before, after = rows.get(pk), rows.get(made_pk)
        end = dt.date.fromisoformat(ends_on) if ends_on else None
        if (
            before is None
            or after is None
            or (before.user_id, before.ends_on) != (old, day - ONE_DAY)
            or (after.user_id, after.starts_on, after.ends_on) != (new, day, end)
        ):
            kept += 1
            continue
        gone.append(made_pk)
        before.ends_on, before.modified_by, before.modified_at = end, by, clock.now()
        before.version += 1
        restored.append(before)
    # First away with what took its place: two rows may not share a day.
    model.objects.filter(pk__in=gone).delete()
    model.objects.bulk_update(restored, ["ends_on", "modified_by", "modified_at", "version"])
    taken = [pk for pk in moved["taken"] if pk in rows and rows[pk].user_id == new]
    _write(model, taken, by, user=old)
    return kept + len(moved["taken"]) - len(taken)
