"""The overdrachtsdossier of a member of the college: what somebody who comes new, or takes over, must know:
what is open in that name, and of each employer concerned the block that account managers get too."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from employers.models import FollowUp
from employers.portfolios.sheet import Block, Entry, Part, blocks_as_data, blocks_for
from meetings.models import Invitation, Meeting, MeetingEmployer

if TYPE_CHECKING:
    from accounts.models import User

#: So many employers get a block; the others have their own page.
MOST_EMPLOYERS = 60


@dataclass(frozen=True)
class MemberFile:
    """`parts`: what is open in this name; `blocks`: the employers it is about."""

    member: CollegeMember
    day: dt.date
    parts: list[Part]
    blocks: list[Block]

    @property
    def is_empty(self) -> bool:
        return not self.parts

    @property
    def is_secret(self) -> bool:
        """Whether it tells of something confidential, so that looking is logged (R13)."""
        return any(block.employer.is_confidential for block in self.blocks)


def member_file(member: CollegeMember, user: "User", day: dt.date | None = None) -> MemberFile:
    """As far as this reader may know (R9, R10); a fixed number of queries."""
    today = day or clock.today()
    employers: list[int] = []
    parts = []
    for title, found in (
        (_("Open promises"), _promises(member, user)),
        (_("Invitations"), _invitations(member, user, today)),
        (_("Visits and meetings to come"), _visits(member, user, today)),
    ):
        if found:
            parts.append(Part(title, [entry for _pks, entry in found]))
            employers += [pk for pks, _entry in found for pk in pks]
    concerned = list(dict.fromkeys(employers))[:MOST_EMPLOYERS]
    blocks = blocks_for(concerned, user, today) if concerned and user.can(Act.SEE_DOSSIERS) else []
    return MemberFile(member, today, parts, blocks)


Found = list[tuple[list[int], Entry]]


def _promises(member: CollegeMember, user: "User") -> Found:
    if not user.can(Act.SEE_FOLLOW_UPS):
        return []
    rows = FollowUp.objects.visible_to(user).standing().answered_for_by(member.pk)
    found: Found = []
    for row in rows.for_list().select_related("employer__merged_into").by_urgency():
        note = [
            _("promised on %(day)s") % {"day": nl_date(row.made_on, "short_year")},
            _("due %(day)s") % {"day": nl_date(row.due_on, "short_year")},
            row.get_state_display(),
        ]
        if row.promised_by_id != member.pk:
            note.append(_("promised by %(member)s") % {"member": row.promised_by})
        who = row.owner or row.department
        if who:
            note.append(_("lies with %(who)s") % {"who": who})
        if row.exact_words:
            note.append(f"“{row.exact_words}”")
        if row.reservation:
            note.append(_("reservation: %(words)s") % {"words": row.reservation})
        if row.is_confidential or row.given_in_confidence:
            note.append(_("confidential") if row.is_confidential else _("given in confidence"))
        employer = row.employer.merged_into or row.employer
        text = f"{row.employer.name}: {row.what}"
        found.append(([employer.pk], Entry(text, ", ".join(note), row.get_absolute_url())))
    return found


def _invitations(member: CollegeMember, user: "User", today: dt.date) -> Found:
    if not user.can(Act.SEE_AGENDA):
        return []
    rows = Invitation.objects.visible_to(user).pending(today).answered_for_by(member.pk)
    found: Found = []
    rows = rows.select_related("employer__merged_into", "person", "college_member").order_by("sent_on", "pk")
    for row in rows:
        note = [str(row.get_answer_display()), str(row.get_purpose_display())]
        if row.person is not None and not row.person.has_objected and row.person.anonymised_on is None:
            note.append(str(row.person))
        if row.college_member_id != member.pk:
            note.append(_("in the name of %(member)s") % {"member": row.college_member})
        employer = row.employer.merged_into or row.employer
        text = _("%(employer)s, sent on %(day)s") % {
            "employer": row.employer.name,
            "day": nl_date(row.sent_on, "short_year"),
        }
        found.append(([employer.pk], Entry(text, ", ".join(note), row.get_absolute_url())))
    return found


def _visits(member: CollegeMember, user: "User", today: dt.date) -> Found:
    if not user.can(Act.SEE_AGENDA):
        return []
    rows = Meeting.objects.visible_to(user).upcoming(clock.start_of(today)).with_member(member)
    found: Found = []
    for row in rows.for_list():
        there: list[MeetingEmployer] = list(row.employer_rows.all())
        names = ", ".join(one.employer.name for one in there)
        text = f"{nl_date(row.starts_at, 'time')}: {row.name}"
        keys = [one.employer.merged_into_id or one.employer_id for one in there]
        note = ", ".join(part for part in (names, str(row.get_state_display())) if part)
        found.append((keys, Entry(text, note, row.get_absolute_url())))
    return found


def file_data(told: MemberFile) -> dict[str, Any]:
    """The same as plain data, for the PDF."""
    return {
        "lead": lead_of(told),
        "foot": _("Confidential. Made on %(day)s, for the college member only.") % {"day": nl_date(told.day)},
        "words": {
            "nothing": _("Nothing is open in this name."),
            "employers": _("The employers concerned"),
        },
        "parts": [
            {
                "title": part.title,
                "lines": [{"text": line.text, "note": line.note} for line in part.lines],
            }
            for part in told.parts
        ],
        "employers": blocks_as_data(told.blocks),
    }


def lead_of(told: MemberFile) -> str:
    """Whose file it is, with office and remit."""
    member = told.member
    return f"{member.titled_name}: {member.remit}" if member.remit else member.titled_name
