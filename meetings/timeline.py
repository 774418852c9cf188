"""Meetings and invitations in the timeline of an employer; each source applies R10 to its own rows."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, DateTimeField, F, OuterRef, QuerySet, When
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import badges, clock
from deventer_crm.core.timeline import Happening, source
from meetings.models import Invitation, Meeting, Participant

if TYPE_CHECKING:
    from accounts.models import User

ICONS = {
    Meeting.Place.COMPANY: "buildings",
    Meeting.Place.TOWN_HALL: "bank",
    Meeting.Place.ELSEWHERE: "geo-alt",
    Meeting.Place.ONLINE: "laptop",
}


@source("meeting", label=gettext_lazy("meetings"))
def meetings(
    employer_ids: list[int], user: "User", *, upcoming: bool, before: dt.datetime | None, limit: int
) -> Iterable[Happening]:
    """What is planned, or what was held or called off; one query. Who may only know that there was contact
    gets the bare date of held meetings that are no secret (R9)."""
    if not user.can(Act.SEE_CONTACT_DATES):
        return []
    in_full = user.can(Act.SEE_AGENDA)
    rows: Any = Meeting.objects.visible_to(user).with_employers(employer_ids)
    if upcoming:
        if not in_full:
            return []
        rows = rows.upcoming().annotate(at=F("starts_at"))
    else:
        rows = _past(rows if in_full else rows.held(), before)
    college = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    names = college.order_by("college_member__position", "pk").values(
        row=JSONObject(name="college_member__name", office="college_member__office")
    )
    rows = rows.select_related("kind", "owner", "theme").annotate(college_names=ArraySubquery(names))
    return [_line(meeting) if in_full else _bare(meeting) for meeting in rows[:limit]]


def _past(rows: "QuerySet[Any]", before: dt.datetime | None) -> "QuerySet[Any]":
    """Newest first. A meeting that was called off stands on the day that happened."""
    rows = rows.exclude(state=Meeting.State.DRAFT).annotate(
        at=Case(
            When(state=Meeting.State.CANCELLED, then=Cast("cancelled_on", DateTimeField())),
            default=F("starts_at"),
        )
    )
    rows = rows.filter(at__lt=before if before is not None else clock.now())
    waiting = rows.filter(state=Meeting.State.PLANNED, starts_at__gte=clock.start_of(clock.today()))
    return rows.exclude(pk__in=waiting.values("pk")).order_by("-at", "-pk")


def _line(meeting: Any) -> Happening:
    who = [f"{CollegeMember.Office(row['office']).label} {row['name']}" for row in meeting.college_names]
    details = [str(meeting.owner)] if meeting.owner else []
    if meeting.theme:
        details.append(_("theme %(theme)s") % {"theme": str(meeting.theme)})
    if meeting.state == Meeting.State.CANCELLED:
        details.append(
            _("called off %(who)s: %(reason)s")
            % {"who": meeting.get_cancelled_by_display(), "reason": meeting.cancel_reason}
        )
    badge = badges.MEETING[meeting.state]
    return Happening(
        at=meeting.at,
        kind="meeting",
        title=meeting.name,
        text=_("with %(names)s") % {"names": ", ".join(who)} if who else "",
        detail=" · ".join(details),
        url=meeting.get_absolute_url(),
        icon="x-circle" if meeting.state == Meeting.State.CANCELLED else ICONS[meeting.place],
        badge=(badge.tone, badge.word),
        record=meeting,
    )


def _bare(meeting: Any) -> Happening:
    owner = str(meeting.owner) if meeting.owner else ""
    return Happening(at=meeting.at, kind="meeting", title=_("Contact"), detail=owner, icon="people")


@source("invitation", label=gettext_lazy("invitations"))
def invitations(
    employer_ids: list[int], user: "User", *, upcoming: bool, before: dt.datetime | None, limit: int
) -> Iterable[Happening]:
    """Invitations on the day they were sent; one query. They are never still to come."""
    if upcoming or not user.can(Act.SEE_AGENDA):
        return []
    rows = Invitation.objects.visible_to(user).filter(employer__in=employer_ids)
    if before is not None:
        # The line stands at the start of its day: a moment later on that same day still comes after it.
        day = clock.local_date(before)
        rows = (
            rows.filter(sent_on__lt=day) if clock.start_of(day) >= before else rows.filter(sent_on__lte=day)
        )
    rows = rows.select_related("college_member", "person").order_by("-sent_on", "-pk")[:limit]
    return [_invitation_line(row) for row in rows]


def _invitation_line(invitation: Invitation) -> Happening:
    details = [invitation.get_channel_display()]
    if invitation.person:
        details.append(str(invitation.person))
    if invitation.withdrawn_on:
        badge: tuple[str, Any] = ("plain", _("withdrawn"))
    elif invitation.answer in badges.ANSWER:
        badge = (badges.ANSWER[invitation.answer].tone, badges.ANSWER[invitation.answer].word)
    elif invitation.answer:
        badge = ("warm", invitation.get_answer_display())
    else:
        badge = (badges.ANSWER["none"].tone, badges.ANSWER["none"].word)
    came_in = invitation.direction == Invitation.Direction.IN
    text = invitation.get_purpose_display()
    if invitation.college_member:
        text = (_("%(what)s, to %(member)s") if came_in else _("%(what)s, in the name of %(member)s")) % {
            "what": text,
            "member": invitation.college_member,
        }
    return Happening(
        at=clock.start_of(invitation.sent_on),
        kind="invitation",
        title=_("Invitation received") if came_in else _("Invitation sent"),
        text=text,
        detail=" · ".join(details),
        url=reverse("meetings:invitation", args=[invitation.pk]),
        icon="envelope-open" if came_in else "envelope",
        badge=badge,
        record=invitation,
    )
