"""Everything that is logged in one act: a contact, what follows from it, with which employers, and the
sections of higher apps. All of it is saved or nothing is."""

import calendar
import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django import forms
from django.db import transaction
from django.forms.boundfield import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.forms import CrmForm, DayInput, KnownField
from deventer_crm.core.parsing import whole_number, whole_numbers
from deventer_crm.core.timeline import Happening
from employers.activity import soon_there
from employers.forms.contact import ContactForm
from employers.models import ContactMoment, Employer, FollowUp, Position
from employers.permissions_followups import kinds_for, may_choose_owner
from employers.sections import Section, SectionForm, sections_for
from employers.selectors.dossier import people_at
from employers.services import add_follow_up, log_contact

if TYPE_CHECKING:
    from django.http import QueryDict

#: Nobody logs more in one act; what is sent beyond it is not read.
MOST_ROWS, MOST_EMPLOYERS = 10, 25
FOUND = 8
WEEK, FORTNIGHT, MONTH = "week", "fortnight", "month"
#: Names of fields with more than one value.
SEVERAL = {"people"}

Result = TypeVar("Result")


def after_a_month(day: dt.date) -> dt.date:
    """The same day of the next month, or the last one of it."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def terms(today: dt.date) -> dict[str, dt.date]:
    """The quick choices of a due date."""
    return {
        WEEK: today + dt.timedelta(days=7),
        FORTNIGHT: today + dt.timedelta(days=14),
        MONTH: after_a_month(today),
    }


class FollowUpRow(CrmForm):
    """One thing to do after the contact. Left empty, the row is nothing. Which kinds one may add, and whether
    one may say with whom it lies, is the rule of follow-ups (R9)."""

    what = forms.CharField(
        label=gettext_lazy("What"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    term = forms.ChoiceField(label=gettext_lazy("Due"), required=False)
    due_on = forms.DateField(
        label=gettext_lazy("or on"),
        required=False,
        widget=DayInput(),
    )
    owner = KnownField(label=gettext_lazy("Lies with"), required=False)
    employer = forms.ChoiceField(label=gettext_lazy("For"))

    def __init__(
        self, data: Any = None, *, user: User, employers: list[Employer], owners: list[User], **kwargs: Any
    ) -> None:
        super().__init__(data, user=user, **kwargs)
        self.employers = {str(employer.pk): employer for employer in employers}
        self.terms = terms(clock.today())
        words = {WEEK: _("in a week"), FORTNIGHT: _("in two weeks"), MONTH: _("in a month")}
        self.fields["term"].choices = [
            *((code, f"{words[code]} ({nl_date(day, 'short')})") for code, day in self.terms.items()),
            ("", _("the usual term")),
        ]
        self.fields["term"].initial = WEEK
        self.fields["owner"].offer(owners, empty=_("the account manager"))
        self.fields["kind"].choices = [
            (kind, capfirst(FollowUp.Kind(kind).label)) for kind in kinds_for(user)
        ]
        if not owners:
            del self.fields["owner"]
        if len(employers) > 1:
            self.fields["employer"].choices = [(key, row.name) for key, row in self.employers.items()]
        else:
            del self.fields["employer"]

    @property
    def is_blank(self) -> bool:
        """Nothing was asked: a row that was opened and left."""
        return not self.cleaned_data.get("what", "").strip() and not self.cleaned_data.get("due_on")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("due_on") and not cleaned.get("what", "").strip() and "what" not in self.errors:
            self.add_error("what", _("Say what must be done."))
        return cleaned

    def save(self, moment: ContactMoment) -> FollowUp | None:
        """Add it to the chosen employer, with the person of the contact when there is one. It is as open or
        as secret as the contact it came from (R10)."""
        if self.is_blank:
            return None
        data = self.cleaned_data
        people = list(moment.people.all()[:2])
        return add_follow_up(
            by=self.user,
            employer=self.employers[data.get("employer") or next(iter(self.employers))],
            what=data["what"].strip(),
            due_on=data.get("due_on") or self.terms.get(data["term"]),
            kind=data["kind"],
            owner=data.get("owner"),
            person=people[0] if len(people) == 1 else None,
            made_on=clock.local_date(moment.happened_at),
            contact_moment=moment,
            theme=moment.theme,
            audience=moment.audience,
            given_in_confidence=moment.given_in_confidence,
            woo_ground=moment.woo_ground,
            readers=moment.readers.all(),
        )


def _in_order(rows: Any) -> Any:
    return rows.select_related("main_establishment").order_by("sort_name", "pk")[:FOUND]


class _Refused(Exception):
    """A part refused: everything is undone, and the part carries the error."""


def _must(part: Any, act: Callable[[], Result]) -> Result:
    """What a service refuses goes beside the fields of that part, and stops everything."""
    done = part.attempt(act)
    if part.errors:
        raise _Refused
    return cast(Result, done)


class ContactEntry:
    """The form as a whole. To a template it looks like one form: `errors`, and its fields one by one.

    It is drawn again and again while one types (a search, one more row, a section): `do` says what was asked,
    and what was typed comes back as it was, unjudged, so that it works without JavaScript as well."""

    def __init__(
        self,
        user: User,
        employer: Any,
        *,
        data: "QueryDict | None" = None,
        positions: list[Position] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """`employer`: from employers_for_dossier(), the one it was opened for. `positions`: who works there,
        when the page read them already. Without `data` it is a fresh form."""
        self.user, self.employer = user, employer
        self._data = data
        self.do = self._asked()
        self.others = self._chosen()
        self.search = self._search()
        if positions is None:
            positions = people_at([employer.pk, *employer.family, *(row.pk for row in self.others)], user)
        self.contact = self._contact_form(positions, initial or {})
        self.rows = self._rows()
        self.sections: list[SectionForm] = []
        self.closed_sections: list[Section] = []
        for section in sections_for(user):
            self._open_or_not(section)

    # ── what was sent ────────────────────────────────────────────────────────────────────────────

    def _asked(self) -> str:
        """The button that was pressed. Enter in the field of the search is a search too: nobody means to log
        a contact without the employer they were looking for. What was searched already does not count."""
        asked = self._sent("do")
        typed = self._sent("employer_search")
        return "search" if not asked and typed and typed != self._sent("searched") else asked

    def _sent(self, name: str) -> str:
        return self._data.get(name, "").strip() if self._data is not None else ""

    def _search(self) -> str:
        """What to search for. Whoever ticked what an earlier search found, and asks nothing new, is done."""
        typed = self._sent("employer_search")
        return "" if self.others and typed == self._sent("searched") else typed

    @property
    def is_drawn_again(self) -> bool:
        """Something was asked of the form; nothing is saved."""
        return bool(self.do)

    def _chosen(self) -> list[Employer]:
        """The other employers that are ticked, in use and visible to this person (R10)."""
        keys = whole_numbers(self._data.getlist("employers")) if self._data else []
        if not keys:
            return []
        rows = Employer.objects.visible_to(self.user).filter(pk__in=keys, merged_into__isnull=True)
        return list(rows.exclude(pk=self.employer.pk).order_by("sort_name", "pk")[:MOST_EMPLOYERS])

    @property
    def employers(self) -> list[Employer]:
        return [self.employer, *self.others]

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

    # ── the parts ────────────────────────────────────────────────────────────────────────────────

    def _contact_form(self, positions: list[Position], initial: dict[str, Any]) -> ContactForm:
        themes = [(row["id"], row["name"]) for row in self.employer.themes]
        people = list({row.person_id: row.person for row in positions}.values())
        where: dict[int, str] = {}
        if self.others:
            names = {row.pk: row.name for row in self.employers}
            where = {row.person_id: names.get(row.employer_id, "") for row in reversed(positions)}
        names_of_fields = [*ContactForm.base_fields, *ContactForm.declared_fields]
        state = self._state("", names_of_fields) if self._data is not None else {"initial": initial}
        return ContactForm(user=self.user, people=people, themes=themes, where=where, **state)

    def _row_codes(self) -> list[str]:
        """Numbers of the rows on the page; a taken one is not used again, so that removing one in the middle
        leaves the others as they were typed."""
        codes = whole_numbers(self._data.getlist("row")) if self._data else []
        removed = whole_number(self.do.removeprefix("remove-")) if self.do.startswith("remove-") else None
        return [str(code) for code in dict.fromkeys(codes) if code != removed][:MOST_ROWS]

    @property
    def adds_follow_ups(self) -> bool:
        """Whether this person may agree on anything at all (R9)."""
        return bool(kinds_for(self.user)) and len(self.rows) < MOST_ROWS

    def _rows(self) -> list[FollowUpRow]:
        codes = self._row_codes()
        fresh = str(max(map(int, codes), default=-1) + 1) if self.do == "follow_up" else ""
        if fresh and len(codes) < MOST_ROWS:
            codes.append(fresh)
        if not codes or not kinds_for(self.user):
            return []
        shared: dict[str, Any] = {
            "user": self.user,
            "employers": self.employers,
            "owners": list(User.objects.who_can(Act.KEEP_FOLLOW_UPS)) if may_choose_owner(self.user) else [],
        }
        rows = []
        for code in codes:
            prefix = f"row{code}"
            row = FollowUpRow(
                **shared, prefix=prefix, **self._state(prefix, list(FollowUpRow.declared_fields))
            )
            row.code, row.is_fresh = code, code == fresh
            rows.append(row)
        return rows

    def _open_or_not(self, section: Section) -> None:
        asked = self.do == f"section-{section.code}"
        sent = self._data is not None and section.code in self._data.getlist("section")
        if not (asked or sent) or self.do == f"close-{section.code}":
            self.closed_sections.append(section)
            return
        state = self._state(section.code, list(section.form.declared_fields)) if sent else {}
        kind = str(self.contact["kind"].value() or "")
        form = section.form(user=self.user, employer=self.employer, kind=kind, prefix=section.code, **state)
        form.section, form.is_fresh = section, asked
        self.sections.append(form)

    @property
    def found(self) -> list[Employer]:
        """What the search gave, to tick; at most two queries."""
        if not self.search:
            return []
        taken = [row.pk for row in self.employers]
        rows = Employer.objects.visible_to(self.user).current().exclude(pk__in=taken)
        return list(_in_order(rows.search(self.search))) or list(_in_order(rows.alike(self.search)))

    @property
    def soon(self) -> list[Happening]:
        """Who else of us is at these employers soon, or was just now."""
        return soon_there([row.pk for row in self.employers], self.user)

    @property
    def shows_employers(self) -> bool:
        return bool(self.others or self.search) or self.do in {"employers", "search"}

    @property
    def is_long(self) -> bool:
        """More than the three fields: the button is then also below."""
        return bool(self.rows or self.sections or self.shows_employers or self.contact.is_open)

    @property
    def is_typed(self) -> bool:
        """It holds what somebody typed and did not save."""
        return self._data is not None

    # ── as one form ──────────────────────────────────────────────────────────────────────────────

    @property
    def parts(self) -> list[Any]:
        return [self.contact, *self.rows, *self.sections]

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

    def save(self) -> ContactMoment | None:
        """Log it all in one transaction. None: nothing was saved, and the parts carry the errors."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                logged = self.contact.arguments()
                moment = _must(
                    self.contact, lambda: log_contact(by=self.user, employers=self.employers, **logged)
                )
                for row in self.rows:
                    _must(row, partial(row.save, moment))
                for section in self.sections:
                    _must(section, partial(section.save, moment, by=self.user))
        except _Refused:
            return None
        return moment
