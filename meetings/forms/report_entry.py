"""The report form as a whole: who was there, the text, signals, what was agreed, hours. All of it is saved,
or nothing is. Shaped as the contact form is (employers.forms.contact_entry)."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db import transaction
from django.forms.boundfield import BoundField
from django.http import QueryDict

from accounts.models import CollegeMember, User
from accounts.roles import Act
from deventer_crm.core.parsing import whole_numbers
from employers.models import Employer, Theme
from employers.permissions_followups import kinds_for, may_choose_owner
from meetings.models import Meeting, Report, ReportDraft
from meetings.sections import ReportSection, ReportSectionForm, report_sections_for

from .report import OutcomeRow, ReportForm, SignalRow
from .steps import HoldForm

if TYPE_CHECKING:
    from meetings.models import ReportSignal

#: Rows that stand ready, and the most that are read.
READY, MORE, MOST_ROWS = 2, 3, 15
DRAFT, DISCARD, RESTORED = "draft", "discard", "restored"
#: Fields with more than one value.
SEVERAL = {"present_employers", "present_people", "present_ours"}
#: What belongs to sending, not to what was typed.
NOT_KEPT = {"csrfmiddlewaretoken", "do"}

Result = TypeVar("Result")


class _Refused(Exception):
    """A part refused: everything is undone, and the part carries the error."""


def _must(part: Any, act: Callable[[], Result]) -> Result:
    done = part.attempt(act)
    if part.errors:
        raise _Refused
    return cast("Result", done)


def typed_of(data: QueryDict) -> dict[str, list[str]]:
    """What a draft keeps of a sent form."""
    return {name: data.getlist(name) for name in data if name not in NOT_KEPT}


class ReportEntry:
    """To a template it looks like one form. `do` says which button was pressed; what was typed comes back as
    it was, unjudged, so that it works without JavaScript as well."""

    def __init__(
        self,
        user: User,
        meeting: Meeting,
        stored: Report | None,
        *,
        data: QueryDict | None = None,
        draft: ReportDraft | None = None,
    ) -> None:
        """`stored`: the report as it is now; `draft`: what this person typed before."""
        self.user, self.meeting, self.stored = user, meeting, stored
        self.draft = draft if data is None else None
        self._data = data if data is not None else _as_sent(draft)
        self.do = RESTORED if self.draft else (data.get("do", "") if data is not None else "").strip()
        self.employers = self._employers()
        self.attendance: HoldForm | None = None
        if meeting.state == Meeting.State.PLANNED:
            self.attendance = HoldForm(meeting=meeting, user=user, **self._state("", HOLD_FIELDS))
            self.attendance.fields.pop("on_behalf_of", None)
        self.text = self._text()
        self.signals = self._signal_rows()
        self.outcomes = self._outcome_rows()
        self.sections: list[ReportSectionForm] = []
        self.closed_sections: list[ReportSection] = []
        for section in report_sections_for(user):
            self._open_or_not(section)

    @property
    def is_drawn_again(self) -> bool:
        """Something was asked of the form; nothing is saved."""
        return bool(self.do)

    def _state(self, prefix: str, names: list[str]) -> dict[str, Any]:
        """The data of a part that is saved, or what was typed in a part that is drawn again."""
        if not self.is_drawn_again:
            return {"data": self._data}
        found: dict[str, Any] = {}
        for name in names:
            key = f"{prefix}-{name}" if prefix else name
            if self._data is not None and key in self._data:
                found[name] = self._data.getlist(key) if name in SEVERAL else self._data.get(key)
        return {"initial": found}

    def _employers(self) -> list[Employer]:
        rows = self.meeting.employer_rows.select_related("employer").order_by("employer__sort_name", "pk")
        return [row.employer for row in rows]

    # ── the parts ────────────────────────────────────────────────────────────────────────────────

    def _text(self) -> ReportForm:
        instance = self.stored or Report(meeting=self.meeting)
        names = [*ReportForm.base_fields, "on_behalf_of"]
        state = self._state("", names)
        if "initial" in state and self._data is not None:
            # A box that stands unticked is not sent.
            state["initial"].setdefault("given_in_confidence", False)
        return ReportForm(instance=instance, meeting=self.meeting, user=self.user, **state)

    def _codes(self, name: str, ready: int) -> list[str]:
        """Numbers of the rows on the page: those that were sent, or a few to begin with; more when asked."""
        codes = list(range(ready)) if self._data is None else whole_numbers(self._data.getlist(name))
        if self.do == f"more-{name}":
            first = max(codes, default=-1) + 1
            codes += range(first, first + MORE)
        return [str(code) for code in dict.fromkeys(codes)][:MOST_ROWS]

    def _signal_rows(self) -> list[SignalRow]:
        themes = list(Theme.objects.filter(disabled_on__isnull=True).order_by("position", "name"))
        known: list[ReportSignal] = []
        if self.stored is not None and self.stored.pk and self._data is None:
            known = list(self.stored.signals.all())
            themes += [row.theme for row in known if row.theme not in themes]
        rows = []
        for number, code in enumerate(self._codes("signal", len(known) + READY)):
            prefix = f"signal{code}"
            state = self._state(prefix, list(SignalRow.declared_fields))
            if number < len(known):
                row = known[number]
                state = {
                    "initial": {
                        "sentence": row.sentence,
                        "theme": row.theme_id,
                        "employer": str(row.employer_id),
                    }
                }
            form = SignalRow(user=self.user, employers=self.employers, themes=themes, prefix=prefix, **state)
            form.code = code
            rows.append(form)
        return rows

    def _outcome_rows(self) -> list[OutcomeRow]:
        if not kinds_for(self.user) or not self.employers:
            return []
        members = list(
            CollegeMember.objects.filter(participations__meeting=self.meeting).order_by("position", "pk")
        )
        choosing = may_choose_owner(self.user)
        shared: dict[str, Any] = {
            "user": self.user,
            "employers": self.employers,
            "members": members,
            "owners": list(User.objects.who_can(Act.KEEP_FOLLOW_UPS)) if choosing else [],
        }
        rows = []
        for code in self._codes("outcome", READY):
            prefix = f"outcome{code}"
            state = self._state(prefix, [*OutcomeRow.declared_fields])
            form = OutcomeRow(**shared, prefix=prefix, **state)
            form.code = code
            rows.append(form)
        return rows

    def _open_or_not(self, section: ReportSection) -> None:
        asked = self.do == f"section-{section.code}"
        sent = self._data is not None and section.code in self._data.getlist("section")
        if not (asked or sent) or self.do == f"close-{section.code}":
            self.closed_sections.append(section)
            return
        state = self._state(section.code, list(section.form.declared_fields)) if sent else {}
        form = section.form(user=self.user, meeting=self.meeting, prefix=section.code, **state)
        form.section, form.is_fresh = section, asked
        self.sections.append(form)

    @property
    def can_add_signals(self) -> bool:
        return len(self.signals) < MOST_ROWS

    @property
    def can_add_outcomes(self) -> bool:
        return bool(self.outcomes) and len(self.outcomes) < MOST_ROWS

    @property
    def is_typed(self) -> bool:
        """It holds what somebody typed and did not save."""
        return self._data is not None

    # ── as one form ──────────────────────────────────────────────────────────────────────────────

    @property
    def parts(self) -> list[Any]:
        first = [self.attendance] if self.attendance is not None else []
        return [*first, self.text, *self.signals, *self.outcomes, *self.sections]

    @property
    def errors(self) -> bool:
        return any(part.errors for part in self.parts)

    @property
    def non_field_errors(self) -> list[str]:
        return [error for part in self.parts for error in part.non_field_errors()]

    def __iter__(self) -> Iterator[BoundField]:
        for part in self.parts:
            yield from part

    def is_valid(self) -> bool:
        # Every part is judged, so that all errors are told at once.
        return all([part.is_valid() for part in self.parts])  # noqa: C419 - no short cut

    def save(self) -> Report | None:
        """Hold the meeting when that was not done, and save it all in one transaction. None: nothing was
        saved, and the parts carry the errors."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                if self.attendance is not None:
                    _must(self.attendance, self.attendance.act)
                signals = [row.noted() for row in self.signals]
                noted = [signal for signal in signals if signal is not None]
                report = _must(self.text, partial(self.text.save_text, noted))
                for row in self.outcomes:
                    _must(row, partial(row.save_outcome, self.meeting, report))
                for section in self.sections:
                    _must(section, partial(section.save, self.meeting, by=self.user))
        except _Refused:
            self.meeting.refresh_from_db()
            return None
        return report


HOLD_FIELDS = ["held_on", *sorted(SEVERAL)]


def _as_sent(draft: ReportDraft | None) -> QueryDict | None:
    if draft is None:
        return None
    found = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        found.setlist(name, values)
    return found
