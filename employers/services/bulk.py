"""One act on many employers at once, in a fixed number of statements, each with what takes it back exactly
(keys and versions only). What somebody changed since is left alone and named."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from deventer_crm.core import clock
from deventer_crm.core.lists import Done, Undone
from deventer_crm.core.services import save_tracked
from employers.models import AccountAssignment, Employer, EmployerTag, Tag

if TYPE_CHECKING:
    from accounts.models import User

Stored = dict[str, Any]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _names(employer_ids: Iterable[int], user: "User") -> list[str]:
    """Names for who took something back, as far as they may see them (R10)."""
    rows = Employer.objects.visible_to(user).filter(pk__in=set(employer_ids))
    return list(rows.order_by("sort_name", "pk").values_list("name", flat=True))


def _assignments_changed(ids: Iterable[int], employer_ids: Iterable[int]) -> None:
    from employers.activity import refresh_activities

    refresh_activities("assignment", ids)


# ── account manager ──────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def assign_many(
    employer_ids: Iterable[int], user: "User | None", *, by: "User", starts_on: dt.date | None = None
) -> Done:
    """Make somebody the account manager of all of these from a day on (default today); None: nobody. As
    assign_account_manager does for one: the current assignment ends the day before, one that began that very
    day is corrected, one planned for later stays."""
    day = starts_on or clock.today()
    # In one order, so that two who do this at once wait for each other instead of both failing.
    ids = list(
        Employer.objects.filter(pk__in=set(employer_ids))
        .order_by("pk")
        .select_for_update()
        .values_list("pk", flat=True)
    )
    current = {row.employer_id: row for row in AccountAssignment.objects.filter(employer__in=ids).on(day)}
    later: dict[int, dt.date] = {}
    planned = AccountAssignment.objects.filter(employer__in=ids, starts_on__gt=day)
    for employer_id, begins in planned.order_by("-starts_on").values_list("employer_id", "starts_on"):
        later[employer_id] = begins
    wanted = user.pk if user else None
    changing = [pk for pk in ids if (current[pk].user_id if pk in current else None) != wanted]
    before = [_as_stored(current[pk]) for pk in changing if pk in current]
    ended = [current[pk].pk for pk in changing if pk in current and current[pk].starts_on < day]
    begun = [current[pk].pk for pk in changing if pk in current and current[pk].starts_on == day]
    AccountAssignment.objects.filter(pk__in=begun).delete()
    _touch(ended, by, ends_on=day - dt.timedelta(days=1))
    made: list[AccountAssignment] = []
    if user is not None:
        made = AccountAssignment.objects.bulk_create(
            AccountAssignment(
                employer_id=pk,
                user=user,
                starts_on=day,
                ends_on=later[pk] - dt.timedelta(days=1) if pk in later else None,
                created_by=by,
                modified_by=by,
            )
            for pk in changing
        )
    _assignments_changed([*ended, *begun, *(row.pk for row in made)], changing)
    undo = {
        "day": day.isoformat(),
        "employers": changing,
        "made": {str(row.employer_id): row.pk for row in made},
        "before": before,
    }
    return Done(changed=len(changing), undo=undo, unchanged=len(ids) - len(changing))


def _as_stored(row: AccountAssignment) -> Stored:
    return {
        "pk": row.pk,
        "employer": row.employer_id,
        "user": row.user_id,
        "starts_on": _text(row.starts_on),
        "ends_on": _text(row.ends_on),
        "version": row.version,
    }


def _touch(ids: list[int], by: "User", **values: Any) -> None:
    """An update that counts and names like save_tracked does for one row."""
    if ids:
        AccountAssignment.objects.filter(pk__in=ids).update(
            version=F("version") + 1, modified_by=by, modified_at=clock.now(), **values
        )


@transaction.atomic
def undo_assign_many(stored: Stored, by: "User") -> Undone:
    """Put the account managers back of every employer where nobody changed them since."""
    day = dt.date.fromisoformat(stored["day"])
    ids = list(
        Employer.objects.filter(pk__in=stored["employers"])
        .order_by("pk")
        .select_for_update()
        .values_list("pk", flat=True)
    )
    before = {row["employer"]: row for row in stored["before"]}
    made = {int(pk): key for pk, key in stored["made"].items()}
    rows: dict[int, dict[int, AccountAssignment]] = {pk: {} for pk in ids}
    for row in AccountAssignment.objects.filter(employer__in=ids):
        rows[row.employer_id][row.pk] = row
    same = [pk for pk in ids if _is_as_left(rows[pk], before.get(pk), made.get(pk), day)]
    AccountAssignment.objects.filter(pk__in=[made[pk] for pk in same if pk in made]).delete()
    changed: list[int] = []
    for ends_on in {before[pk]["ends_on"] for pk in same if pk in before}:
        keys = [before[pk]["pk"] for pk in same if pk in before and before[pk]["ends_on"] == ends_on]
        kept = [key for key in keys if key in {key for pk in same for key in rows[pk]}]
        _touch(kept, by, ends_on=_day(ends_on))
        changed += kept
    # What began on that very day was taken away, so it is made again.
    gone = [before[pk] for pk in same if pk in before and before[pk]["pk"] not in rows[pk]]
    again = AccountAssignment.objects.bulk_create(
        AccountAssignment(
            employer_id=row["employer"],
            user_id=row["user"],
            starts_on=dt.date.fromisoformat(row["starts_on"]),
            ends_on=_day(row["ends_on"]),
            created_by=by,
            modified_by=by,
        )
        for row in gone
    )
    _assignments_changed([*changed, *made.values(), *(row.pk for row in again)], same)
    left = [pk for pk in stored["employers"] if pk not in set(same)]
    return Undone(restored=len(same), left=_names(left, by))


def _is_as_left(
    rows: dict[int, AccountAssignment], before: Stored | None, made: int | None, day: dt.date
) -> bool:
    """Whether an employer's assignments are still as the act left them."""
    if made is not None and (made not in rows or rows[made].version != 1):
        return False
    if before is None:  # nobody was: then nobody else may be there now
        return all(row.pk == made or not row.is_valid_on(day) for row in rows.values())
    ended = None
    if before["starts_on"] != day.isoformat():  # else it was taken away, and is made again
        ended = rows.get(before["pk"])
        if ended is None or ended.version != before["version"] + 1 or ended.user_id != before["user"]:
            return False
    # Somebody who was named since would be in the way of putting the old one back.
    end = _day(before["ends_on"])
    return not any(
        row.pk != made
        and row is not ended
        and (end is None or row.starts_on <= end)
        and (row.ends_on is None or row.ends_on >= day)
        for row in rows.values()
    )


# ── labels ───────────────────────────────────────────────────────────────────────────────────────


def _label_named(name: str, by: "User") -> tuple[Tag, bool]:
    """The label with that name whatever its capitals, and whether it is new."""
    there = Tag.objects.filter(name__iexact=name)
    found = there.first()
    if found is not None:
        return found, False
    try:
        return save_tracked(Tag(name=name), by=by), True
    except ValidationError:
        found = there.first()  # somebody else made it this very moment
        if found is None:
            raise
        return found, False


@transaction.atomic
def label_many(employer_ids: Iterable[int], *, by: "User", tag: Tag | None = None, name: str = "") -> Done:
    """Put a label on all of these; `name` makes a new one, or finds it whatever its capitals. Raises
    ValidationError when the name is too long."""
    is_new = False
    if tag is None:
        tag, is_new = _label_named(name.strip(), by)
    ids = sorted(set(employer_ids))
    there = set(EmployerTag.objects.filter(tag=tag, employer__in=ids).values_list("employer_id", flat=True))
    made = EmployerTag.objects.bulk_create(
        EmployerTag(employer_id=pk, tag=tag, created_by=by, modified_by=by) for pk in ids if pk not in there
    )
    undo = {"tag": tag.pk, "is_new": is_new, "made": [row.pk for row in made]}
    return Done(changed=len(made), undo=undo, unchanged=len(there))


@transaction.atomic
def undo_label_many(stored: Stored, by: "User") -> Undone:
    """Take the labels off that the act put on. One that somebody took off meanwhile is off already; one that
    they put on again is theirs."""
    rows = EmployerTag.objects.filter(pk__in=stored["made"])
    count = rows.count()
    rows.delete()
    if stored["is_new"]:
        Tag.objects.filter(pk=stored["tag"], uses__isnull=True).delete()
    return Undone(restored=count)


@transaction.atomic
def unlabel_many(employer_ids: Iterable[int], *, by: "User", tag: Tag) -> Done:
    """Take a label off all of these. The label itself stays."""
    ids = set(employer_ids)
    rows = EmployerTag.objects.filter(tag=tag, employer__in=ids)
    there = sorted(rows.values_list("employer_id", flat=True))
    rows.delete()
    return Done(len(there), {"tag": tag.pk, "employers": there}, unchanged=len(ids) - len(there))


@transaction.atomic
def undo_unlabel_many(stored: Stored, by: "User") -> Undone:
    """Put the label back on where nobody did so since."""
    tag = Tag.objects.filter(pk=stored["tag"]).first()
    if tag is None:
        return Undone(restored=0, left=_names(stored["employers"], by))
    there = set(
        EmployerTag.objects.filter(Q(tag=tag), employer__in=stored["employers"]).values_list(
            "employer_id", flat=True
        )
    )
    made = EmployerTag.objects.bulk_create(
        EmployerTag(employer_id=pk, tag=tag, created_by=by, modified_by=by)
        for pk in stored["employers"]
        if pk not in there
    )
    return Undone(restored=len(made), left=_names(there, by))
