"""Employers, their register and their people, made up and looking it: no such company can exist.

KVK numbers fail the observation that real ones are divisible by 11 (weights 8 to 1), so that none can be
somebody's. Derived columns of an employer are kept by employers.services; a test that reads them calls
refresh_employers, or asks for `EmployerFactory(refreshed=True)`."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from deventer_crm.core import clock
from employers.models import (
    AccountAssignment,
    Area,
    AreaPostcode,
    ContactMoment,
    ContactPerson,
    Employer,
    Establishment,
    FollowUp,
    FollowUpRequest,
    JobCount,
    Membership,
    Position,
    Registration,
    SbiCode,
    Sector,
    SectorPrefix,
    Theme,
    Track,
)
from tests.support.timeline import OnTimeline

WORDS = ("Zilverlinde", "Bronsdraad", "Mistralhout", "Kwartelsteen", "Vlierbloesem", "Hoefijzer", "Regenkap")
KINDS = ("Proefwerkplaats", "Testbakkerij", "Voorbeeldfabriek", "Oefenkantoor", "Modelsmederij")


def kvk_number(sequence: int) -> str:
    """The sequence-th number of eight digits that fails the weights 8 to 1 modulo 11."""
    number = 10_000_000 + 2 * sequence
    while (
        sum(int(digit) * weight for digit, weight in zip(str(number), range(8, 0, -1), strict=True)) % 11 == 0
    ):
        number += 1
    return str(number)


def employer_name(sequence: int) -> str:
    word, kind = WORDS[sequence % len(WORDS)], KINDS[sequence // len(WORDS) % len(KINDS)]
    return f"{kind} {word} {sequence} B.V."


class TrackFactory(DjangoModelFactory):
    class Meta:
        model = Track
        django_get_or_create = ("code",)

    code = Track.SECTORS
    name = "Branches"


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = Sector

    code = factory.Sequence(lambda n: f"proefbranche-{n}")
    name = factory.Sequence(lambda n: f"Proefbranche {n}")


class SbiCodeFactory(DjangoModelFactory):
    """Codes start with 00, which the classification does not use."""

    class Meta:
        model = SbiCode

    version = 2008
    code = factory.Sequence(lambda n: f"00{n:03d}")
    title_nl = factory.Sequence(lambda n: f"Proefactiviteit {n}")


class SectorPrefixFactory(DjangoModelFactory):
    class Meta:
        model = SectorPrefix

    sector = factory.SubFactory(SectorFactory)
    version = 2008
    prefix = factory.Sequence(lambda n: f"00{n:03d}")


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    code = factory.Sequence(lambda n: f"proefgebied-{n}")
    name = factory.Sequence(lambda n: f"Proefgebied {n}")
    kind = Area.Kind.BUSINESS_PARK


class AreaPostcodeFactory(DjangoModelFactory):
    class Meta:
        model = AreaPostcode

    area = factory.SubFactory(AreaFactory)
    postcode = factory.Sequence(lambda n: f"{9999 - n}")


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    code = factory.Sequence(lambda n: f"proefthema-{n}")
    name = factory.Sequence(lambda n: f"Proefthema {n}")


class EmployerFactory(DjangoModelFactory):
    """`working=120` gives one establishment with that count; `refreshed=True` fills the derived columns."""

    class Meta:
        model = Employer
        skip_postgeneration_save = True

    name = factory.Sequence(employer_name)
    kind = Employer.Kind.COMPANY

    class Params:
        confidential = factory.Trait(is_confidential=True)

    @factory.post_generation
    def working(self, create: bool, jobs: int | None, **options: Any) -> None:
        """`EmployerFactory(working=120)`: one establishment in the municipality with 120 jobs."""
        if create and jobs is not None:
            establishment = EstablishmentFactory(employer=self, is_main=True)
            JobCountFactory(establishment=establishment, jobs=jobs, **options)

    @factory.post_generation
    def refreshed(self, create: bool, wanted: bool, **options: Any) -> None:
        if create and wanted:
            from deventer_crm.core import clock
            from employers.services import refresh_employers

            refresh_employers([self.pk], clock.today())
            self.refresh_from_db()


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    employer = factory.SubFactory(EmployerFactory)
    kvk_number = factory.Sequence(kvk_number)
    name = factory.LazyAttribute(lambda o: o.employer.name)


class EstablishmentFactory(DjangoModelFactory):
    class Meta:
        model = Establishment

    employer = factory.SubFactory(EmployerFactory)
    registration = factory.SubFactory(RegistrationFactory, employer=factory.SelfAttribute("..employer"))
    number = factory.Sequence(lambda n: f"{n:012d}")
    name = factory.LazyAttribute(lambda o: o.employer.name)
    street = "Proefstraat"
    house_number = factory.Sequence(lambda n: str(n + 1))
    postcode = "9999ZZ"
    town = "Proefdorp"
    in_municipality = True
    source = "lisa"


class JobCountFactory(DjangoModelFactory):
    class Meta:
        model = JobCount

    establishment = factory.SubFactory(EstablishmentFactory)
    reference_date = dt.date(2026, 4, 1)
    source = "lisa"
    jobs = 25


class ContactPersonFactory(DjangoModelFactory):
    class Meta:
        model = ContactPerson

    first_name = "Proef"
    last_name = factory.Sequence(lambda n: f"Persoon{n}")
    email = factory.Sequence(lambda n: f"persoon{n}@example.org")
    phone = "0570 00 00 00"
    source = "visitekaartje"


class PositionFactory(OnTimeline, DjangoModelFactory):
    _timeline_kind = "position"

    class Meta:
        model = Position

    person = factory.SubFactory(ContactPersonFactory)
    employer = factory.SubFactory(EmployerFactory)
    title = "directeur"
    starts_on = dt.date(2020, 1, 1)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    employer = factory.SubFactory(EmployerFactory)
    association = factory.SubFactory(EmployerFactory, kind=Employer.Kind.ASSOCIATION)
    starts_on = dt.date(2020, 1, 1)


class AccountAssignmentFactory(OnTimeline, DjangoModelFactory):
    _timeline_kind = "assignment"

    class Meta:
        model = AccountAssignment

    employer = factory.SubFactory(EmployerFactory)
    user = factory.SubFactory("tests.accounts.factories.UserFactory", role="AM")
    starts_on = dt.date(2020, 1, 1)


class ContactMomentFactory(OnTimeline, DjangoModelFactory):
    """`employers=[…]`, `people=[…]` and `readers=[…]` fill the relations."""

    _timeline_kind = "contact"

    class Meta:
        model = ContactMoment
        skip_postgeneration_save = True

    kind = ContactMoment.Kind.CALL
    happened_at = dt.datetime(2026, 11, 11, 10, 0, tzinfo=dt.UTC)
    user = factory.SubFactory("tests.accounts.factories.UserFactory", role="AM")
    subject = "Netcongestie houdt uitbreiding tegen"

    @factory.post_generation
    def employers(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted:
            self.employers.set(extracted)

    @factory.post_generation
    def people(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted:
            self.people.set(extracted)

    @factory.post_generation
    def readers(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted:
            self.readers.set(extracted)


class FollowUpFactory(OnTimeline, DjangoModelFactory):
    """An open action; `promise=True` an unconfirmed promise to the employer, `readers=[…]` fills those."""

    _timeline_kind = "follow_up"

    class Meta:
        model = FollowUp
        skip_postgeneration_save = True

    class Params:
        promise = factory.Trait(kind=FollowUp.Kind.PROMISE_TO)

    employer = factory.SubFactory(EmployerFactory)
    what = "Overzicht van laadpalen sturen"
    owner = factory.SubFactory("tests.accounts.factories.UserFactory", role="AM")
    made_on = dt.date(2026, 11, 2)
    due_on = dt.date(2026, 11, 30)

    @factory.post_generation
    def readers(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted:
            self.readers.set(extracted)


class FollowUpRequestFactory(DjangoModelFactory):
    """A question to a colleague without an account that waits; `answered=True` one with its answer."""

    class Meta:
        model = FollowUpRequest

    class Params:
        answered = factory.Trait(
            answered_on=factory.LazyFunction(clock.today),
            answered_at=factory.LazyFunction(clock.now),
            answer="De vergunning is verleend.",
            says_done=True,
        )

    follow_up = factory.SubFactory(FollowUpFactory)
    name = "Proef Collega"
    email = factory.Sequence(lambda n: f"collega{n}@example.org")
    question = "Is de vergunning voor de uitrit verleend?"
    asked_on = factory.LazyFunction(clock.today)
    answer_by = factory.LazyAttribute(lambda row: row.asked_on + dt.timedelta(days=7))
    expires_on = factory.LazyAttribute(lambda row: row.asked_on + dt.timedelta(days=30))
