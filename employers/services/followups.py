"""Promises and actions: what may be done with them, and what each act leaves behind (R1, R7, R9, R10).

Every act locks the row, checks who and in which state, stores its own date, and keeps a step for the history.
A promise to an employer closes only when it was reported back, and how; the database holds that too."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.services import StaleRecord, save_tracked
from employers.models import ContactMoment, ContactPerson, Employer, FollowUp, Theme
from employers.models.followup_steps import FollowUpStep
from employers.permissions_followups import STATES, kinds_for, may, may_choose_owner, may_confirm

from .contact import default_audience
from .followup_rules import (
    NotNow,
    check_due,
    check_owner,
    default_due_on,
    default_owner,
    follow_ups_changed,
    leave_step,
    not_to_come,
    said,
)

if TYPE_CHECKING:
    from accounts.models import User

Kind, Step = FollowUp.Kind, FollowUpStep.Act


@transaction.atomic
def add_follow_up(
    *,
    by: "User",
    employer: Employer,
    what: str,
    due_on: dt.date | None = None,
    kind: str = "",
    owner: "User | None" = None,
    department: str = "",
    person: ContactPerson | None = None,
    promised_by: CollegeMember | None = None,
    made_on: dt.date | None = None,
    exact_words: str = "",
    reservation: str = "",
    authority_checked: bool = False,
    contact_moment: ContactMoment | None = None,
    theme: Theme | None = None,
    audience: str = "",
    given_in_confidence: bool = False,
    woo_ground: str = "",
    readers: Iterable["User"] = (),
    is_confidential: bool = False,
    default_to: "User | None" = None,
) -> FollowUp:
    """Write down what must be done, for a grouped employer at its survivor.

    Guessed when left out: the kind (a promise when a college member made it, else an action), the day it was
    made (today), the day it is due, with whom it lies (`default_to`, else the account manager), the audience.
    `is_confidential`: what it came from is, so it is known to `readers` only (R10). A promise to an employer
    starts unconfirmed, unless who may confirm it gives the exact words and checked the authority at once.

    Raises PermissionDenied for a kind this person may not add, ValidationError for a day to come, a due date
    before it was made, an owner who may not know the employer, or a member who promises in its place."""
    concerned = employer.merged_into or employer
    kinds = kinds_for(by)
    member = promised_by or _promiser(by, kinds)
    chosen = kind or (Kind.PROMISE_TO if member else next(iter(kinds), ""))
    if chosen not in kinds:
        raise PermissionDenied
    if member is not None and chosen != Kind.PROMISE_TO:
        raise ValidationError({"promised_by": _("A college member can only make a promise to the employer.")})
    day = not_to_come("made_on", made_on)
    if owner is None and not department.strip():
        owner = default_to or default_owner(concerned, by=by, on=day, person=person)
    elif owner is not None and owner.pk != by.pk and not may_choose_owner(by):
        raise PermissionDenied
    check_owner(concerned, owner, person if owner != by else None)  # who writes it knows the person
    row = FollowUp(
        kind=chosen,
        employer=concerned,
        person=person,
        what=what.strip(),
        exact_words=exact_words.strip(),
        reservation=reservation.strip(),
        owner=owner,
        department=department.strip(),
        promised_by=member,
        made_on=day,
        due_on=due_on or default_due_on(chosen, day),
        contact_moment=contact_moment,
        theme=theme,
        audience=audience or default_audience(by),
        given_in_confidence=given_in_confidence,
        woo_ground=woo_ground.strip(),
        # Inherited downward (R10): what is agreed with a confidential employer is confidential.
        is_confidential=is_confidential
        or concerned.is_confidential
        or (contact_moment is not None and contact_moment.is_confidential),
    )
    check_due(row)
    if (
        chosen == Kind.PROMISE_TO
        and authority_checked
        and row.exact_words
        and may_confirm(by, member.user_id if member else None)
    ):
        row.authority_checked, row.confirmed_on, row.confirmed_by = True, clock.today(), by
    save_tracked(row, by=by)
    named = {by, *readers}
    if row.is_confidential:
        named |= set(concerned.readers.all()) | ({owner} if owner else set())
        if contact_moment is not None:
            named |= set(contact_moment.readers.all())
    if row.is_confidential or readers:
        row.readers.set(named)
    if row.confirmed_on:
        leave_step(row, Step.CONFIRMED, by=by, on=row.confirmed_on)
    follow_ups_changed([row.pk])
    return row


def _promiser(by: "User", kinds: list[str]) -> CollegeMember | None:
    """A college member who may only promise, promises in person."""
    if kinds != [Kind.PROMISE_TO.value]:
        return None
    found: CollegeMember | None = CollegeMember.objects.for_user(by).on(clock.today()).first()
    return found


@transaction.atomic
def confirm_follow_up(
    follow_up: FollowUp,
    *,
    by: "User",
    exact_words: str,
    reservation: str = "",
    authority_checked: bool = False,
    confirmed_on: dt.date | None = None,
    expected_version: int | None = None,
) -> FollowUp:
    """A promise to an employer as it was said, with its reservation, after it was checked who may promise
    this. Raises ValidationError without the words or the check."""
    row = _locked(follow_up, "confirm", by, expected_version)
    errors = {}
    if not exact_words.strip():
        errors["exact_words"] = _("Write down what was said, word for word.")
    if not authority_checked:
        errors["authority_checked"] = _("First check whether the municipality may promise this.")
    if errors:
        raise ValidationError(errors)
    row.exact_words, row.reservation = exact_words.strip(), reservation.strip()
    row.authority_checked = True
    row.confirmed_on = not_to_come("confirmed_on", confirmed_on)
    if row.confirmed_on < row.made_on:
        raise ValidationError({"confirmed_on": _("That is before the promise was made.")})
    row.confirmed_by = by
    return _saved(row, Step.CONFIRMED, by=by, on=row.confirmed_on)


@transaction.atomic
def fulfil_follow_up(
    follow_up: FollowUp,
    *,
    by: "User",
    outcome: str = "",
    fulfilled_on: dt.date | None = None,
    reported_back_how: str = "",
    reported_back_on: dt.date | None = None,
    expected_version: int | None = None,
) -> FollowUp:
    """It was done. With `reported_back_how` a promise to an employer is reported back in the same act;
    without, it waits for that. Raises ValidationError for a day before it was made or to come."""
    row = _locked(follow_up, "fulfil", by, expected_version)
    row.fulfilled_on = not_to_come("fulfilled_on", fulfilled_on)
    if row.fulfilled_on < row.made_on:
        raise ValidationError({"fulfilled_on": _("It cannot be fulfilled before it was made.")})
    row.outcome = outcome.strip()
    if not reported_back_how:
        return _saved(row, Step.FULFILLED, by=by, on=row.fulfilled_on, reason=row.outcome)
    _report_back(row, reported_back_how, reported_back_on)
    leave_step(row, Step.FULFILLED, by=by, on=row.fulfilled_on, reason=row.outcome)
    return _saved(row, Step.REPORTED_BACK, by=by, on=row.reported_back_on)


@transaction.atomic
def report_back(
    follow_up: FollowUp,
    *,
    by: "User",
    how: str,
    reported_back_on: dt.date | None = None,
    expected_version: int | None = None,
) -> FollowUp:
    """The employer was told. Only then a promise to an employer is closed."""
    row = _locked(follow_up, "report_back", by, expected_version)
    _report_back(row, how, reported_back_on)
    return _saved(row, Step.REPORTED_BACK, by=by, on=row.reported_back_on)


def _report_back(row: FollowUp, how: str, on: dt.date | None) -> None:
    if row.kind != Kind.PROMISE_TO:
        raise ValidationError({"reported_back_how": _("Only a promise to an employer is reported back.")})
    if how not in FollowUp.Channel.values:
        raise ValidationError({"reported_back_how": _("Say how the employer was told.")})
    row.reported_back_how = how
    row.reported_back_on = not_to_come("reported_back_on", on)
    if row.fulfilled_on is not None and row.reported_back_on < row.fulfilled_on:
        raise ValidationError({"reported_back_on": _("That is before the day it was fulfilled.")})


@transaction.atomic
def drop_follow_up(
    follow_up: FollowUp,
    *,
    by: "User",
    reason: str,
    dropped_on: dt.date | None = None,
    expected_version: int | None = None,
) -> FollowUp:
    """It will not be done, and why. The row stays."""
    row = _locked(follow_up, "drop", by, expected_version)
    row.dropped_reason = said("dropped_reason", reason, _("Say why this is dropped."))
    row.dropped_on = not_to_come("dropped_on", dropped_on)
    if row.dropped_on < row.made_on:
        raise ValidationError({"dropped_on": _("That is before it was made.")})
    return _saved(row, Step.DROPPED, by=by, on=row.dropped_on, reason=row.dropped_reason)


@transaction.atomic
def reassign_follow_up(
    follow_up: FollowUp,
    *,
    by: "User",
    reason: str,
    owner: "User | None" = None,
    department: str = "",
    expected_version: int | None = None,
) -> FollowUp:
    """Give it to a colleague or a department, and why. Raises ValidationError when it lies there already."""
    row = _locked(follow_up, "reassign", by, expected_version)
    department = department.strip()
    why = said("reason", reason, _("Say why it goes to somebody else."))
    if owner is None and not department:
        raise ValidationError({"owner": _("Say with whom it lies from now on.")})
    if (owner.pk if owner else None, department) == (row.owner_id, row.department):
        raise ValidationError({"owner": _("It lies there already.")})
    check_owner(row.employer, owner, row.person)
    before = {"owner_before": row.owner, "department_before": row.department}
    row.owner, row.department = owner, department
    member = row.answers
    if member is not None and not member.is_valid_on(clock.today()):
        # Whoever gives away what somebody promised who left, decides where it stays.
        row.taken_over_by, row.taken_over_on = None, clock.today()
    if owner is not None and row.is_confidential:
        row.readers.add(owner)
    return _saved(row, Step.REASSIGNED, by=by, on=clock.today(), reason=why, **before)


@transaction.atomic
def reopen_follow_up(
    follow_up: FollowUp, *, by: "User", reason: str, expected_version: int | None = None
) -> FollowUp:
    """Undo of a wrong tick, and why. What was dropped is as it was before; what was fulfilled is open again.
    The dates that go are kept as steps."""
    row = _locked(follow_up, "reopen", by, expected_version)
    why = said("reason", reason, _("Say why it is opened again."))
    if row.dropped_on is not None:
        row.dropped_on, row.dropped_reason = None, ""
    else:
        row.fulfilled_on, row.outcome = None, ""
        row.reported_back_on, row.reported_back_how = None, ""
    return _saved(row, Step.REOPENED, by=by, on=clock.today(), reason=why)


@transaction.atomic
def edit_follow_up(
    follow_up: FollowUp, *, by: "User", expected_version: int | None = None, **changes: Any
) -> FollowUp:
    """Correct what was written down: `changes` are fields of EDITABLE. Words of a confirmed promise stay as
    they were confirmed, the kind of what was confirmed or done stays. Another due date leaves a step."""
    row = _locked(follow_up, "edit", by, expected_version)
    unknown = set(changes) - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {sorted(unknown)}")
    if changes.get("kind", row.kind) != row.kind and (row.confirmed_on or row.fulfilled_on):
        raise ValidationError({"kind": _("What was confirmed or done keeps its kind.")})
    if "kind" in changes and changes["kind"] not in {row.kind, *kinds_for(by)}:
        raise PermissionDenied
    if row.confirmed_on and any(
        changes.get(name, getattr(row, name)) != getattr(row, name) for name in ("exact_words", "reservation")
    ):
        raise ValidationError({"exact_words": _("A confirmed promise keeps its words.")})
    due_before = row.due_on
    if changes.get("promised_by", row.promised_by) != row.promised_by:
        row.taken_over_by = row.taken_over_on = None
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    not_to_come("made_on", row.made_on)
    check_due(row)
    if row.promised_by is not None and row.kind != Kind.PROMISE_TO:
        raise ValidationError({"promised_by": _("A college member can only make a promise to the employer.")})
    moved = row.due_on != due_before
    return _saved(
        row,
        Step.RESCHEDULED if moved else None,
        by=by,
        on=clock.today(),
        due_before=due_before if moved else None,
    )


EDITABLE = frozenset(
    {
        "kind",
        "what",
        "person",
        "promised_by",
        "made_on",
        "due_on",
        "exact_words",
        "reservation",
        "theme",
        "audience",
        "given_in_confidence",
        "woo_ground",
    }
)


def _locked(follow_up: FollowUp, act: str, by: "User", expected_version: int | None) -> FollowUp:
    """The stored row, locked. Raises StaleRecord for a second editor, PermissionDenied, and NotNow when the
    state does not allow the act."""
    rows = FollowUp.objects.select_for_update(of=("self",))
    row: FollowUp = rows.select_related("employer", "person", "owner", "promised_by", "taken_over_by").get(
        pk=follow_up.pk
    )
    if not may(act, row, by):
        raise PermissionDenied
    if expected_version is not None and row.version != expected_version:
        raise StaleRecord(row)
    if row.state not in STATES[act]:
        raise NotNow(row)
    return row


def _saved(
    row: FollowUp, act: str | None, *, by: "User", on: dt.date | None, reason: str = "", **before: Any
) -> FollowUp:
    save_tracked(row, by=by)
    if act is not None:
        leave_step(row, act, by=by, on=on, reason=reason, **before)
    row.refresh_from_db(fields=["state"])  # the database keeps it
    follow_ups_changed([row.pk])
    return row
