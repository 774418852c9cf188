"""Meetings and invitations in the timeline of an employer; each source applies R10 to its own rows."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from accounts.names import full_name
from accounts.roles import Act
from deventer_crm.core import badges
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, day_start, index_rows
from employers.activity.content import as_content, colleague, record_of
from meetings.models import (
    FeedbackLetter,
    Invitation,
    LetterRecipient,
    Meeting,
    MeetingEmployer,
    Participant,
)

if TYPE_CHECKING:
    from accounts.models import User

ICONS = {
    Meeting.Place.COMPANY: "buildings",
    Meeting.Place.TOWN_HALL: "bank",
    Meeting.Place.ELSEWHERE: "geo-alt",
    Meeting.Place.ONLINE: "laptop",
}
State = Meeting.State


@activity_source("meeting", label=gettext_lazy("meetings"), order=20)
class Meetings(ActivitySource):
    """What is planned, and what was held or called off. Held counts as contact with who was there, unless
    only some may know of it (R10). Called off stands on the day that happened."""

    act = Act.SEE_CONTACT_DATES

    def rows(self) -> Part:
        with_secret = MeetingEmployer.objects.filter(
            meeting=OuterRef("meeting"), employer__is_confidential=True
        )
        return index_rows(
            MeetingEmployer.objects.all(),
            employer="employer_id",
            record="meeting_id",
            at=Case(
                When(meeting__state=State.CANCELLED, then=day_start("meeting__cancelled_on")),
                default=F("meeting__starts_at"),
            ),
            is_plan=Q(meeting__state__in=[State.DRAFT, State.PLANNED]),
            is_contact=Q(
                ~Exists(with_secret),
                is_present=True,
                meeting__is_confidential=False,
                meeting__state__in=Meeting.HELD_STATES,
            ),
            user="meeting__owner_id",
            theme="meeting__theme_id",
        )

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows: Any = Meeting.objects.visible_to(user).filter(pk__in=[key.record_id for key in keys])
        if not user.can(Act.SEE_AGENDA):
            # Who may only know that there was contact gets the bare date of what was held (R9).
            return as_content(rows.held(), owner=colleague("owner"), in_full=Value(value=False))
        college = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
        names = college.order_by("college_member__position", "pk").values(
            row=JSONObject(name="college_member__name", office="college_member__office")
        )
        return as_content(
            rows,
            in_full=Value(value=True),
            name=Case(When(title="", then=F("kind__name")), default=F("title")),
            state="state",
            place="place",
            owner_id="owner_id",
            owner=colleague("owner"),
            theme=Coalesce("theme__name", Value("")),
            cancelled_by="cancelled_by",
            cancel_reason="cancel_reason",
            college=ArraySubquery(names),
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        if not data["in_full"]:
            return Happening(
                at=key.at,
                kind="meeting",
                title=_("Contact"),
                detail=data["owner"],
                icon="people",
                is_contact=True,
            )
        state = data["state"]
        if state == State.DRAFT and not key.is_upcoming:
            return None  # nobody agreed to it, and its day is over
        who = [f"{CollegeMember.Office(row['office']).label} {row['name']}" for row in data["college"]]
        details = [data["owner"]] if data["owner"] else []
        if data["theme"]:
            details.append(_("theme %(theme)s") % {"theme": data["theme"]})
        if state == State.CANCELLED:
            by = Meeting.CancelledBy(data["cancelled_by"]).label
            details.append(_("called off %(who)s: %(reason)s") % {"who": by, "reason": data["cancel_reason"]})
        badge = badges.MEETING[state]
        return Happening(
            at=key.at,
            kind="meeting",
            title=data["name"],
            text=_("with %(names)s") % {"names": ", ".join(who)} if who else "",
            detail=" · ".join(details),
            url=reverse("meetings:detail", args=[key.record_id]),
            icon="x-circle" if state == State.CANCELLED else ICONS[data["place"]],
            badge=(badge.tone, badge.word),
            record=record_of(key, data),
            is_contact=state in Meeting.HELD_STATES,
        )


@activity_source("invitation", label=gettext_lazy("invitations"), order=30)
class Invitations(ActivitySource):
    """On the day they were sent; never still to come."""

    act = Act.SEE_AGENDA

    def rows(self) -> Part:
        return index_rows(
            Invitation.objects.all(),
            employer="employer_id",
            record="pk",
            at=day_start("sent_on"),
            user="created_by_id",
        )

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = Invitation.objects.visible_to(user).filter(pk__in=[key.record_id for key in keys])
        return as_content(
            rows,
            channel="channel",
            purpose="purpose",
            direction="direction",
            answer="answer",
            withdrawn_on="withdrawn_on",
            undelivered_on="undelivered_on",
            person=full_name("person"),
            member=Coalesce("college_member__name", Value("")),
            office=Coalesce("college_member__office", Value("")),
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        details = [str(Invitation.Channel(data["channel"]).label)]
        if data["person"]:
            details.append(data["person"])
        came_in = data["direction"] == Invitation.Direction.IN
        text = str(Invitation.Purpose(data["purpose"]).label)
        if data["member"]:
            member = f"{CollegeMember.Office(data['office']).label} {data['member']}"
            text = (_("%(what)s, to %(member)s") if came_in else _("%(what)s, in the name of %(member)s")) % {
                "what": text,
                "member": member,
            }
        return Happening(
            at=key.at,
            kind="invitation",
            title=_("Invitation received") if came_in else _("Invitation sent"),
            text=text,
            detail=" · ".join(details),
            url=reverse("meetings:invitation", args=[key.record_id]),
            icon="envelope-open" if came_in else "envelope",
            badge=_answer_badge(data),
            record=record_of(key, data),
        )


def _answer_badge(data: dict[str, Any]) -> tuple[str, Any]:
    if data["withdrawn_on"]:
        return "plain", _("withdrawn")
    if data["undelivered_on"]:
        return "miss", _("mail not sent")
    known = badges.ANSWER.get(data["answer"] or "none")
    return (known.tone, known.word) if known else ("warm", Invitation.Answer(data["answer"]).label)


@activity_source("feedback_letter", label=gettext_lazy("letters"), order=35)
class Letters(ActivitySource):
    """What the company was told after a meeting, at each employer that was there. It is no contact of its
    own: the meeting was."""

    act = Act.SEE_AGENDA

    def rows(self) -> Part:
        return index_rows(
            FeedbackLetter.objects.filter(meeting__employer_rows__is_present=True),
            employer="meeting__employer_rows__employer_id",
            record="pk",
            at=day_start("sent_on"),
            user="created_by_id",
        )

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = FeedbackLetter.objects.visible_to(user).filter(pk__in=[key.record_id for key in keys])
        people = LetterRecipient.objects.filter(letter=OuterRef("pk")).order_by("pk")
        return as_content(
            rows,
            subject="subject",
            meeting_id="meeting_id",
            by=colleague("created_by"),
            people=ArraySubquery(people.values(shown=full_name("person"))),
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        return Happening(
            at=key.at,
            kind="feedback_letter",
            title=_("Letter about the talk sent"),
            text=_("to %(names)s") % {"names": ", ".join(data["people"])} if data["people"] else "",
            detail=data["by"],
            url=reverse("meetings:detail", args=[data["meeting_id"]]),
            icon="send",
            record=record_of(key, data),
        )
