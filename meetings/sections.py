"""Sections of the report form that a higher app fills in, as employers.sections for the contact form: what a
section saves is saved in the transaction of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deventer_crm.core.forms import CrmForm

if TYPE_CHECKING:
    from accounts.models import User
    from meetings.models import Meeting


class ReportSectionForm(CrmForm):
    """One section. Its fields carry the code of the section as prefix; `template` draws them, with `form`."""

    template = ""

    def __init__(self, data: Any = None, *, user: "User", meeting: "Meeting", **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        self.meeting = meeting

    def save(self, meeting: "Meeting", *, by: "User") -> None:
        """Write what was typed about a meeting whose report was just saved. A ValidationError undoes both."""
        raise NotImplementedError


@dataclass(frozen=True)
class ReportSection:
    """`label` and `icon`: of the button that opens it. `offered`: whether this person may use it."""

    code: str
    label: Any
    icon: str
    offered: Callable[["User"], bool]
    form: type[ReportSectionForm]


_sections: dict[str, ReportSection] = {}


def report_section(
    code: str, *, label: Any, icon: str, offered: Callable[["User"], bool]
) -> Callable[[type[ReportSectionForm]], type[ReportSectionForm]]:
    """Register a form as a section of the report form. Raises ValueError for a code that is taken."""

    def register(form: type[ReportSectionForm]) -> type[ReportSectionForm]:
        if code in _sections:
            raise ValueError(f"report section {code} is registered twice")
        _sections[code] = ReportSection(code, label, icon, offered, form)
        return form

    return register


def report_sections_for(user: "User") -> list[ReportSection]:
    """The sections this person may use, in order of registration."""
    return [section for section in _sections.values() if section.offered(user)]
