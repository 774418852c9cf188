"""What was spent, the entries behind each number, and the same as a file."""

import datetime as dt
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import require
from accounts.roles import Act
from budget import selectors
from budget.exporting import hours_file
from budget.models import SpendingCheck, TimeEntry
from budget.selectors.people import may_see_person
from budget.selectors.spending import (
    TRACKS,
    Filters,
    amount_of,
    entries_of,
    outlook,
    share_range,
)
from budget.selectors.spending import spending as read_spending
from deventer_crm.core import clock
from deventer_crm.core.lists.export import TYPES
from deventer_crm.core.memo import remembering
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.paging import page_of
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.services import log_access
from employers.models import Track

from .shared import known_year, seen_employers

CHECKS_SHOWN = 8


@require_GET
@require(Act.SEE_BUDGET)
def spending(request: HttpRequest, year: int) -> HttpResponse:
    """By track, month and kind, with what is expected and what it takes."""
    known_year(year)
    as_of = min(clock.today(), dt.date(year, 12, 31))
    with remembering():
        view = selectors.split(year, as_of)
        spent = read_spending(year, as_of)
        sectors, inner_city = outlook(view, spent)
    tracks = {track.code: track.name for track in Track.objects.all()}
    kinds = dict(TimeEntry.Kind.choices)
    context: dict[str, Any] = {
        "view": view,
        "spent": spent,
        "months": [
            {
                "row": month,
                "cells": [(code, month.tracks[code]) for code in TRACKS],
                "number": month.first_day.month,
            }
            for month in spent.months
        ],
        "tracks": [(code, tracks.get(code, code)) for code in TRACKS],
        "sums": [(code, spent.tracks[code]) for code in TRACKS],
        "kinds": [
            {
                "kind": kind,
                "label": label,
                "cells": [(code, spent.by_kind_and_track[kind][code]) for code in TRACKS],
                "total": spent.kinds[kind],
            }
            for kind, label in kinds.items()
            if kind in spent.by_kind_and_track
        ],
        "outlooks": [(tracks.get(Track.SECTORS), sectors), (tracks.get(Track.INNER_CITY), inner_city)],
        "range": share_range(view) if view.has_plan else None,
        "needed": view.needed,
        "checks": SpendingCheck.objects.filter(year=year)[:CHECKS_SHOWN],
        "as_of": as_of,
        "can_see_hours": request.user.can(Act.SEE_ALL_HOURS),
    }
    return render(request, "budget/spending.html", context)


@require_GET
@require(Act.SEE_ALL_HOURS)
def year_hours(request: HttpRequest, year: int) -> HttpResponse:
    """The entries behind a number: evidence for the lead, without names (R9)."""
    return _entries(request, year, is_own=False)


@require_GET
@require(Act.BOOK_HOURS)
def own_hours(request: HttpRequest, year: int) -> HttpResponse:
    """One's own entries of a year."""
    return _entries(request, year, is_own=True)


def _entries(request: HttpRequest, year: int, *, is_own: bool) -> HttpResponse:
    known_year(year)
    rows, filters, person = _asked(request, year, is_own=is_own)
    page = page_of(rows.select_related("track", "employer"), request.GET.get("page"), 50)
    context = {
        "page_obj": page,
        "seen": seen_employers(page, request.user),
        "year": year,
        "is_own": is_own,
        "filters": filters,
        "person": person,
        "total": amount_of(rows),
        "tracks": Track.objects.all(),
        "months": [dt.date(year, month, 1) for month in range(1, 13)],
        "kinds": TimeEntry.Kind.choices,
        "file_url": "budget:own_hours_file" if is_own else "budget:year_hours_file",
    }
    return render(request, "budget/timeentry_list.html", context)


@require_GET
@require(Act.SEE_ALL_HOURS)
def year_hours_file(request: HttpRequest, year: int) -> Any:
    """The same entries as a file."""
    return _file(request, year, is_own=False)


@require_GET
@require(Act.BOOK_HOURS)
def own_hours_file(request: HttpRequest, year: int) -> Any:
    """One's own entries as a file."""
    return _file(request, year, is_own=True)


def _file(request: HttpRequest, year: int, *, is_own: bool) -> FileResponse:
    known_year(year)
    rows, _filters, _person = _asked(request, year, is_own=is_own)
    out, count = hours_file(rows, request.user)
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"budget.timeentry:{year}",
        origin=request.META.get("REMOTE_ADDR", ""),
        rows=count,
    )
    name = _("hours-%(year)s.xlsx") % {"year": year}
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


def _asked(request: HttpRequest, year: int, *, is_own: bool) -> tuple[Any, Filters, User | None]:
    """The entries the address asks for; what is no filter of ours is as good as nothing."""
    asked = request.GET
    month = whole_number(asked.get("maand"))
    person = None
    if not is_own and (number := whole_number(asked.get("wie"))) and may_see_person(request.user, number):
        person = User.objects.filter(pk=number).first()
    filters = Filters(
        track=asked.get("spoor", "") if asked.get("spoor") in TRACKS else "",
        month=month if month is not None and 1 <= month <= 12 else None,
        kind=asked.get("soort", "") if asked.get("soort") in TimeEntry.Kind.values else "",
        user=request.user.pk if is_own else person.pk if person else None,
    )
    as_of = min(clock.today(), dt.date(year, 12, 31))
    rows = entries_of(year, as_of, filters)
    return rows.visible_to(request.user), filters, person
