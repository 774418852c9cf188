"""The page of a briefing: what is compiled or kept, what was written by hand, and who read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from meetings.briefing import Section, compile_briefing, read_frozen
from meetings.models import Briefing, BriefingView, Meeting
from meetings.permissions import acts_on

if TYPE_CHECKING:
    from accounts.models import User

#: A page names no more readers; more than this hardly happens.
MOST_READERS = 30
MOST_NAMES = 3


@dataclass(frozen=True)
class BriefingPage:
    """`sections` is None when the meeting is over and nobody ever made or read a briefing."""

    meeting: Meeting
    briefing: Briefing | None
    sections: list[Section] | None
    views: list[BriefingView]
    may_edit: bool

    @property
    def heading(self) -> str:
        """The employers; a table of many goes by its own name."""
        names: list[str] = getattr(self.meeting, "party_names", [])
        return ", ".join(names) if 0 < len(names) <= MOST_NAMES else self.meeting.name

    @property
    def is_frozen(self) -> bool:
        return self.briefing is not None and self.briefing.frozen_at is not None

    def was_read_today_by(self, user: "User") -> bool:
        """On screen; then it needs not be written down again."""
        seen = (clock.today(), user.pk, BriefingView.How.PAGE)
        return any((view.on, view.user_id, view.how) == seen for view in self.views)

    @property
    def points(self) -> list[str]:
        return _lines(self.briefing.points) if self.briefing else []

    @property
    def sensitivities(self) -> list[str]:
        return _lines(self.briefing.sensitivities) if self.briefing else []


def _lines(text: str) -> list[str]:
    return [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")]


def briefing_of(meeting: Meeting) -> Briefing | None:
    """What was written by hand for it, if anything."""
    found: Briefing | None = getattr(meeting, "briefing", None)
    return found


def briefing_page(meeting: Meeting, user: "User", *, exact: bool = True) -> BriefingPage:
    """For one reader; `exact`: false for a document, which tells no number of jobs (R2)."""
    briefing = briefing_of(meeting)
    views = BriefingView.objects.filter(meeting=meeting).select_related("user")
    sections: list[Section] | None = None
    if briefing is not None and briefing.frozen_at is not None:
        sections = read_frozen(briefing, user, exact=exact)
    elif not meeting.is_held:
        sections = compile_briefing(meeting, user, exact=exact)
    return BriefingPage(
        meeting=meeting,
        briefing=briefing,
        sections=sections,
        views=list(views[:MOST_READERS]),
        may_edit="brief" in acts_on(meeting, user),
    )


def briefing_data(page: BriefingPage) -> dict[str, Any]:
    """The same as plain data, for the PDF."""
    blocks = [
        {"title": _("Points to bring up"), "lines": [{"text": line, "note": ""} for line in page.points]},
        {"title": _("Mind"), "lines": [{"text": line, "note": ""} for line in page.sensitivities]},
        *(
            {
                "title": section.title,
                "lines": [
                    {"text": line.text, "note": " · ".join(part for part in (line.note, line.source) if part)}
                    for line in section.lines
                ],
            }
            for section in page.sections or []
        ),
    ]
    return {
        "lead": f"{page.meeting.name}, {page.meeting.when_line}",
        "place": page.meeting.location or str(page.meeting.get_place_display()),
        "blocks": [block for block in blocks if block["lines"]],
        "words": {"nothing": _("Nothing is known yet.")},
        "foot": _("Not for distribution. Made on %(day)s from the dossiers.")
        % {"day": nl_date(clock.today())},
    }
