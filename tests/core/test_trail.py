"""R13: business changes leave a trail by database triggers, whoever makes them and however, without copying
names and free text; trail and access log are append-only."""

import json

import pghistory
import pytest
from django.db import Error, connection, transaction
from django.urls import reverse

from deventer_crm.core.models import AccessEvent, PolicySetting, TrailEvent
from deventer_crm.core.services import log_access, save_tracked
from employers.models import Employer, JobCount, Sector
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import ContactMomentFactory, EmployerFactory, JobCountFactory
from tests.support.dump import find_in_database

pytestmark = pytest.mark.django_db

SECRET = "Qwyxvorbius"


def events(obj, **wanted):
    return TrailEvent.objects.filter(table_name=obj._meta.db_table, object_id=obj.pk, **wanted).order_by("pk")


def test_saving_leaves_an_event_with_the_values_before_and_after():
    employer = EmployerFactory(is_relation=False)

    employer.is_relation = True
    employer.save()

    [change] = events(employer, action="U")
    assert change.changed == ["is_relation"]
    assert (change.before, change.after) == ({"is_relation": False}, {"is_relation": True})


def test_a_bulk_update_leaves_an_event_for_each_row():
    employers = [EmployerFactory() for _ in range(3)]

    Employer.objects.filter(pk__in=[employer.pk for employer in employers]).update(is_relation=True)

    assert [events(employer, action="U").count() for employer in employers] == [1, 1, 1]


def test_bulk_create_and_raw_sql_are_in_it_too():
    count = JobCountFactory(jobs=10)
    [made] = JobCount.objects.bulk_create(
        [JobCount(establishment=count.establishment, reference_date="2025-04-01", source="lisa", jobs=7)]
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE employers_jobcount SET jobs = 12 WHERE id = %s", [count.pk])
        cursor.execute("DELETE FROM employers_jobcount WHERE id = %s", [made.pk])

    assert [event.action for event in events(made)] == ["I", "D"]
    assert events(made).last().before["jobs"] == 7
    [change] = events(count, action="U")
    assert (change.before, change.after) == ({"jobs": 10}, {"jobs": 12})


def test_the_admin_is_in_it_with_who_and_where(fa, client_as):
    sector = Sector.objects.create(code="proefbranche", name="Proefbranche")
    url = reverse("admin:accounts_collegemember_add")
    inline = {
        f"mandates-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    response = client_as(fa).post(
        url, {"name": SECRET, "office": "alderman", "starts_on": "2026-01-01", "position": 0, **inline}
    )

    assert response.status_code == 302, response.context["errors"]
    event = TrailEvent.objects.filter(table_name="accounts_collegemember", action="I").latest("pk")
    assert event.context.metadata["user"] == fa.pk
    assert event.context.metadata["url"] == url
    assert event.context.metadata["source"] == "web"
    assert sector.pk


def test_a_command_says_where_it_came_from():
    with pghistory.context(source="import", delivery=7):
        employer = EmployerFactory()
        employer.is_relation = True
        employer.save()

    assert events(employer).last().context.metadata == {"source": "import", "delivery": 7}


def test_a_change_of_bookkeeping_alone_is_no_event(am):
    employer = EmployerFactory()

    save_tracked(employer, by=am)

    assert employer.version == 2
    assert not events(employer, action="U").exists()


def test_names_and_free_text_are_told_by_field_and_never_copied(am):
    employer = EmployerFactory(name=f"{SECRET} B.V.")
    moment = ContactMomentFactory(subject=f"Over {SECRET}", notes=SECRET, employers=[employer])
    member = CollegeMemberFactory(name=SECRET)
    for row, fields in ((employer, ["name"]), (moment, ["notes", "subject"]), (member, ["name"])):
        for field in fields:
            setattr(row, field, f"{SECRET} anders")
        row.save()
        assert events(row, action="U").get().changed == fields
        assert (events(row, action="U").get().before, events(row, action="U").get().after) == ({}, {})
        row.delete()

    assert SECRET.lower() not in json.dumps(list(TrailEvent.objects.values("before", "after"))).lower()
    assert [place for place in find_in_database(SECRET) if place.startswith("core_trailevent")] == []


@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_trail_and_access_log_are_append_only(statement, am):
    EmployerFactory()
    log_access(AccessEvent.Verb.EXPORT, user=am, rows=3)

    for table in ("core_trailevent", "core_accessevent"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))
    with pytest.raises(Error), transaction.atomic():
        TrailEvent.objects.all().delete()


def test_a_rolled_back_change_leaves_nothing():
    employer = EmployerFactory()
    with transaction.atomic():
        Employer.objects.filter(pk=employer.pk).update(is_relation=True)
        transaction.set_rollback(True)

    assert not events(employer, action="U").exists()


def test_what_the_municipality_decides_is_in_it(tl, client_as):
    client_as(tl).post(
        reverse("admin:core_policysetting_add") + "?name=top_list_includes_ties",
        {"value": "False", "starts_on": "2026-01-01", "note": "Zo afgesproken"},
    )

    setting = PolicySetting.objects.get()
    event = events(setting).get()
    assert (event.action, event.context.metadata["user"]) == ("I", tl.pk)
