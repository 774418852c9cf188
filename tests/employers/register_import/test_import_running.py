"""From rows to the register: matching, classes, employers, counts, proposals (R2, R3, R11)."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employers.models import (
    ChangeProposal,
    DeliveryRow,
    Employer,
    Establishment,
    JobCount,
    MappingProfile,
    RegisterDelivery,
    Registration,
    Track,
)
from employers.spreadsheets.errors import RefusedFile

from .conftest import APRIL_2025, APRIL_2026
from .files import HEADER, line, lines

pytestmark = pytest.mark.django_db

CLASSES = ("new", "changed", "unchanged", "doubtful", "refused")
NO_NUMBERS = dict.fromkeys(("mannen_fulltime", "vrouwen_fulltime", "mannen_parttime", "vrouwen_parttime"))


def numbers(result) -> tuple[int, ...]:
    assert sum(result.counts[name] for name in CLASSES) == result.counts["rows"]
    return tuple(result.counts[name] for name in (*CLASSES, "missing"))


def jobs(number: str) -> list[tuple[dt.date, int, int]]:
    found = JobCount.objects.filter(establishment__number=number).order_by("reference_date", "version")
    return list(found.values_list("reference_date", "version", "jobs"))


def test_a_first_file_makes_employer_registration_establishment_and_count(deliver):
    assert numbers(deliver([line()])) == (1, 0, 0, 0, 0, 0)
    establishment = Establishment.objects.select_related("employer", "registration", "sbi", "area").get()
    assert establishment.name == "Proefwerkplaats Zilverlinde B.V."
    assert (establishment.number, establishment.postcode) == ("990000000011", "7418AB")
    assert establishment.registration.kvk_number == "90000011"
    assert establishment.employer.name == "Zilverlinde Groep B.V."
    assert establishment.employer.kind == Employer.Kind.COMPANY
    assert establishment.employer.jobs == 12
    assert establishment.sbi.code == "25620"
    assert establishment.area.code == "stad"
    count = JobCount.objects.get()
    assert (count.jobs, count.men_full, count.women_part, count.source) == (12, 6, 2, "lisa")
    delivery = RegisterDelivery.objects.get()
    assert delivery.state == RegisterDelivery.State.DONE
    assert count.delivery == delivery
    assert delivery.counts["new"] == 1


def test_the_same_file_again_changes_nothing(deliver):
    rows = [*lines(5), line(vestigingsnummer=None), line(vestigingsnummer="1,23E+11")]
    first = deliver(rows)
    before = Establishment.objects.order_by("pk").values_list("pk", "version", "modified_at")
    before = list(before)
    again = deliver(rows)
    assert numbers(first) == (6, 0, 0, 0, 1, 0)
    assert numbers(again) == (0, 0, 6, 0, 1, 0)
    assert list(Establishment.objects.order_by("pk").values_list("pk", "version", "modified_at")) == before
    assert JobCount.objects.count() == 6


def test_a_dry_run_tells_the_same_and_writes_nothing(deliver):
    deliver(lines(3))
    rows = [*lines(2), line(kvk="fout"), *lines(1, start=9)]
    told = deliver(rows, dry=True)
    assert Establishment.objects.count() == 3
    assert RegisterDelivery.objects.count() == 1
    assert told.counts == deliver(rows).counts
    assert numbers(told) == (1, 0, 2, 0, 1, 1)


def test_a_changed_field_or_count_is_a_change(deliver):
    deliver(lines(4))
    rows = lines(4)
    rows[0][5] = "Andere Proefstraat"
    rows[1][-1], rows[1][12] = 13, 7
    assert numbers(deliver(rows, on=APRIL_2026)) == (0, 2, 2, 0, 0, 0)
    assert Establishment.objects.filter(street="Andere Proefstraat").count() == 1
    assert jobs("990000000002") == [(APRIL_2026, 1, 12), (APRIL_2026, 2, 13)]
    assert Employer.objects.get(establishments__number="990000000002").jobs == 13


def test_a_new_year_adds_counts_also_for_unchanged_rows(deliver):
    deliver(lines(2), on=APRIL_2025)
    assert numbers(deliver(lines(2), on=APRIL_2026)) == (0, 0, 2, 0, 0, 0)
    assert jobs("990000000001") == [(APRIL_2025, 1, 12), (APRIL_2026, 1, 12)]


def test_a_full_delivery_ends_what_it_lacks_and_a_later_one_revives_it(deliver):
    deliver(lines(3), on=APRIL_2025)
    assert numbers(deliver(lines(2), on=APRIL_2026)) == (0, 0, 2, 0, 0, 1)
    gone = Establishment.objects.get(number="990000000003")
    assert gone.ended_on == APRIL_2026
    assert gone.employer.jobs == 0
    assert DeliveryRow.objects.get(outcome="missing").establishment == gone
    assert numbers(deliver(lines(2), on=APRIL_2026)) == (0, 0, 2, 0, 0, 0)
    later = dt.date(2026, 7, 1)
    assert numbers(deliver(lines(3), on=later)) == (0, 1, 2, 0, 0, 0)
    gone.refresh_from_db()
    assert gone.ended_on is None


def test_a_partial_delivery_ends_nothing(deliver):
    deliver(lines(3))
    assert numbers(deliver(lines(1), partial=True)) == (0, 0, 1, 0, 0, 0)
    assert not Establishment.objects.filter(ended_on__isnull=False).exists()


def test_own_establishments_and_other_sources_do_not_end(deliver):
    deliver(lines(1))
    deliver(lines(1, start=5), source="kvk")
    assert Establishment.objects.filter(ended_on__isnull=True).count() == 2


def test_a_damaged_row_does_not_end_its_establishment(deliver):
    deliver(lines(3))
    rows = lines(3)
    rows[0][-1] = -4  # number readable
    rows[1][3] = "9,9E+11"  # number lost, KVK and address readable
    result = deliver(rows)
    assert numbers(result) == (0, 0, 1, 0, 2, 0)
    assert not Establishment.objects.filter(ended_on__isnull=False).exists()


def test_an_older_file_adds_counts_only(deliver):
    deliver(lines(2), on=APRIL_2026)
    older = lines(4)
    for row in older:
        row[5], row[0] = "Oude Proefstraat", "Oude naam"
        row[-1], row[12] = 22, 16
    result = deliver(older, on=APRIL_2025)
    assert numbers(result) == (0, 2, 0, 2, 0, 0)
    assert not Establishment.objects.filter(street="Oude Proefstraat").exists()
    assert not Establishment.objects.filter(name="Oude naam").exists()
    assert jobs("990000000001") == [(APRIL_2025, 1, 22), (APRIL_2026, 1, 12)]
    assert Employer.objects.get(establishments__number="990000000001").jobs == 12
    assert numbers(deliver(older, on=APRIL_2025)) == (0, 0, 2, 2, 0, 0)


# ---- matching


def test_without_number_the_kvk_number_and_address_match(deliver):
    deliver([line(vestigingsnummer=None, toevoeging="A"), line(vestigingsnummer=None, toevoeging="B")])
    assert Establishment.objects.count() == 2
    result = deliver(
        [
            line(vestigingsnummer=None, toevoeging="a", naam_vestiging="Nieuwe naam"),
            line(vestigingsnummer=None, toevoeging="B"),
        ]
    )
    assert numbers(result) == (0, 1, 1, 0, 0, 0)


def test_a_number_is_filled_in_where_the_address_matched(deliver):
    deliver([line(vestigingsnummer=None)])
    assert numbers(deliver([line()])) == (0, 1, 0, 0, 0, 0)
    assert Establishment.objects.get().number == "990000000011"


def test_another_number_at_the_same_address_is_another_establishment(deliver):
    deliver([line()])
    assert numbers(deliver([line(), line(vestigingsnummer="990000000012", naam_vestiging="Anders")])) == (
        1, 0, 1, 0, 0, 0,
    )  # fmt: skip
    assert Employer.objects.count() == 1


def test_a_look_alike_is_held_back_and_does_not_end(deliver):
    deliver([line(), *lines(1)])
    twin = line(
        vestigingsnummer="990000000099", kvk="90000099", naam_vestiging="Proefwerkplaats Zilverlinden BV",
        postcode="7418AC",
    )  # fmt: skip
    result = deliver([twin, *lines(1)])
    assert numbers(result) == (0, 0, 1, 1, 0, 0)
    held = DeliveryRow.objects.get(outcome="doubtful")
    assert held.reason == "looks_like"
    assert held.establishment == Establishment.objects.get(number="990000000011")
    assert held.values[0] == "Proefwerkplaats Zilverlinden BV"


def test_never_by_name_alone(deliver):
    deliver([line()])
    moved = line(vestigingsnummer="990000000099", kvk="90000099", postcode="7437 AA")
    assert numbers(deliver([moved], partial=True)) == (1, 0, 0, 0, 0, 0)


def test_two_rows_for_one_establishment_the_second_is_doubtful(deliver):
    result = deliver([line(vestigingsnummer=None), line(vestigingsnummer=None, naam_vestiging="Tweede")])
    assert numbers(result) == (1, 0, 0, 1, 0, 0)
    held = DeliveryRow.objects.get(outcome="doubtful")
    assert (held.number, held.reason, held.reason_values) == (3, "same_address_twice", {"first": 2})


def test_a_row_without_any_key_is_known_again_when_nothing_changed(deliver):
    row = line(vestigingsnummer=None, kvk=None)
    assert numbers(deliver([row])) == (1, 0, 0, 0, 0, 0)
    assert numbers(deliver([row])) == (0, 0, 1, 0, 0, 0)
    assert numbers(deliver([line(vestigingsnummer=None, kvk=None, telefoon="0570 00 00 01")])) == (
        0,
        0,
        0,
        1,
        0,
        0,
    )


# employers, R2


def test_one_employer_per_kvk_number_named_by_enterprise_main_or_largest(deliver):
    def row(at, **changes):
        return line(**{"vestigingsnummer": f"99{at:010d}", "onderneming": None, **NO_NUMBERS, **changes})

    deliver(
        [
            row(1, kvk="90000001", naam_vestiging="Klein", werkzame_personen=1),
            row(2, kvk="90000001", naam_vestiging="Groot", werkzame_personen=9),
            row(3, kvk="90000002", naam_vestiging="Een", onderneming="Onderneming Twee", werkzame_personen=1),
            row(4, kvk="90000002", naam_vestiging="Twee", werkzame_personen=9),
            row(5, kvk=None, naam_vestiging="Los A", postcode="7411AA"),
            row(6, kvk=None, naam_vestiging="Los B", postcode="7412BB"),
        ]
    )
    assert sorted(Employer.objects.values_list("name", flat=True)) == [
        "Groot",
        "Los A",
        "Los B",
        "Onderneming Twee",
    ]
    assert Registration.objects.count() == 2
    assert Employer.objects.get(name="Groot").jobs == 10


def test_the_main_establishment_names_the_employer(deliver):
    header = [*HEADER, "Hoofdvestiging"]
    rows = [
        [*line(naam_vestiging="Neven", onderneming=None), "nee"],
        [*line(naam_vestiging="Hoofd", onderneming=None, vestigingsnummer="990000000012", werkzame_personen=2,
               **NO_NUMBERS), "ja"],
    ]  # fmt: skip
    deliver(rows, header=header)
    assert Employer.objects.get().name == "Hoofd"


@pytest.mark.parametrize(
    ("form", "working", "natural"),
    [
        ("Eenmanszaak", 40, True),
        ("VOF", 5, True),
        ("V.O.F.", 5, True),
        ("Vennootschap onder firma", 5, True),
        ("Maatschap", 9, True),
        ("Besloten vennootschap", 1, False),
        ("Stichting", 0, False),
        (None, 1, True),
        (None, None, True),
        (None, 2, False),
    ],
)
def test_natural_persons_by_legal_form(deliver, form, working, natural):
    deliver([line(rechtsvorm=form, werkzame_personen=working, **NO_NUMBERS)])
    assert Employer.objects.get().is_natural_person is natural


def test_a_renamed_enterprise_renames_the_employer_unless_a_person_named_it(deliver):
    deliver(lines(2))
    Employer.objects.filter(establishments__number="990000000002").update(name="Eigen naam", name_is_own=True)
    rows = lines(2, onderneming="Nieuw")
    assert numbers(deliver(rows)) == (0, 2, 0, 0, 0, 0)
    assert sorted(Employer.objects.values_list("name", flat=True)) == ["Eigen naam", "Nieuw"]


def test_new_establishments_of_a_known_kvk_number_join_its_employer(deliver):
    deliver([line()])
    deliver([line(), line(vestigingsnummer="990000000012", naam_vestiging="Filiaal", huisnummer=99)])
    assert Employer.objects.get().establishments.count() == 2


def test_another_kvk_number_is_proposed_not_moved(deliver):
    deliver([line()])
    assert numbers(deliver([line(kvk="90000099", werkzame_personen=20, **NO_NUMBERS)])) == (0, 1, 0, 0, 0, 0)
    establishment = Establishment.objects.select_related("registration").get()
    assert establishment.registration.kvk_number == "90000011"
    proposal = ChangeProposal.objects.get()
    assert (proposal.field, proposal.own_value, proposal.register_value) == ("kvk", "90000011", "90000099")
    assert jobs("990000000011")[-1][2] == 20


# area, sector, track: R3


@pytest.mark.parametrize(
    ("postcode", "area", "track", "inside"),
    [
        ("7411 AA", "binnenstad", Track.INNER_CITY, True),
        ("7437 AA", "bathmen", Track.SECTORS, True),
        ("1011 AA", None, Track.SECTORS, False),
    ],
)
def test_area_and_track_follow_the_postcode(deliver, postcode, area, track, inside):
    deliver([line(postcode=postcode)])
    establishment = Establishment.objects.get()
    employer = Employer.objects.select_related("area", "track").get()
    assert establishment.in_municipality is inside
    assert (employer.area.code if employer.area else None) == area
    assert employer.track.code == track
    assert employer.jobs == (12 if inside else None)


@pytest.mark.parametrize(
    ("code", "version", "sector"),
    [
        ("2562", 2008, "maakindustrie"),
        ("62100", 2025, "ict"),
        (1621, 2008, "maakindustrie"),
        (111, 2008, "agrarisch"),
        (1131, 2025, "agrarisch"),
    ],
)
def test_sector_follows_the_sbi_code_and_its_version(deliver, code, version, sector):
    others = lines(3, start=50, sbi="8621" if version == 2008 else "86210")
    deliver([line(sbi=code), *others])
    employer = Employer.objects.get(establishments__number="990000000011")
    assert employer.sector.code == sector
    assert employer.main_establishment.sbi.version == version


def test_an_unknown_sbi_code_is_left_out_with_a_note(deliver):
    deliver([line(sbi="99999x")])
    assert Establishment.objects.get().sbi is None
    assert [note["code"] for note in DeliveryRow.objects.get().notes] == ["unknown_sbi"]


# own values: R11


def test_an_own_value_stays_and_the_register_value_is_proposed_once(deliver):
    deliver(lines(2))
    Establishment.objects.filter(number="990000000001").update(phone="0570 11 11 11", own_fields=["phone"])
    rows = lines(2)
    assert numbers(deliver(rows)) == (0, 0, 2, 0, 0, 0)
    assert not ChangeProposal.objects.exists()
    rows[0][10] = "0570 22 22 22"
    deliver(rows)
    assert Establishment.objects.get(number="990000000001").phone == "0570 11 11 11"
    proposal = ChangeProposal.objects.get()
    assert (proposal.own_value, proposal.register_value) == ("0570 11 11 11", "0570 22 22 22")
    ChangeProposal.objects.update(state="refused")
    deliver(rows)
    assert ChangeProposal.objects.filter(state="open").count() == 0
    rows[0][10] = "0570 33 33 33"
    deliver(rows)
    assert ChangeProposal.objects.get(state="open").register_value == "0570 33 33 33"


def test_columns_that_a_file_lacks_are_left_alone(deliver):
    deliver([line()])
    short = ["Naam", "Vestigingsnummer", "Werkzame personen"]
    assert numbers(deliver([["Proefwerkplaats Zilverlinde B.V.", "990000000011", 12]], header=short)) == (
        0, 1, 0, 0, 0, 0,
    )  # fmt: skip
    assert Establishment.objects.get().street == "Proefstraat"


# ---- all or nothing


def test_a_fault_half_way_leaves_nothing(deliver, monkeypatch):
    deliver(lines(2))

    def fault(*args):
        raise RuntimeError("stuk")

    monkeypatch.setattr("employers.register_import.applying.refresh_employers", fault)
    with pytest.raises(RuntimeError):
        deliver(lines(5))
    assert Establishment.objects.count() == 2
    assert RegisterDelivery.objects.count() == 1


def test_refused_files_leave_nothing(deliver):
    with pytest.raises(RefusedFile) as caught:
        deliver([line()], on=dt.date(2999, 1, 1))
    assert caught.value.code == "reference_date_in_future"
    with pytest.raises(RefusedFile):
        deliver([["x"]], header=["Opmerking"])
    assert not RegisterDelivery.objects.exists()
    assert not Employer.objects.exists()


def test_chosen_columns_are_remembered_for_the_same_header(deliver):
    header = ["Benaming", "Vestigingsnummer", "Werkzame personen"]
    row = ["Proef", "990000000001", 3]
    with pytest.raises(RefusedFile):
        deliver([row], header=header)
    deliver([row], header=header, chosen={"naam_vestiging": "A"})
    assert MappingProfile.objects.get().mapping == {"naam_vestiging": "Benaming"}
    assert numbers(deliver([row], header=header)) == (0, 0, 1, 0, 0, 0)


def test_the_trail_says_that_the_import_did_it(deliver):
    from deventer_crm.core.models import TrailEvent

    deliver([line()])
    event = TrailEvent.objects.filter(table_name="employers_establishment", action="I").get()
    assert event.context.metadata["source"] == "register import"
    assert event.context.metadata["delivery"] == RegisterDelivery.objects.get().pk


# ---- for every pair of files


ROWS = st.lists(
    st.tuples(
        st.integers(1, 6),  # establishment number
        st.integers(0, 3),  # KVK number, 0 is none
        st.sampled_from(["7411AA", "7437AB", "", "fout"]),
        st.one_of(st.none(), st.integers(-1, 30)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS)
def test_classes_add_up_and_a_second_time_brings_nothing(deliver, first, second):
    from django.db import transaction

    def rows(drawn):
        return [
            line(
                vestigingsnummer=f"99{number:010d}", kvk=f"9000000{kvk}" if kvk else None, postcode=postcode,
                naam_vestiging=f"Proef {number}", werkzame_personen=working, **NO_NUMBERS,
            )
            for number, kvk, postcode, working in drawn
        ]  # fmt: skip

    with transaction.atomic():
        deliver(rows(first), on=APRIL_2025)
        once = deliver(rows(second))
        again = deliver(rows(second))
        numbers(once)
        assert again.counts["new"] == again.counts["changed"] == again.counts["missing"] == 0
        assert numbers(again)[4] == numbers(once)[4]
        current = Establishment.objects.filter(ended_on__isnull=True)
        named = {f"99{number:010d}" for number, *_rest in second}
        assert set(current.values_list("number", flat=True)) <= named
        transaction.set_rollback(True)
