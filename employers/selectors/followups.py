"""What pages and cards show of promises and actions, as far as the reader may see them (R9, R10)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Window
from django.utils.translation import gettext as _

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.statements import PreparedFor
from employers.models import ContactMoment, FollowUp, FollowUpRequest
from employers.models.followup_steps import FollowUpStep
from employers.passing_on.reading import AskedColleague, asked_of_colleagues
from employers.passing_on.rules import why_not_by_mail
from employers.permissions_followups import acts_on, kinds_for, may
from employers.querysets_followups import FollowUpQuerySet

if TYPE_CHECKING:
    from accounts.models import User

#: So many lines a card shows; the list has the others.
CARD_LINES = 8
#: From so long before it is due its page says how near that is, besides the date.
NEAR = dt.timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One line of a card. `act` is what comes next for this reader, or ""; `ticks`: one press does it."""

    follow_up: FollowUp
    act: str
    ticks: bool
    is_mine: bool = False

    @property
    def url_name(self) -> str:
        return f"employers:follow_up_{self.act}"


@dataclass(frozen=True)
class Card:
    """Lines by urgency, and how many there are and are late."""

    lines: list[Line]
    total: int
    late: int
    today: dt.date

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class Event:
    """One line of the history of a follow-up."""

    on: dt.date
    act: str
    word: Any
    by: Any
    reason: str = ""
    owner_before: Any = None
    member_before: Any = None
    text: str = ""
    at: Any = None
    department_before: str = ""
    due_before: dt.date | None = None

    @property
    def icon(self) -> str:
        return ICONS[self.act]


ICONS: dict[str, str] = {
    FollowUpStep.Act.CONFIRMED: "check-circle",
    FollowUpStep.Act.FULFILLED: "check-lg",
    FollowUpStep.Act.REPORTED_BACK: "send",
    FollowUpStep.Act.DROPPED: "x-circle",
    FollowUpStep.Act.REASSIGNED: "person",
    FollowUpStep.Act.RESCHEDULED: "calendar-event",
    FollowUpStep.Act.REOPENED: "arrow-repeat",
    FollowUpStep.Act.TAKEN_OVER: "people",
    "asked": "envelope",
    "answered": "chat-left-text",
    "withdrawn": "x-circle",
}


@dataclass(frozen=True)
class FollowUpPage:
    """`moment`: the contact it came from, when this reader may read that one."""

    history: list[Event]
    moment: ContactMoment | None
    needs_giving: bool
    member_left: bool
    is_near: bool
    requests: list[AskedColleague]
    why_not_by_mail: str


def follow_ups_for_page(user: "User") -> "QuerySet[FollowUp, Any]":
    """Visible follow-ups with what a page of one shows."""
    return FollowUp.objects.visible_to(user).select_related(
        "employer__merged_into",
        "person",
        "owner",
        "promised_by",
        "taken_over_by",
        "theme",
        "confirmed_by",
        "created_by",
    )


def follow_up_page(follow_up: FollowUp, user: "User") -> FollowUpPage:
    """History, newest first, where it came from, and what was asked of colleagues; four queries at most."""
    steps = FollowUpStep.objects.filter(follow_up=follow_up).select_related(
        "by", "owner_before", "member_before"
    )
    requests = asked_of_colleagues(follow_up, user)
    history = [
        Event(
            on=step.on,
            act=step.act,
            word=step.get_act_display(),
            by=step.by,
            reason=step.reason,
            owner_before=step.owner_before,
            department_before=step.department_before,
            member_before=step.member_before,
            due_before=step.due_before,
            at=step.recorded_at,
        )
        for step in steps
    ]
    history += [event for asked in requests for event in _asked_events(asked.request)]
    history.sort(key=lambda event: (event.on, event.at))
    history.reverse()
    moment = None
    if follow_up.contact_moment_id is not None:
        readable = ContactMoment.objects.visible_to(user).standing()
        moment = readable.filter(pk=follow_up.contact_moment_id).first()
    is_near = follow_up.is_open and follow_up.due_on < clock.today() + NEAR
    return FollowUpPage(
        history=history,
        moment=moment,
        needs_giving=_needs_giving(follow_up),
        member_left=_member_left(follow_up),
        is_near=is_near,
        requests=requests,
        why_not_by_mail=why_not_by_mail(follow_up) if may("pass_on", follow_up, user) else "",
    )


def _asked_events(request: FollowUpRequest) -> Iterator[Event]:
    """What was asked, answered and withdrawn, as lines of the history."""
    words = {"name": request.who}
    yield Event(
        on=request.asked_on,
        act="asked",
        word=_("asked %(name)s, a colleague without an account") % words,
        by=request.created_by,
        text=request.question,
        at=request.created_at,
    )
    if request.answered_on is not None:
        said = _("answered: it is done") if request.says_done else _("answered")
        if request.promised_on is not None:
            said = _("answered: will be done on %(day)s") % {"day": nl_date(request.promised_on)}
        yield Event(
            on=request.answered_on,
            act="answered",
            word=f"{request.who} {said}",
            by=_("by mail link"),
            text=request.answer,
            at=request.answered_at,
        )
    if request.withdrawn_on is not None:
        yield Event(
            on=request.withdrawn_on,
            act="withdrawn",
            word=_("question to %(name)s withdrawn") % words,
            by=request.modified_by,
            at=request.withdrawn_at,
        )


def _member_left(follow_up: FollowUp) -> bool:
    """As FollowUpQuerySet.left says it: who of the college answers for it left."""
    member = follow_up.answers
    gone = member is not None and member.ends_on is not None and member.ends_on < clock.today()
    return follow_up.is_open and gone


def _needs_giving(follow_up: FollowUp) -> bool:
    """Lies with nobody who can act; besides a member who left, as FollowUpQuerySet.to_give says it, of a row
    whose owner was read along."""
    if not follow_up.is_open:
        return False
    owner = follow_up.owner
    return (owner is None and not follow_up.department) or (owner is not None and not owner.is_active)


def of_employer(employer: Any, user: "User") -> Card | None:
    """What is open at an employer and at those grouped under it; None for who sees none and adds none."""
    if not user.can(Act.SEE_FOLLOW_UPS):
        return None
    family = [employer.pk, *getattr(employer, "family", [])]
    card = _card(_of_employers, user, family)
    return card if card.total or kinds_for(user) else None


def of_user(user: "User") -> Card | None:
    """What lies with somebody, and what a college member promised; None when nothing does."""
    if not user.can(Act.SEE_FOLLOW_UPS):
        return None
    card = _card(_of_person, user)
    return card if card.total else None


def gives_follow_ups(user: "User") -> bool:
    """Whether this person's week lists what lies with nobody who can act."""
    return user.has_role(Role.TEAM_LEAD) and user.can(Act.GIVE_FOLLOW_UP)


def to_give(user: "User") -> Card | None:
    """What lies with nobody who can act, for the lead; None when there is none."""
    if not gives_follow_ups(user):
        return None
    card = _card(_for_the_lead, user, gives=True)
    return card if card.total else None


@PreparedFor
def _of_employers(user: "User", family: list[int]) -> "QuerySet[FollowUp]":
    return _ordered(FollowUp.objects.visible_to(user).standing().at(family))


@PreparedFor
def _of_person(user: "User") -> "QuerySet[FollowUp]":
    return _ordered(FollowUp.objects.visible_to(user).standing().of(user))


@PreparedFor
def _for_the_lead(user: "User") -> "QuerySet[FollowUp]":
    return _ordered(FollowUp.objects.visible_to(user).to_give(clock.today()))


def _ordered(rows: FollowUpQuerySet) -> FollowUpQuerySet:
    counted = rows.annotate(
        in_all=Window(Count("pk")),
        late_in_all=Window(Count("pk", filter=Q(due_on__lt=clock.today()))),
    )
    found: FollowUpQuerySet = counted.for_list().by_urgency()
    return found


def _card(rows: PreparedFor, user: "User", *values: Any, gives: bool = False) -> Card:
    """Lines, which know how many there are in all and how many of those are late."""
    found = rows.rows(user, *values, first=CARD_LINES)
    total, late = (found[0].in_all, found[0].late_in_all) if found else (0, 0)
    lines = [_line(row, user, gives=gives) for row in found]
    return Card(lines, total, late, clock.today())


def _line(row: FollowUp, user: "User", *, gives: bool) -> Line:
    if gives:
        return Line(row, "reassign" if may("reassign", row, user) else "", ticks=False)
    acts = acts_on(row, user)
    act = next((name for name in ("confirm", "fulfil", "report_back") if name in acts), "")
    ticks = act == "fulfil" and row.kind != FollowUp.Kind.PROMISE_TO
    return Line(row, act, ticks, is_mine=row.owner_id == user.pk)
