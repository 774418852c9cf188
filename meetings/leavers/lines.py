"""What was left behind, as lines to tick."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deventer_crm.core.formatting import nl_date
from employers.models import FollowUp
from meetings.models import Invitation, Meeting

from .reading import Closed, Leaver

Picked = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Row:
    """One line."""

    key: int
    text: str
    note: str
    url: str
    ticked: bool = False


@dataclass(frozen=True)
class Group:
    """Lines of one kind; `name` is that of their boxes."""

    name: str
    title: Any
    rows: list[Row]


def groups_of_leaver(leaver: Leaver, picked: Picked) -> list[Group]:
    """Promises, invitations and seats of a member who left."""
    return [
        _group("promise", _("Promises"), [_of_follow_up(row) for row in leaver.promises], picked),
        _group("invitation", _("Invitations"), [_of_invitation(row) for row in leaver.invitations], picked),
        _group(
            "meeting",
            _("Visits and meetings to come"),
            [_of_meeting(seat.meeting, seat.pk) for seat in leaver.seats],
            picked,
        ),
    ]


def groups_of_closed(closed: Closed, picked: Picked) -> list[Group]:
    """Promises, actions and meetings of a colleague without an account."""
    return [
        _group(
            "promise", _("Promises and actions"), [_of_follow_up(row) for row in closed.follow_ups], picked
        ),
        _group("meeting", _("Meetings"), [_of_meeting(row, row.pk) for row in closed.meetings], picked),
    ]


def _group(name: str, title: Any, lines: list[tuple[int, str, str, str]], picked: Picked) -> Group:
    ticked = picked.get(name, ())
    return Group(name, title, [Row(*line, ticked=str(line[0]) in ticked) for line in lines])


def _of_follow_up(row: FollowUp) -> tuple[int, str, str, str]:
    note = [
        row.employer.name,
        _("due %(day)s") % {"day": nl_date(row.due_on, "short_year")},
        row.get_state_display(),
    ]
    if row.owner is not None and row.owner.is_active:
        note.append(_("lies with %(who)s") % {"who": row.owner})
    elif row.department:
        note.append(_("lies with %(who)s") % {"who": row.department})
    return row.pk, row.what, " · ".join(note), row.get_absolute_url()


def _of_invitation(row: Invitation) -> tuple[int, str, str, str]:
    sent = _("sent on %(day)s") % {"day": nl_date(row.sent_on, "short_year")}
    note = " · ".join([sent, str(row.get_purpose_display()), str(row.get_answer_display())])
    return row.pk, row.employer.name, note, row.get_absolute_url()


def _of_meeting(row: Meeting, key: int) -> tuple[int, str, str, str]:
    note = " · ".join([nl_date(row.starts_at, "time"), str(row.get_state_display())])
    return key, row.name, note, row.get_absolute_url()
