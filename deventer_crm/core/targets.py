"""What a reminder points at, in words and with a link, for one reader and within R10.

A reminder's target may be any record. Whether this reader may know it is asked of the model's own
`visible_to`; a record that is not visible is "confidential", without its name and without a link to it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from deventer_crm.core import reminders
from deventer_crm.core.models import Reminder
from deventer_crm.core.statements import PreparedFor


class Outsider:
    """A reader without a single right. What this reader may see is no secret, so a mail may name it (R10:
    mail never carries confidential content)."""

    pk = 0
    id = 0
    is_authenticated = True
    is_active = True
    is_superuser = False
    role_codes: frozenset[str] = frozenset()

    def can(self, act: object) -> bool:
        return False

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return False

    def has_role(self, *roles: object) -> bool:
        return False


@dataclass(frozen=True)
class Line:
    """A reminder as people read it: what it is about, what to do, where, and by when. A target that needs
    more than its name says so as `reminder_name`."""

    reminder: Reminder
    what: str
    act: str
    label: str
    url: str
    due_on: dt.date
    hidden: bool = False
    #: For whom this reader stands in, when it would have been asked of somebody else.
    behalf: str = ""
    #: Whether its owner may pass it to a colleague.
    may_give: bool = True
    #: A colleague passed it to this reader.
    passed: bool = False
    #: Why it is there, when the rule explains itself.
    why: str = ""


def lines_for(rows: Iterable[Reminder], reader: Any) -> list[Line]:
    """Lines in the order of the rows: two queries for each kind of target, whatever the number of rows."""
    listed = list(rows)
    by_type: dict[int, set[int]] = defaultdict(set)
    for row in listed:
        by_type[row.target_type_id].add(row.target_id)
    found: dict[tuple[int, int], Model] = {}
    for type_id, ids in by_type.items():
        for record in _visible(type_id, ids, reader):
            found[type_id, record.pk] = record
    return [_line(row, found.get((row.target_type_id, row.target_id))) for row in listed]


def _visible(type_id: int, ids: set[int], reader: Any) -> Iterable[Model]:
    model = ContentType.objects.get_for_id(type_id).model_class()
    return _targets.rows(reader, sorted(ids), model=model) if model is not None else []


@PreparedFor
def _targets(reader: Any, ids: list[int], *, model: type[Model]) -> "QuerySet[Model]":
    records = model._default_manager.filter(pk__in=ids).order_by()
    if hasattr(records, "visible_to"):
        records = records.visible_to(reader)
    # Required relations come along: the name of an invitation, for instance, is that of its employer.
    return records.select_related()


def _line(row: Reminder, target: Model | None) -> Line:
    rule = reminders.RULES.get(row.kind)
    what = str(rule.label) if rule else row.kind
    act = str(rule.act) if rule else ""
    if target is None:
        return Line(row, what, act, _("confidential"), reverse("home:reminders"), row.due_on, hidden=True)
    due_on = rule.deadline(target) if rule and rule.deadline else row.due_on
    name = getattr(target, "reminder_name", None) or str(target)
    may_give = not (rule and rule.personal)
    why = reminders.explanation_of(row.kind, target, row.period)
    return Line(row, what, act, name, url_of(row, target), due_on, may_give=may_give, why=why)


def url_of(row: Reminder, target: Any) -> str:
    """Where the act is done: what the rule or a higher app says, else the record's own page, else the list of
    reminders."""
    rule = reminders.RULES.get(row.kind)
    url = (rule.url if rule else None) or reminders.ACT_URLS.get(row.kind)
    if url is not None:
        return url(target, row.period)
    if hasattr(target, "get_absolute_url"):
        return str(target.get_absolute_url())
    return reverse("home:reminders")
