"""States as people see them: one colour, one icon and one word per code, the same on every page.

Colour is never the only sign. A wish of the policy that is not met is never red (R6).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


@dataclass(frozen=True)
class Badge:
    """Tone is the class of the stylesheet: ok, track, risk, miss, warm or plain."""

    tone: str
    icon: str
    word: Words


COMMITMENT = {
    "achieved": Badge("ok", "check-lg", _("achieved")),
    "on_track": Badge("track", "graph-up-arrow", _("on track")),
    "at_risk": Badge("risk", "exclamation-triangle-fill", _("at risk")),
    "missed": Badge("miss", "x-lg", _("missed")),
    "not_measured": Badge("plain", "dash-circle", _("not measured yet")),
}
WISH_NOT_KEPT = Badge("plain", "x-lg", _("not kept"))

VISIT = {
    "visited": Badge("ok", "check-lg", pgettext_lazy("visit", "visited")),
    "received": Badge("ok", "house-door", pgettext_lazy("visit", "received")),
    "planned": Badge("track", "calendar-event", pgettext_lazy("visit", "planned")),
    "invited": Badge("warm", "envelope", pgettext_lazy("visit", "invited")),
    "none": Badge("plain", "circle", pgettext_lazy("visit", "nothing yet")),
}

DUE = {
    "late": Badge("miss", "exclamation-circle", _("late")),
    "today": Badge("risk", "clock", _("today")),
    "soon": Badge("risk", "clock", _("soon")),
    "later": Badge("plain", "calendar-event", _("later")),
}

MEETING = {
    "draft": Badge("plain", "pencil", pgettext_lazy("meeting", "draft")),
    "planned": Badge("track", "calendar-event", pgettext_lazy("meeting", "planned")),
    "held": Badge("ok", "check-lg", pgettext_lazy("meeting", "held")),
    "reported": Badge("ok", "file-earmark-text", pgettext_lazy("meeting", "reported")),
    "closed": Badge("plain", "check-circle", pgettext_lazy("meeting", "closed")),
    "cancelled": Badge("plain", "x-circle", pgettext_lazy("meeting", "cancelled")),
}

ANSWER = {
    "accepted": Badge("ok", "check-lg", pgettext_lazy("answer", "accepted")),
    "declined": Badge("plain", "x-lg", pgettext_lazy("answer", "declined")),
    "none": Badge("warm", "hourglass-split", pgettext_lazy("answer", "no answer yet")),
}

FOLLOW_UP = {
    "unconfirmed": Badge("warm", "hourglass-split", pgettext_lazy("follow-up", "to be confirmed")),
    "open": Badge("track", "circle", pgettext_lazy("follow-up", "open")),
    "fulfilled": Badge("risk", "send", pgettext_lazy("follow-up", "to be reported back")),
    "closed": Badge("ok", "check-lg", pgettext_lazy("follow-up", "done")),
    "dropped": Badge("plain", "x-circle", pgettext_lazy("follow-up", "dropped")),
}

UNKNOWN = Badge("plain", "question-circle", _("unknown"))


def commitment(state: str, *, wish: bool = False) -> Badge:
    """The badge of a commitment's state code (R6); an unknown code shows as unknown, not as a broken page."""
    if wish and state == "missed":
        return WISH_NOT_KEPT
    return COMMITMENT.get(state, UNKNOWN)
