"""What becomes of the traces of a contact person who is anonymised (R13). Apps above employers declare their
own tables in their retention.py; a test finds a relation to ContactPerson that nobody declared.

    keeps(Participant, "person")            the row stays and points at the blanked person
    free_text(Report, "summary", "agreements", of_person="meeting__participants__person")
                                            names are taken out of these texts
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model

from deventer_crm.core.models import Reminder, SavedView
from employers.models import (
    AccountCover,
    ChangeProposal,
    ContactMoment,
    ContactPerson,
    Employer,
    EmployerGrouping,
    ExternalNumber,
    FollowUp,
    FollowUpRequest,
    FollowUpStep,
    HandOver,
    Position,
    SheetImport,
    SignalObjection,
    Tag,
    TopList,
    TopListAdjustment,
    TopListEntry,
)


@dataclass(frozen=True)
class FreeText:
    """Texts in which people may be named. `of_person` leads from the model to the contact persons it is
    about; empty when it is about none. `once`: such a text may occur once only, so what is left of a name
    gets the number of its row behind it."""

    model: type[Model]
    fields: tuple[str, ...]
    of_person: str
    once: bool = False


KEPT_RELATIONS: set[tuple[type[Model], str]] = set()
FREE_TEXTS: dict[type[Model], FreeText] = {}
#: What else is done before the values of a person go.
ERASERS: list[Callable[[ContactPerson], None]] = []


def keeps(model: type[Model], *fields: str) -> None:
    """Declare relations to ContactPerson whose rows stay."""
    KEPT_RELATIONS.update((model, field) for field in fields)


def free_text(model: type[Model], *fields: str, of_person: str = "", once: bool = False) -> None:
    """Declare the free text of a model. Raises ValueError when that was done before."""
    if model in FREE_TEXTS:
        raise ValueError(f"the free text of {model._meta.label} is declared twice")
    FREE_TEXTS[model] = FreeText(model, fields, of_person, once)


def _rows_of_lists(person: ContactPerson) -> None:
    """Rows of imported lists are no text in which a name is replaced: they are emptied."""
    from employers.sheet_import.keeping import forget_person

    forget_person(person)


ERASERS.append(_rows_of_lists)
keeps(Position, "person")  # its title goes: see services_retention
keeps(ContactMoment, "people")
keeps(FollowUp, "person")
keeps(ExternalNumber, "person")  # goes: see sheet_import.keeping
free_text(ContactMoment, "subject", "notes", "withdrawn_reason", "woo_ground", of_person="people")
free_text(
    FollowUp,
    "what",
    "exact_words",
    "reservation",
    "department",
    "outcome",
    "dropped_reason",
    "woo_ground",
    "search_text",
    of_person="person",
)
free_text(FollowUpStep, "reason", "department_before", of_person="follow_up__person")
free_text(FollowUpRequest, "question", "answer", of_person="follow_up__person")
free_text(ChangeProposal, "own_value", "register_value")
free_text(Employer, "retired_reason", "area_reason", "sector_reason", "track_reason")
free_text(EmployerGrouping, "reason")
free_text(SheetImport, "person_source", "reason")
free_text(TopList, "superseded_reason")
free_text(TopListEntry, "reason")
free_text(TopListAdjustment, "reason")
free_text(HandOver, "reason")
free_text(AccountCover, "reason")
free_text(SignalObjection, "reason")
free_text(Tag, "name", once=True)
free_text(Reminder, "delegation_reason")
free_text(SavedView, "name", once=True)  # what was searched goes: see services_retention
