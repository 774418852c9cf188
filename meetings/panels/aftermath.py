"""On the page of a meeting: the way to its briefing, its report with what was agreed, the question to a
member of the college, the letter to the company. That question also stands on the page of the college."""

from typing import TYPE_CHECKING, Any

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, panel
from meetings.feedback_text import outcomes_of
from meetings.models import FeedbackLetter, Meeting
from meetings.permissions import acts_on
from meetings.selectors.promises import promise_cards
from meetings.selectors.report import has_report, shown_report

if TYPE_CHECKING:
    from accounts.models import User

State = Meeting.State


@panel("meeting.acts", order=20)
def to_the_briefing(meeting: Meeting, user: "User") -> Panel | None:
    """For what is to come, and for what was kept; no query."""
    briefing = getattr(meeting, "briefing", None)
    if meeting.state == State.CANCELLED or (meeting.is_held and briefing is None):
        return None
    return Panel("meetings/briefing_act.html", {"meeting": meeting, "briefing": briefing})


@panel("college.next", order=10)
def briefing_of_the_next(meeting: Meeting, user: "User") -> Panel | None:
    """The first thing a member of the college reads; no query."""
    return Panel("meetings/briefing_next.html", {"meeting": meeting})


@panel("meeting.acts", order=30)
def to_the_report(meeting: Meeting, user: "User") -> Panel | None:
    """Once it has begun: who was there and the report in one act."""
    if meeting.state != State.PLANNED or meeting.starts_at > clock.now():
        return None
    return Panel("meetings/report_act.html", {"meeting": meeting}) if user.can(Act.REPORT_MEETING) else None


@panel("meeting.main", order=10)
def what_was_promised(meeting: Meeting, user: "User") -> Panel | None:
    """Today, for the member and who acts for them."""
    if clock.local_date(meeting.starts_at) != clock.today():
        return None
    cards = promise_cards(user, meeting)
    return Panel("meetings/promise_cards.html", {"cards": cards}) if cards else None


@panel("college.top", order=10)
def promised_today(record: Any, user: "User") -> Panel | None:
    """For a member: all own meetings of today that are over. Who acts for a member finds the question on the
    page of the meeting."""
    cards = promise_cards(user) if user.has_role(Role.COLLEGE_MEMBER) else []
    return Panel("meetings/promise_cards.html", {"cards": cards, "next": "college"}) if cards else None


@panel("meeting.main", order=60)
def report_card(meeting: Meeting, user: "User") -> Panel | None:
    """The report with its signals and what was agreed, or that it is missing; at most four queries."""
    if not meeting.is_held:
        return None
    shown = shown_report(meeting, user)
    acts = acts_on(meeting, user)
    context = {
        "meeting": meeting,
        "shown": shown,
        "outcomes": outcomes_of(meeting, user),
        "may_write": "report" in acts,
        "may_mail": "feedback" in acts,
        "letter": FeedbackLetter.objects.filter(meeting=meeting).first() if "feedback" in acts else None,
        "is_hidden": shown is None and meeting.state != State.HELD and has_report(meeting),
    }
    return Panel("meetings/report_card.html", context)
