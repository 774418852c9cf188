"""What a step refuses, in words for the person who asked for it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from meetings.models import Meeting


class IllegalStep(ValidationError):
    """R8 knows no such step from the state the meeting is in; somebody else may have been first."""

    def __init__(self, meeting: Meeting, to_state: str) -> None:
        self.from_state, self.to_state = meeting.state, to_state
        super().__init__(
            _("This meeting is “%(now)s” and cannot become “%(wanted)s”."),
            code="illegal_step",
            params={
                "now": meeting.get_state_display(),
                "wanted": Meeting.State(to_state).label,
            },
        )
