"""Contact moments: logging one takes one sentence; everything else is guessed or may stay empty."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import ContactMoment, ContactPerson, Employer, Theme
from employers.models.contact import Audience
from employers.querysets_contact import TEAM_ROLES

if TYPE_CHECKING:
    from accounts.models import User

#: A phone call noted by somebody whose clock runs ahead is not in the future.
CLOCK_SLACK = dt.timedelta(minutes=10)


def allowed_kinds(user: "User") -> list[str]:
    """The kinds this person may log (R9): a college member only notes."""
    if user.can(Act.LOG_CONTACT):
        return list(ContactMoment.Kind.values)
    return [ContactMoment.Kind.NOTE.value] if user.can(Act.LOG_NOTE) else []


def default_audience(user: "User") -> str:
    """What the employer desk writes is for the team and the desk; what others write for the team (R10)."""
    return str(Audience.TEAM if user.has_role(*TEAM_ROLES) else Audience.EMPLOYER_DESK)


@transaction.atomic
def log_contact(
    *,
    by: "User",
    employers: Iterable[Employer],
    subject: str,
    kind: str = "",
    people: Iterable[ContactPerson] = (),
    happened_at: dt.datetime | None = None,
    notes: str = "",
    theme: Theme | None = None,
    audience: str = "",
    given_in_confidence: bool = False,
    woo_ground: str = "",
    readers: Iterable["User"] = (),
) -> ContactMoment:
    """Record a contact with one or more employers; it stands on the timeline of each at once.

    Guessed when left out: the kind (the first one this person may log), the moment (now), the audience.
    Raises PermissionDenied for a kind this person may not log, ValidationError for a moment to come, an empty
    subject or no employer."""
    kinds = allowed_kinds(by)
    chosen = kind or next(iter(kinds), "")
    if chosen not in kinds:
        raise PermissionDenied
    concerned = list(employers)
    if not concerned:
        raise ValidationError(_("Say with which employer this contact was."))
    moment = ContactMoment(
        kind=chosen,
        happened_at=_past(happened_at or clock.now()),
        user=by,
        subject=subject.strip(),
        notes=notes.strip(),
        theme=theme,
        audience=audience or default_audience(by),
        given_in_confidence=given_in_confidence,
        woo_ground=woo_ground.strip(),
        # Inherited downward (R10): what is said with a confidential employer is confidential.
        is_confidential=any(employer.is_confidential for employer in concerned),
    )
    save_tracked(moment, by=by)
    moment.employers.add(*concerned)
    moment.people.add(*people)
    if moment.is_confidential:
        inherited = [reader for employer in concerned for reader in employer.readers.all()]
        moment.readers.add(by, *readers, *inherited)
    else:
        moment.readers.add(*readers)
    refresh_activities("contact", [moment.pk])
    return moment


def _past(moment: dt.datetime) -> dt.datetime:
    if moment > clock.now() + CLOCK_SLACK:
        raise ValidationError({"happened_at": _("This lies in the future. Plan it in the agenda instead.")})
    return moment


def may_change(moment: ContactMoment, user: "User") -> bool:
    """Who wrote it, and a team lead; nobody after it was withdrawn."""
    if moment.withdrawn_on is not None:
        return False
    return (moment.user_id == user.pk and bool(allowed_kinds(user))) or user.has_role(Role.TEAM_LEAD)


@transaction.atomic
def contact_changed(moment: ContactMoment) -> None:
    """After an edit was saved: keep what is derived from it."""
    refresh_activities("contact", [moment.pk])
