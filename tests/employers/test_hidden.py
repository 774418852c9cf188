"""R10: what a page reads once about hidden records is what the rules say record by record."""

import pytest
from django.apps import apps

from deventer_crm.core.memo import remembering
from deventer_crm.core.models import Confidential
from deventer_crm.core.targets import Outsider
from employers.hidden import hidden_from
from employers.models import ContactMoment, ContactPerson, Employer, FollowUp, Position
from meetings.models import Invitation, Meeting, Participant
from tests.employers.factories import (
    ContactMomentFactory,
    ContactPersonFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
)
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db

MODELS = (Employer, ContactPerson, Position, ContactMoment, FollowUp, Meeting, Invitation)


@pytest.fixture
def records(am):
    """Open and secret ones of everything, some of which `am` may read, some by way of another record."""
    open_one, secret, read = (EmployerFactory() for _ in range(3))
    for employer in (secret, read):
        employer.is_confidential = True
        employer.save()
    read.readers.add(am)
    for employer in (open_one, secret, read):
        person = ContactPersonFactory()
        PositionFactory(person=person, employer=employer)
        ContactMomentFactory(employers=[employer])
        ContactMomentFactory(employers=[open_one], people=[person])
        ContactMomentFactory(employers=[employer], is_confidential=True, readers=[am])
        ContactMomentFactory(employers=[employer], is_confidential=True)
        FollowUpFactory(employer=employer)
        FollowUpFactory(employer=open_one, person=person, is_confidential=employer == open_one)
        MeetingFactory(employers=[open_one, employer] if employer != open_one else [employer])
        MeetingFactory(employers=[open_one], is_confidential=True)
        visit = MeetingFactory(employers=[open_one])
        Participant.objects.create(meeting=visit, person=person, employer=employer)
        InvitationFactory(employer=employer)
        InvitationFactory(employer=open_one, person=person)
        InvitationFactory(employer=open_one, meeting=visit)
    both = ContactPersonFactory()
    PositionFactory(person=both, employer=secret)
    PositionFactory(person=both, employer=open_one)
    ContactPersonFactory()


@pytest.mark.parametrize("role", ["AM", "CM", "ES", "TL", "ED", "RD", "FA", "reader", "outsider"])
def test_a_page_hides_exactly_what_the_rules_hide(records, role, am, make_user):
    person = {"reader": am, "outsider": Outsider()}.get(role) or make_user(role)
    by_rule = {model: set(model.objects.visible_to(person).values_list("pk", flat=True)) for model in MODELS}
    with remembering():
        by_page = {
            model: set(model.objects.visible_to(person).values_list("pk", flat=True)) for model in MODELS
        }
    assert by_page == by_rule
    everything = {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS}
    assert (by_rule == everything) == (role == "TL")


def test_outside_a_page_that_reads_nothing_is_remembered(am):
    employer = EmployerFactory()
    assert employer in Employer.objects.visible_to(am)
    Employer.objects.update(is_confidential=True)
    assert hidden_from(am) is None
    assert employer not in Employer.objects.visible_to(am)


def test_every_confidential_model_can_say_what_is_not_read():
    for model in apps.get_models():
        if issubclass(model, Confidential) and not model._meta.proxy:
            assert model._default_manager.not_read_by(0).count() == 0


def test_a_page_asks_once(am, django_assert_num_queries):
    am.can("see_headers")
    with remembering(), django_assert_num_queries(1):
        hidden_from(am)
        hidden_from(am)
