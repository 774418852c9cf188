"""What the reminder mail says (R7), as plain data: an opening, lines under their headings, and one closing
line. Text and HTML show the same. It is written as somebody would write it to a colleague."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import formatting
from deventer_crm.core import reminders as registry
from deventer_crm.core.models import Reminder
from deventer_crm.core.posting import absolute
from deventer_crm.core.targets import Line, Outsider, lines_for
from deventer_crm.core.workdays import shift

MOST_LINES = 7
GROUPS = ("late", "new", "coming")


@dataclass(frozen=True)
class _Told:
    """One line of the mail: several reminders in one when their records may not be named."""

    group: str
    due_on: dt.date
    line: Line
    number: int


def content(rows: Sequence[Reminder], day: dt.date, reader: Any) -> dict[str, Any]:
    """The mail of one day to one person, in the language of the house. The most pressing lines come first and
    are the ones that fit."""
    with translation.override(settings.LANGUAGE_CODE):
        told = _told(rows, day, reader)
        late = sum(one.number for one in told if one.group == "late")
        count = len(rows)
        subject = ngettext(
            "%(count)d thing asks for your attention", "%(count)d things ask for your attention", count
        ) % {"count": count}
        return {
            "subject": subject,
            "opening": _opening(count, late),
            "lines": [_mail_line(one, day) for one in told[:MOST_LINES]],
            "more": sum(one.number for one in told[MOST_LINES:]),
            "reminders": [row.pk for row in rows],
        }


def _told(rows: Sequence[Reminder], day: dt.date, reader: Any) -> list[_Told]:
    """A mail names what anybody may know (R10). When something is due is no secret: that is taken from what
    the reader sees of it."""
    before = shift(day, -1)  # the last day with a mail: what was asked by then is late
    known = {line.reminder.pk: line.due_on for line in lines_for(rows, reader)}
    found: dict[Any, _Told] = {}
    for line in lines_for(rows, Outsider()):
        due_on = known[line.reminder.pk]
        group = "coming" if due_on > day else "late" if due_on <= before else "new"
        row = line.reminder
        same = (row.kind, group, row.is_escalation, row.delegated_until) if line.hidden else row.pk
        other = found.get(same)
        found[same] = (
            _Told(group, min(due_on, other.due_on), other.line, other.number + 1)
            if other
            else _Told(group, due_on, line, 1)
        )
    return sorted(found.values(), key=lambda one: (GROUPS.index(one.group), one.due_on, one.line.reminder.pk))


def headed(lines: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Lines of a stored mail under their headings; those that an earlier version wrote down have none."""
    headings = {"late": _("Late"), "new": _("New"), "coming": _("Coming up")}
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(headings.get(line.get("group", ""), ""), []).append(line)
    return list(found.items())


def _opening(count: int, late: int) -> str:
    """One or two sentences."""
    first = ngettext(
        "There is one thing that asks for your attention.",
        "There are %(number)s things that ask for your attention.",
        count,
    ) % {"number": in_words(count)}
    if not late:
        return first
    if late == count:
        second = ngettext("It is late already.", "All of them are late already.", count)
    else:
        second = ngettext("One of them is late.", "%(number)s of them are late.", late) % {
            "number": in_words(late).capitalize()
        }
    return f"{first} {second}"


def in_words(number: int) -> str:
    """Small numbers as people write them."""
    words = {
        2: _("two"),
        3: _("three"),
        4: _("four"),
        5: _("five"),
        6: _("six"),
        7: _("seven"),
        8: _("eight"),
        9: _("nine"),
        10: _("ten"),
        11: _("eleven"),
        12: _("twelve"),
    }
    return words.get(number, str(number))


def _mail_line(one: _Told, day: dt.date) -> dict[str, str]:
    """A record that not everybody may know of is not named and not linked: the link leads to the list behind
    the log-in."""
    line, label = one.line, one.line.label
    if line.hidden:
        label = ngettext("a confidential record", "%(number)s confidential records", one.number) % {
            "number": in_words(one.number)
        }
    return {
        "group": one.group,
        "what": line.what,
        "label": label,
        "act": line.act,
        "due": _when(one),
        "note": _note(line, day),
        "why": "" if line.hidden else line.why,
        "url": absolute(line.url),
    }


def _when(one: _Told) -> str:
    on = {"day": formatting.nl_date(one.due_on, "day")}
    if one.group == "coming":
        return _("by %(day)s at the latest") % on
    if one.group == "new":
        return _("from today")
    rule = registry.RULES.get(one.line.reminder.kind)
    has_deadline = rule is not None and rule.deadline is not None and one.number == 1
    return (_("was due on %(day)s") if has_deadline else _("since %(day)s")) % on


def _note(line: Line, day: dt.date) -> str:
    """How it came to this person, when it was not theirs from the start."""
    row = line.reminder
    if row.is_given_away(day) and row.delegated_until is not None:
        return _("%(name)s passed this to you until %(day)s.") % {
            "name": row.recipient,
            "day": formatting.nl_date(row.delegated_until, "day"),
        }
    if row.is_escalation:
        return _("You hear of this because it stays undone.")
    return ""
