"""Sections of the contact form that a higher app fills in.

This app cannot import the budget, yet hours are logged in the same act as the contact they went into. So the
higher app registers a form here; what it saves is saved in the transaction of the contact: when it refuses,
there is no contact either, and its error stands beside its own field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deventer_crm.core.forms import CrmForm

if TYPE_CHECKING:
    from accounts.models import User
    from employers.models import ContactMoment, Employer


class SectionForm(CrmForm):
    """One section. Its fields carry the code of the section as prefix; `template` draws them, with `form`."""

    template = ""

    def __init__(
        self, data: Any = None, *, user: "User", employer: "Employer", kind: str, **kwargs: Any
    ) -> None:
        """`employer`: the one the form was opened for; `kind`: of the contact, as far as known now."""
        super().__init__(data, user=user, **kwargs)
        self.employer = employer
        self.contact_kind = kind

    def save(self, moment: "ContactMoment", *, by: "User") -> None:
        """Write what was typed about a contact that was just saved. A ValidationError undoes them both."""
        raise NotImplementedError


@dataclass(frozen=True)
class Section:
    """`label` and `icon`: of the button that opens it, `key`: the single key that does. `offered`: whether
    this person may use it."""

    code: str
    label: Any
    icon: str
    key: str
    offered: Callable[["User"], bool]
    form: type[SectionForm]


_sections: dict[str, Section] = {}


def contact_section(
    code: str, *, label: Any, icon: str, key: str = "", offered: Callable[["User"], bool]
) -> Callable[[type[SectionForm]], type[SectionForm]]:
    """Register a form as a section of the contact form. Raises ValueError for a code that is taken."""

    def register(form: type[SectionForm]) -> type[SectionForm]:
        if code in _sections:
            raise ValueError(f"section {code} is registered twice")
        _sections[code] = Section(code, label, icon, key, offered, form)
        return form

    return register


def sections_for(user: "User") -> list[Section]:
    """The sections this person may use, in order of registration."""
    return [section for section in _sections.values() if section.offered(user)]
