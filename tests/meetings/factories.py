"""Meetings and invitations, made up and looking it. A trait gives a meeting the dates of its state, as the
services would have stored them; the services themselves are tested with meetings.services.

    MeetingFactory(planned=True, employers=[employer], college=[member])
    MeetingFactory(held=True, on=dt.date(2026, 3, 2), employers=[employer], college=[member])
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from deventer_crm.core import clock
from employers.models import Employer
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    AnnualPlan,
    Briefing,
    BusyAddress,
    BusyTime,
    Guest,
    Invitation,
    Meeting,
    MeetingEmployer,
    MeetingKind,
    Participant,
    PlanProposal,
    Report,
    Series,
    SeriesParty,
)
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import ContactPersonFactory, EmployerFactory, PositionFactory
from tests.support.timeline import OnTimeline

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ON = dt.date(2026, 5, 12)


def at(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    """A moment of that Dutch day."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM)


class SeriesFactory(DjangoModelFactory):
    """`SeriesFactory(code=Series.BOARDS, needs_college=True, parties=[association, …],
    parties__seat="chair")`."""

    class Meta:
        model = Series
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"proefreeks-{n}")
    name = factory.LazyAttribute(lambda o: o.code.replace("-", " "))
    quorum = 3

    @factory.post_generation
    def parties(self, create: bool, extracted: Any, seat: str = "board", **options: Any) -> None:
        for association in extracted or ():
            SeriesPartyFactory(series=self, association=association, seat=seat)


class SeriesPartyFactory(DjangoModelFactory):
    class Meta:
        model = SeriesParty

    series = factory.SubFactory(SeriesFactory)
    association = factory.SubFactory(EmployerFactory, kind=Employer.Kind.ASSOCIATION)
    seat = "board"


class MeetingKindFactory(DjangoModelFactory):
    """`MeetingKindFactory(visit=True)` counts for the yearly visit."""

    class Meta:
        model = MeetingKind
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"proefsoort-{n}")
    name = factory.LazyAttribute(lambda o: o.code.replace("-", " "))

    class Params:
        visit = factory.Trait(code="proefbezoek", counts_for_visit=True)


class MeetingFactory(OnTimeline, DjangoModelFactory):
    """A draft; traits planned, held, reported, closed and cancelled move it on. `on` is its day.
    Everybody is ticked present at a meeting that was held, unless `present=False`."""

    _timeline_kind = "meeting"

    class Meta:
        model = Meeting
        skip_postgeneration_save = True

    kind = factory.SubFactory(MeetingKindFactory, visit=True)
    title = ""
    starts_at = factory.LazyAttribute(lambda o: at(o.on))
    state = Meeting.State.DRAFT

    class Params:
        on = ON
        planned = factory.Trait(
            state=Meeting.State.PLANNED, planned_on=factory.LazyAttribute(lambda o: o.on - dt.timedelta(30))
        )
        held = factory.Trait(planned=True, state=Meeting.State.HELD, held_on=factory.SelfAttribute("on"))
        reported = factory.Trait(
            held=True,
            state=Meeting.State.REPORTED,
            reported_on=factory.LazyAttribute(lambda o: o.on + dt.timedelta(2)),
        )
        closed = factory.Trait(
            reported=True,
            state=Meeting.State.CLOSED,
            closed_on=factory.LazyAttribute(lambda o: o.on + dt.timedelta(9)),
        )
        cancelled = factory.Trait(
            planned=True,
            state=Meeting.State.CANCELLED,
            cancelled_on=factory.LazyAttribute(lambda o: o.on - dt.timedelta(3)),
            cancelled_by=Meeting.CancelledBy.EMPLOYER,
            cancel_reason="verhinderd",
        )
        confidential = factory.Trait(is_confidential=True)

    @factory.post_generation
    def employers(self, create: bool, extracted: Any, present: bool | None = None, **options: Any) -> None:
        """`employers=[…]`, `employers__present=False`."""
        ticked = self.is_held if present is None else present
        for employer in extracted or ():
            MeetingEmployer.objects.create(meeting=self, employer=employer, is_present=ticked)

    @factory.post_generation
    def organisers(self, create: bool, extracted: Any, **options: Any) -> None:
        for employer in extracted or ():
            MeetingEmployer.objects.update_or_create(
                meeting=self, employer=employer, defaults={"is_organiser": True, "is_present": self.is_held}
            )

    @factory.post_generation
    def college(self, create: bool, extracted: Any, present: bool | None = None, **options: Any) -> None:
        """`college=[member]`, or `college=True` for a member of its own; `college__present=False`."""
        members = [CollegeMemberFactory()] if extracted is True else extracted or ()
        ticked = self.is_held if present is None else present
        for member in members:
            Participant.objects.create(meeting=self, college_member=member, is_present=ticked)

    @factory.post_generation
    def people(self, create: bool, extracted: Any, present: bool | None = None, **options: Any) -> None:
        """`people=[person]` or `people=[(person, employer)]`."""
        ticked = self.is_held if present is None else present
        for entry in extracted or ():
            person, employer = entry if isinstance(entry, tuple) else (entry, None)
            Participant.objects.create(meeting=self, person=person, employer=employer, is_present=ticked)

    @factory.post_generation
    def readers(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted:
            self.readers.set(extracted)

    @factory.post_generation
    def report(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and self.state in (Meeting.State.REPORTED, Meeting.State.CLOSED):
            ReportFactory(meeting=self)


class ParticipantFactory(DjangoModelFactory):
    """A colleague, unless college_member or person is given."""

    class Meta:
        model = Participant

    meeting = factory.SubFactory(MeetingFactory, planned=True)
    user = factory.LazyAttribute(
        lambda o: None if o.college_member or o.person else UserFactory(role="AM"),
    )
    college_member = None
    person = None


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    meeting = factory.SubFactory(MeetingFactory, held=True)
    summary = "Uitbreiding van de proefhal besproken."
    agreements = "De gemeente stuurt de regels voor laden en lossen."


class AgendaItemFactory(DjangoModelFactory):
    """At the end of the agenda of its meeting."""

    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory, planned=True)
    title = factory.Sequence(lambda n: f"Proefpunt {n}")
    position = factory.LazyAttribute(lambda o: o.meeting.agenda_items.count() + 1)


class AgendaDocumentFactory(DjangoModelFactory):
    class Meta:
        model = AgendaDocument

    meeting = factory.SubFactory(MeetingFactory, planned=True)
    name = factory.Sequence(lambda n: f"Proefstuk {n}")


class InvitationFactory(OnTimeline, DjangoModelFactory):
    """A personal invitation without an answer; `answer="declined"` gets its date."""

    _timeline_kind = "invitation"

    class Meta:
        model = Invitation

    employer = factory.SubFactory(EmployerFactory)
    college_member = factory.SubFactory(CollegeMemberFactory)
    sent_on = dt.date(2026, 4, 1)
    answered_on = factory.LazyAttribute(lambda o: o.sent_on + dt.timedelta(5) if o.answer else None)
    answer = ""


class BusyTimeFactory(DjangoModelFactory):
    """A busy hour in the own calendar of a user; `source=BusyAddressFactory(user=None, college_member=…)`."""

    class Meta:
        model = BusyTime

    source = factory.SubFactory("tests.meetings.factories.BusyAddressFactory")
    starts_at = factory.LazyFunction(lambda: at(ON))
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + dt.timedelta(hours=1))


class BusyAddressFactory(DjangoModelFactory):
    class Meta:
        model = BusyAddress

    user = factory.SubFactory(UserFactory, role="AM")
    address = "https://agenda.example.org/geheim/bezet.ics"


class GuestFactory(DjangoModelFactory):
    """Somebody with a mail address and a position, on the guest list of a theme; nobody invited them yet."""

    class Meta:
        model = Guest
        skip_postgeneration_save = True

    meeting = factory.SubFactory(
        MeetingFactory, planned=True, kind=factory.SubFactory(MeetingKindFactory, code="proefthema")
    )
    employer = factory.SubFactory(EmployerFactory)
    person = factory.SubFactory(
        ContactPersonFactory, email=factory.Sequence(lambda n: f"gast{n}@example.org")
    )

    @factory.post_generation
    def position(self, create: bool, extracted: Any, **options: Any) -> None:
        if create and extracted is not False:
            PositionFactory(person=self.person, employer=self.employer)


class BriefingFactory(DjangoModelFactory):
    """Written and ready, unless `ready_on=None`."""

    class Meta:
        model = Briefing

    meeting = factory.SubFactory(MeetingFactory, planned=True)
    points = "Vraag naar de proefhal."
    sensitivities = ""
    ready_on = factory.LazyAttribute(lambda o: o.meeting.planned_on)
    ready_by = factory.LazyAttribute(lambda o: UserFactory(role="AM") if o.ready_on else None)


class AnnualPlanFactory(DjangoModelFactory):
    """The plan of this year, and one of each year."""

    class Meta:
        model = AnnualPlan
        django_get_or_create = ("year",)

    year = factory.LazyFunction(lambda: clock.today().year)
    first_day = factory.LazyAttribute(lambda o: dt.date(o.year, 1, 1))
    planned_at = factory.LazyFunction(clock.now)


class PlanProposalFactory(DjangoModelFactory):
    """A visit that is proposed for two months from now."""

    class Meta:
        model = PlanProposal

    plan = factory.SubFactory(AnnualPlanFactory)
    employer = factory.SubFactory(EmployerFactory)
    college_member = factory.SubFactory(CollegeMemberFactory)
    day = factory.LazyFunction(lambda: clock.today() + dt.timedelta(60))
    why = factory.LazyFunction(lambda: [{"code": "never_spoken"}])
