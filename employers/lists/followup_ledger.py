"""The filters by which the ledger of promises is read: who of the college answers for it, which department it
lies with, and how long it is open. The summary page counts by the very same words."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.lists import Choices, Filter, Offered, Reader
from employers.lists.offers import NOBODY
from employers.models import FollowUp

ANYBODY, COLLEGE, LEFT = "any", "college", "left"

#: Days open, from and up to, with the word for it; the last one has no end.
AGES: tuple[tuple[int, int | None, Any], ...] = (
    (0, 13, _("less than 14 days")),
    (14, 29, _("14 to 29 days")),
    (30, 89, _("30 to 89 days")),
    (90, None, _("90 days or longer")),
)
#: "Older than so many days".
OLDER_THAN = (14, 30, 60, 90, 180)


def by_answering(rows: Any, value: str, reader: Reader) -> Any:
    """By who of the college answers for it now, which is not always who promised it."""
    if value == COLLEGE:
        return rows.filter(taken_over_on__isnull=False, taken_over_by__isnull=True)
    if value == NOBODY:
        return rows.filter(promised_by__isnull=True)
    if value == ANYBODY:
        return rows.filter(promised_by__isnull=False)
    if value == LEFT:
        return rows.filter(rows.left(reader.today))
    return rows.answered_for_by(int(value))


def answering(offered: Offered, reader: Reader) -> Choices:
    return [
        (ANYBODY, _("somebody of the college")),
        (LEFT, _("somebody who left the college")),
        (COLLEGE, _("the college as a whole")),
        (NOBODY, _("nobody of the college")),
        *offered["promiser"],
    ]


def by_department(rows: Any, value: str, reader: Reader) -> Any:
    return rows.filter(department="" if value == NOBODY else value)


def departments(offered: Offered, reader: Reader) -> Choices:
    """Those with which something lies that this reader may see."""
    rows = FollowUp.objects.visible_to(reader.user).exclude(department="").order_by("department")
    found = list(rows.values_list("department", flat=True).distinct())
    return [(NOBODY, _("no department")), *((name, name) for name in found)]


def by_age(rows: Any, value: str, reader: Reader) -> Any:
    """Of a class ("14-29", "90-"), or older than (">30")."""
    if value.startswith(">"):
        return rows.filter(made_on__lt=reader.today - dt.timedelta(days=int(value[1:])))
    first, _dash, last = value.partition("-")
    rows = rows.filter(made_on__lte=reader.today - dt.timedelta(days=int(first)))
    return rows.filter(made_on__gte=reader.today - dt.timedelta(days=int(last))) if last else rows


def age_code(first: int, last: int | None) -> str:
    """As the address says a class."""
    return f"{first}-{'' if last is None else last}"


def ages(offered: Offered, reader: Reader) -> Choices:
    classes: Choices = [(age_code(first, last), label) for first, last, label in AGES]
    older: Choices = [(f">{days}", _("older than %(days)s days") % {"days": days}) for days in OLDER_THAN]
    return [(_("Days open"), classes), (_("Older than"), older)]


LEDGER_FILTERS = (
    Filter(
        "answers",
        _("Answers for it in the college"),
        by_answering,
        choices=answering,
        everything=_("whoever"),
    ),
    Filter(
        "department", _("Department"), by_department, choices=departments, everything=_("all departments")
    ),
    Filter("age", _("Open for"), by_age, choices=ages, everything=_("however long")),
)
