"""Adding, changing and retiring employers, and who looks after them."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities, refresh_shared_activities
from employers.models import AccountAssignment, Employer, Establishment, Registration
from employers.placing import areas_by_postcode, placed

from .followup_succession import move_follow_ups
from .refresh import refresh_employers

if TYPE_CHECKING:
    from accounts.models import User

#: What follows the main establishment until a person chooses it with a reason (R3).
CHOSEN_WITH_REASON = ("area", "sector", "track")


def settle_employer(employer: Employer, *, stored: Employer | None = None) -> None:
    """Before saving what a person typed: a name that differs from the stored one is that person's (an import
    keeps off it), and area, sector or track without a reason follow the register again."""
    if stored is None or stored.name != employer.name:
        employer.name_is_own = True
    for field in CHOSEN_WITH_REASON:
        if not getattr(employer, f"{field}_reason"):
            setattr(employer, f"{field}_id", getattr(stored, f"{field}_id") if stored else None)


@transaction.atomic
def add_employer(
    employer: Employer, *, by: "User", kvk_number: str = "", address: dict[str, str] | None = None
) -> Employer:
    """Save a new employer that a person typed, with its registration and first establishment when given.

    `address`: fields of Establishment; `number` is not among them (the register gives it). Raises
    ValidationError when a rule is broken, for instance a KVK number that is taken."""
    settle_employer(employer)
    save_tracked(employer, by=by)
    registration = None
    if kvk_number:
        registration = save_tracked(
            Registration(employer=employer, kvk_number=kvk_number, name=employer.name), by=by
        )
    if address and any(address.values()):
        save_tracked(
            Establishment(
                employer=employer,
                registration=registration,
                name=employer.name,
                is_main=True,
                source="own",
                **address,
                **placed(address.get("postcode", ""), areas_by_postcode()),
            ),
            by=by,
        )
    refresh_employers([employer.pk], clock.today())
    employer.refresh_from_db()
    return employer


@transaction.atomic
def make_readers(employer: Employer, *, readers: list["User"], by: "User") -> None:
    """Set who may see a confidential employer (R10). Whoever makes it confidential stays among them, so that
    nobody locks themselves out by accident."""
    people = {reader.pk for reader in readers}
    if employer.is_confidential:
        people.add(by.pk)
    employer.readers.set(people)
    refresh_shared_activities([employer.pk])


@transaction.atomic
def assign_account_manager(
    employer: Employer, user: "User | None", *, by: "User | None", starts_on: dt.date | None = None
) -> AccountAssignment | None:
    """Make somebody the account manager from a day on (default today); None: nobody any more.

    The current assignment ends the day before; one that began that very day was a mistake and is corrected;
    an assignment planned for later stays and ends the new one in time. The same person again changes
    nothing. Returns the assignment that holds on that day."""
    day = starts_on or clock.today()
    Employer.objects.select_for_update().get(pk=employer.pk)
    current: AccountAssignment | None = AccountAssignment.objects.filter(employer=employer).on(day).first()
    if current is not None and user is not None and current.user_id == user.pk:
        return current
    predecessor = current.user if current is not None else None
    if current is not None and current.starts_on == day and user is not None:
        current.user = user
        save_tracked(current, by=by)
        _pass_on(employer, predecessor, user, by=by, day=day)
        refresh_activities("assignment", [current.pk])
        return current
    later = (
        AccountAssignment.objects.filter(employer=employer, starts_on__gt=day).order_by("starts_on").first()
    )
    if current is not None:
        if current.starts_on == day:
            gone = current.pk
            current.delete()  # began today and ends before it began: it never held
            refresh_activities("assignment", [gone])
        else:
            current.ends_on = day - dt.timedelta(days=1)
            save_tracked(current, by=by)
    if user is None:
        return None
    assigned = save_tracked(
        AccountAssignment(
            employer=employer,
            user=user,
            starts_on=day,
            ends_on=later.starts_on - dt.timedelta(days=1) if later else None,
        ),
        by=by,
    )
    refresh_activities("assignment", [assigned.pk])
    _pass_on(employer, predecessor, user, by=by, day=day)
    return assigned


def _pass_on(
    employer: Employer, predecessor: "User | None", successor: "User", *, by: "User | None", day: dt.date
) -> None:
    """Promises and actions pass to the successor; from a day to come on, that day (a task of each night)."""
    if predecessor is not None and day <= clock.today():
        move_follow_ups(predecessor, successor, [employer.pk], by)


@transaction.atomic
def retire_employer(employer: Employer, *, by: "User", reason: str, on: dt.date | None = None) -> Employer:
    """No longer used: it leaves the lists and keeps its dossier. The account manager is released.

    Raises ValidationError without a reason, or when others are grouped under it."""
    if employer.grouped.exists():
        raise ValidationError(_("Other employers are grouped under this one. Take that back first."))
    employer.retired_on = on or clock.today()
    employer.retired_reason = reason.strip()
    save_tracked(employer, by=by)
    assign_account_manager(employer, None, by=by, starts_on=employer.retired_on)
    return employer


@transaction.atomic
def reuse_employer(employer: Employer, *, by: "User") -> Employer:
    """Take a retired employer into use again."""
    employer.retired_on, employer.retired_reason = None, ""
    return save_tracked(employer, by=by)
