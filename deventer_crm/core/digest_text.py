"""What the reminder mail says (R7), as plain data: an opening, lines under their headings, and one closing
line. Text and HTML show the same. It is written as somebody would write it to a colleague."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import formatting
from deventer_crm.core.models import Reminder
from deventer_crm.core.posting import absolute
from deventer_crm.core.targets import Line, Outsider, lines_for
from deventer_crm.core.workdays import shift

MOST_LINES = 7
GROUPS = ("late", "new", "coming")


def content(rows: Sequence[Reminder], day: dt.date) -> dict[str, Any]:
    """The mail of one day to one person, in the language of the house. The most pressing lines come first and
    are the ones that fit."""
    with translation.override(settings.LANGUAGE_CODE):
        before = shift(day, -1)  # the last day with a mail: what was asked by then is late
        lines = lines_for(rows, Outsider())
        grouped = sorted(
            ((_group(line, day, before), line) for line in lines),
            key=lambda pair: (GROUPS.index(pair[0]), pair[1].due_on, pair[1].reminder.pk),
        )
        late = sum(group == "late" for group, _line in grouped)
        count = len(grouped)
        subject = ngettext(
            "%(count)d thing asks for your attention", "%(count)d things ask for your attention", count
        ) % {"count": count}
        return {
            "subject": subject,
            "opening": _opening(count, late),
            "lines": [_mail_line(group, line, day) for group, line in grouped[:MOST_LINES]],
            "more": max(0, count - MOST_LINES),
            "reminders": [row.pk for row in rows],
        }


def headed(lines: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Lines of a stored mail under their headings; those that an earlier version wrote down have none."""
    headings = {"late": _("Late"), "new": _("New"), "coming": _("Coming up")}
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(headings.get(line.get("group", ""), ""), []).append(line)
    return list(found.items())


def _group(line: Line, day: dt.date, before: dt.date) -> str:
    if line.due_on > day:
        return "coming"
    return "late" if line.due_on <= before else "new"


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
        second = ngettext("It is late already.", "They are late already.", count)
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


def _mail_line(group: str, line: Line, day: dt.date) -> dict[str, str]:
    """A confidential record is not named and not linked: the link leads to the list behind the log-in."""
    return {
        "group": group,
        "what": line.what,
        "label": _("a confidential record") if line.hidden else line.label,
        "act": line.act,
        "due": _when(group, line),
        "note": _note(line, day),
        "url": absolute(line.url),
    }


def _when(group: str, line: Line) -> str:
    on = {"day": formatting.nl_date(line.due_on, "day")}
    if group == "coming":
        return _("by %(day)s at the latest") % on
    if group == "late":
        return _("since %(day)s") % on
    return _("from today")


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
