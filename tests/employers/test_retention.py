"""R13: an anonymised person is nowhere in a dump, after edits, and what was counted still counts."""

import datetime as dt

import pytest
from django.db.models import ManyToManyRel
from django.utils.http import urlencode

from budget.models import TimeEntry
from deventer_crm.core.models import Digest, SavedView, TrailEvent
from deventer_crm.core.services import save_tracked
from employers.models import ContactMoment, ContactPerson, Position, Tag
from employers.retention import FREE_TEXTS, KEPT_RELATIONS
from employers.services import refresh_employers
from employers.services_retention import NAME_REMOVED, anonymise_person, preview_of
from meetings.models import Invitation, Meeting, Participant, Report
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import (
    ContactMomentFactory,
    ContactPersonFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
    TrackFactory,
)
from tests.meetings.factories import MeetingFactory
from tests.support.dump import find_in_database

pytestmark = pytest.mark.django_db

FIRST, LAST = "Zwaluwien", "Qwyxvorbius"
FULL = f"{FIRST} {LAST}"
MAIL = "z.qwyx@example.org"
MOBILE = "06 00 00 77 99"


@pytest.fixture
def person(am):
    """Somebody who is everywhere, and was edited in every way."""
    employer = EmployerFactory()
    person = ContactPersonFactory(
        first_name=FIRST,
        last_name="Andersgeheten",
        email=MAIL,
        phone="0570 00 00 99",
        mobile=MOBILE,
        preferred_channel="call",
    )
    person.last_name = LAST
    save_tracked(person, by=am)
    ContactPerson.objects.filter(pk=person.pk).update(source=f"kaartje van {FULL}")
    PositionFactory(person=person, employer=employer, title=f"directeur {LAST}")
    ContactMomentFactory(
        employers=[employer],
        people=[person],
        subject=f"{FIRST} belde",
        notes=f"{LAST} wil uitbreiden, mail naar {MAIL.upper()} of bel 0570 00 00 99.",
    )
    ContactMomentFactory(employers=[employer], subject=f"Ook {FULL.lower()} genoemd", notes="")
    meeting = MeetingFactory(held=True, employers=[employer], title=f"Koffie met {LAST}")
    Participant.objects.create(meeting=meeting, person=person, employer=employer, is_present=True)
    Report.objects.create(meeting=meeting, summary=f"{FULL} vertelde.", opinions=f"{FIRST} is tevreden.")
    Invitation.objects.create(
        employer=employer,
        person=person,
        college_member=CollegeMemberFactory(),
        sent_on=dt.date(2026, 2, 1),
        note=f"t.a.v. {LAST}",
    )
    TimeEntry.objects.create(
        user=am, day=dt.date(2026, 2, 2), hours=1, track=TrackFactory(), note=f"voor {FULL}"
    )
    Digest.objects.create(
        recipient=am,
        day=dt.date(2026, 2, 3),
        message_id="<1@example.org>",
        content={"subject": "Herinneringen", "lines": [{"label": f"Koffie met {FULL}"}]},
    )
    Position.objects.filter(person=person).update(title=f"voorzitter {LAST}")
    # A business that had its owner's name, and a promise that names them.
    business = EmployerFactory(name=f"Testbakkerij {FULL}", is_natural_person=True, refreshed=True)
    business.name = "Testbakkerij Zilverlinde"
    save_tracked(business, by=am)
    refresh_employers([business.pk])
    FollowUpFactory(employer=employer, person=person, what=f"{LAST} bellen op {MOBILE}")
    ContactMoment.objects.filter(people=person).update(
        given_in_confidence=True, woo_ground=f"{LAST} vroeg dat"
    )
    return person


def places():
    return {
        place
        for name in (FIRST, LAST, LAST.lower(), MAIL, MOBILE, "0570 00 00 99", "0570000099", "0600007799")
        for place in find_in_database(name)
    }


def test_the_search_itself_finds_what_is_there(person):
    found = places()

    assert {"employers_contactperson.last_name", "meetings_report.summary", "core_digest.content"} <= found
    assert not {place for place in found if place.startswith(("core_trailevent", "pghistory"))}


def test_the_person_is_nowhere_afterwards(person, tl):
    anonymise_person(person, by=tl)

    assert places() == set()


def test_what_was_counted_still_counts(person, tl):
    before = {
        model: model._base_manager.count() for model in (ContactMoment, Meeting, Participant, Invitation)
    }
    anonymise_person(person, by=tl)

    assert {model: model._base_manager.count() for model in before} == before
    moment = ContactMoment.objects.get(people=person)
    assert moment.subject == f"{NAME_REMOVED} belde"
    assert moment.notes == f"{NAME_REMOVED} wil uitbreiden, mail naar {NAME_REMOVED} of bel {NAME_REMOVED}."
    assert Participant.objects.get(person=person).is_present


def test_the_trail_tells_when_and_by_whom(person, tl):
    anonymise_person(person, by=tl)

    event = TrailEvent.objects.filter(table_name="employers_contactperson", object_id=person.pk).latest("pk")
    assert event.after == {"anonymised_on": person.anonymised_on.isoformat(), "preferred_channel": ""}
    assert event.context.metadata["source"] == "retention"
    person.refresh_from_db()
    assert person.modified_by == tl


def test_doing_it_twice_changes_nothing(person, tl):
    anonymise_person(person, by=tl)
    count = TrailEvent.objects.count()

    anonymise_person(ContactPerson.objects.get(pk=person.pk), by=tl)

    assert TrailEvent.objects.count() == count


def test_a_last_name_that_is_a_word_stays_a_word(am):
    """Without a connection to the person only the full name is taken for a name."""
    person = ContactPersonFactory(first_name="Proef", last_name="Bakker")
    other = ContactMomentFactory(subject="De Bakker op de hoek", notes="Proef Bakkerij")
    own = ContactMomentFactory(people=[person], subject="Bakker zoekt een bakker en een Bakkerij")

    anonymise_person(person, by=am)

    other.refresh_from_db()
    own.refresh_from_db()
    assert (other.subject, other.notes) == ("De Bakker op de hoek", "Proef Bakkerij")
    assert own.subject == f"{NAME_REMOVED} zoekt een bakker en een Bakkerij"


def test_every_relation_to_a_person_is_declared():
    found = set()
    for relation in ContactPerson._meta.related_objects:
        if isinstance(relation, ManyToManyRel) or not relation.related_model._meta.auto_created:
            found.add((relation.related_model, relation.field.name))

    assert found == KEPT_RELATIONS


def test_texts_about_people_are_declared_with_the_way_to_them():
    for model, text in FREE_TEXTS.items():
        assert all(model._meta.get_field(field) for field in text.fields)
        if text.of_person:
            assert model._base_manager.filter(**{text.of_person: 0}).count() == 0


# ── what people keep of lists ────────────────────────────────────────────────────────────────────


def test_labels_and_views_forget_the_name_and_stay_apart(person, am, tl):
    """Somebody typed the name in the search box and kept the list, and named a label after the person."""
    other = ContactPersonFactory(first_name="Zomerien", last_name=LAST)
    for who in (person, other):
        name = f"{who.first_name} {who.last_name}"
        save_tracked(Tag(name=name), by=am)
        save_tracked(
            SavedView(list_key="people", owner=am, name=name, query=urlencode({"q": name, "sort": "-name"})),
            by=am,
        )
    view = save_tracked(
        SavedView(list_key="people", owner=am, name="met adres", query=urlencode({"q": MAIL})), by=am
    )

    anonymise_person(person, by=tl)
    anonymise_person(other, by=tl)

    assert places() == set()
    assert not find_in_database("Zomerien")
    assert Tag.objects.count() == 2
    assert list(SavedView.objects.exclude(pk=view.pk).values_list("query", flat=True)) == ["sort=-name"] * 2
    view.refresh_from_db()
    assert view.query == ""


def test_labels_and_views_are_counted_before_it_is_done(person, am):
    save_tracked(Tag(name=f"kring van {FULL}"), by=am)

    assert (Tag._meta.verbose_name_plural, 1) in preview_of(person, by=UserFactory(role="FA")).texts
