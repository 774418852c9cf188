"""Signals of employers, set-based: as many statements for one employer as for a page of them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject

from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.statements import PreparedFor
from employers.models import Employer, SignalObjection, TopListEntry
from employers.querysets import EmployerQuerySet

from . import kinds  # noqa: F401 - registers the signals of this app
from .registry import SIGNALS, Asked, Signal

if TYPE_CHECKING:
    from accounts.models import User


def on_the_list(day: dt.date) -> Q:
    """Employers of the yearly list that stands."""
    entries = TopListEntry.objects.standing(day.year).order_by()
    survivors = entries.annotate(now=Coalesce("employer__merged_into_id", "employer_id"))
    return Q(pk__in=survivors.values("now"))


def judged() -> EmployerQuerySet:
    """Employers that may have a signal: in use, and no natural person (R2)."""
    rows: EmployerQuerySet = Employer.objects.current().filter(is_natural_person=False)
    return rows


def signals_for(
    employer_ids: Iterable[int],
    user: "User",
    day: dt.date | None = None,
    *,
    codes: Sequence[str] | None = None,
    exact: bool = True,
) -> dict[int, list[Signal]]:
    """The signals of these employers that this person may know of (R10), the most pressing first; employers
    without one are left out. Nothing for who sees no dossiers. Three statements and the settings, for any
    number of employers. Jobs are those of today, whatever the day: the columns of the employer. `exact`:
    false for what leaves the application, which tells no number of jobs (R2)."""
    on = day or clock.today()
    ids = list(employer_ids)
    if not ids or not user.can(Act.SEE_DOSSIERS):
        return {}
    employers = {row.pk: row for row in _judged.rows(user, ids, on=on)}
    if not employers:
        return {}
    chosen = [kind for code, kind in SIGNALS.items() if codes is None or code in codes]
    settings = policy.values(sorted({name for kind in chosen for name in kind.settings}), on)
    asked = Asked(employers, user, on, settings, exact and user.can(Act.VIEW_EXACT_JOBS))
    denied = {
        (pk, row["code"], row["cause"]) for pk, employer in employers.items() for row in employer.denied
    }
    found: dict[int, list[Signal]] = {}
    for kind in chosen:
        for signal in kind.find(asked):
            if (signal.employer_id, signal.code, signal.cause) not in denied:
                found.setdefault(signal.employer_id, []).append(signal)
    return found


@PreparedFor
def _judged(user: "User", employer_ids: list[int], *, on: dt.date) -> "QuerySet[Employer]":
    """What the signals look at, and which of them somebody objected to."""
    objections = SignalObjection.objects.filter(employer=OuterRef("pk"), withdrawn_on__isnull=True)
    rows: QuerySet[Employer] = (
        judged()
        .visible_to(user)
        .filter(pk__in=employer_ids)
        .annotate(
            is_listed=ExpressionWrapper(on_the_list(on), output_field=BooleanField()),
            denied=ArraySubquery(objections.order_by().values(row=JSONObject(code="code", cause="cause"))),
        )
        .only("name", "jobs", "jobs_before", "jobs_on", "is_relation", "last_contact_at")
        .order_by()
    )
    return rows


def employers_with_signal(code: str, day: dt.date | None, user: "User") -> "QuerySet[Employer]":
    """Employers with that signal as far as this person may know, for a filter: equal to those of
    signals_for(). Raises KeyError for a code nobody registered."""
    on = day or clock.today()
    kind = SIGNALS[code]
    if not user.can(Act.SEE_DOSSIERS):
        return Employer.objects.none()
    rows = kind.narrow(judged().visible_to(user), user, on, policy.values(list(kind.settings), on))
    # Objections are few: whether one still holds is asked of the signals themselves.
    denied = set(
        SignalObjection.objects.filter(code=code, withdrawn_on__isnull=True).values_list(
            "employer_id", flat=True
        )
    )
    if denied:
        still = signals_for(denied, user, on, codes=[code])
        rows = rows.exclude(pk__in=[pk for pk in denied if pk not in still])
    return rows


def strongest(
    employers: Iterable[Employer],
    user: "User",
    day: dt.date,
    limit: int,
    *,
    without: frozenset[str] = frozenset(),
) -> list[tuple[Employer, list[Signal]]]:
    """The first employers among these with a signal, the most pressing first. `without`: kinds of signal
    that stand elsewhere on the page."""
    named = {row.pk: row for row in employers}
    found = signals_for(named, user, day, codes=[code for code in SIGNALS if code not in without])
    order = list(SIGNALS)

    def pressing(pk: int) -> tuple[int, int, str]:
        signals = found[pk]
        return (min(order.index(signal.code) for signal in signals), -len(signals), named[pk].sort_name)

    return [(named[pk], found[pk]) for pk in sorted(found, key=pressing)[:limit]]
