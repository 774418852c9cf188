"""Who is connected to what, for the trail (R13): Django makes these tables itself, and who may read a
confidential record or who was in a talk is business too. Nothing reads or writes through these."""

from deventer_crm.core.trail import leaves_trail

from .contact import ContactMoment
from .employer import Employer
from .followups import FollowUp


class EmployerReader(Employer.readers.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody may see a confidential employer."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class ContactMomentReader(ContactMoment.readers.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody may see a confidential contact moment."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class ContactMomentEmployer(ContactMoment.employers.through):  # type: ignore[name-defined,misc]
    """A contact moment is about an employer."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class ContactMomentPerson(ContactMoment.people.through):  # type: ignore[name-defined,misc]  # made by Django
    """A contact person took part in a contact moment."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class FollowUpReader(FollowUp.readers.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody may see a confidential follow-up."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]
