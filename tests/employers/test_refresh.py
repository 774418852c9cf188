"""refresh_employers: jobs as R2 says, area, sector and track as R3 says, in a fixed number of statements."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employers.activity import refresh_activities
from employers.models import Area, Employer, JobCount, Track
from employers.placing import area_of, areas_by_postcode
from employers.services import refresh_employers, refresh_last_contact
from tests.employers import factories as make
from tests.employers.jobs_oracle import jobs_of
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


def refreshed(employer: Employer) -> Employer:
    refresh_employers([employer.pk], TODAY)
    employer.refresh_from_db()
    return employer


def test_jobs_are_the_newest_count_of_the_first_source_that_has_one() -> None:
    place = make.EstablishmentFactory()
    make.JobCountFactory(establishment=place, reference_date=dt.date(2025, 4, 1), jobs=90)
    make.JobCountFactory(establishment=place, reference_date=dt.date(2026, 4, 1), jobs=100)
    make.JobCountFactory(establishment=place, reference_date=dt.date(2026, 4, 1), version=2, jobs=104)
    make.JobCountFactory(establishment=place, reference_date=dt.date(2026, 9, 1), source="own", jobs=7)
    make.JobCountFactory(establishment=place, reference_date=dt.date(2027, 4, 1), jobs=300)
    employer = refreshed(place.employer)
    assert (employer.jobs, employer.jobs_on, employer.jobs_before) == (104, dt.date(2026, 4, 1), 90)
    assert employer.jobs_change == 14


def test_ended_is_zero_and_outside_the_municipality_does_not_count() -> None:
    employer = make.EmployerFactory()
    for options, jobs in (({}, 40), ({"ended_on": TODAY}, 50), ({"in_municipality": False}, 900)):
        make.JobCountFactory(establishment=make.EstablishmentFactory(employer=employer, **options), jobs=jobs)
    assert refreshed(employer).jobs == 40


def test_without_a_count_the_jobs_are_unknown_and_not_zero() -> None:
    assert refreshed(make.EstablishmentFactory().employer).jobs is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["lisa", "kvk", "own"]),
            st.dates(dt.date(2021, 1, 1), dt.date(2027, 12, 31)),
            st.integers(0, 500),
        ),
        max_size=12,
        unique_by=lambda row: row[:3],
    ),
    st.lists(
        st.one_of(st.none(), st.dates(dt.date(2021, 1, 1), dt.date(2027, 12, 31))), min_size=3, max_size=3
    ),
)
def test_the_stored_jobs_equal_the_rule_that_pages_compute(
    db: None, counts: list[tuple[int, str, dt.date, int]], ends: list[dt.date | None]
) -> None:
    employer = make.EmployerFactory()
    places = [make.EstablishmentFactory(employer=employer, ended_on=end) for end in ends]
    for index, source, day, jobs in counts:
        make.JobCountFactory(establishment=places[index], source=source, reference_date=day, jobs=jobs)
    expected = jobs_of(employer, TODAY)
    assert refreshed(employer).jobs == expected


def test_area_sector_and_track_follow_the_main_establishment() -> None:
    city = make.AreaFactory(kind=Area.Kind.INNER_CITY)
    for code in (Track.SECTORS, Track.INNER_CITY):
        make.TrackFactory(code=code)
    broad, narrow = make.SectorPrefixFactory(prefix="009"), make.SectorPrefixFactory(prefix="0099")
    employer = make.EmployerFactory()
    large = make.EstablishmentFactory(employer=employer, sbi=make.SbiCodeFactory(code="00980"))
    make.JobCountFactory(establishment=large, jobs=500)
    assert refreshed(employer).sector == broad.sector
    assert employer.track.code == Track.SECTORS
    main = make.EstablishmentFactory(
        employer=employer, is_main=True, area=city, sbi=make.SbiCodeFactory(code="00990")
    )
    assert refreshed(employer).main_establishment == main
    assert (employer.area, employer.sector, employer.track.code) == (city, narrow.sector, Track.INNER_CITY)
    main.ended_on = TODAY
    main.save()
    assert refreshed(employer).main_establishment == large


def test_what_a_person_set_with_a_reason_stays() -> None:
    own = make.AreaFactory(kind=Area.Kind.INNER_CITY)
    employer = make.EmployerFactory(area=own, area_reason="staat op de markt")
    make.EstablishmentFactory(employer=employer, area=make.AreaFactory())
    assert refreshed(employer).area == own
    assert employer.track.code == Track.INNER_CITY  # the track follows the area that holds


def test_a_postcode_of_six_goes_before_one_of_four() -> None:
    area = make.AreaFactory()
    make.AreaPostcodeFactory(area=area, postcode="9701")
    special = make.AreaPostcodeFactory(postcode="9701AB").area
    areas = areas_by_postcode()
    for postcode, expected in (("9701 AB", special), ("9701ZZ", area), ("9801AA", None), ("", None)):
        assert area_of(postcode, areas) == (expected.pk if expected else None)


def test_everything_people_search_for_is_in_one_text() -> None:
    place = make.EstablishmentFactory(
        employer__name="Café Zilverlinde", town="Proefdorp", street="Modelkade", postcode="9999AB"
    )
    text = refreshed(place.employer).search_text
    for word in ("cafe zilverlinde", place.number, place.registration.kvk_number, "9999ab", "modelkade"):
        assert word in text
    assert place.employer.sort_name == "cafe zilverlinde"


def test_a_shielded_address_is_not_found_by_its_street() -> None:
    place = make.EstablishmentFactory(street="Verborgenkade", is_shielded=True)
    assert "verborgenkade" not in refreshed(place.employer).search_text


def test_a_thousand_employers_take_as_many_statements_as_one() -> None:
    employers = [make.EstablishmentFactory().employer for _ in range(12)]
    JobCount.objects.bulk_create(
        JobCount(
            establishment=e.establishments.get(), reference_date=dt.date(2026, 4, 1), source="lisa", jobs=3
        )
        for e in employers
    )
    with page_queries() as one:
        refresh_employers([employers[0].pk], TODAY)
    with page_queries() as many:
        assert refresh_employers([e.pk for e in employers], TODAY) == len(employers) - 1
    # The columns, the last contact twice (three each), and one for each of seven kinds of the timeline.
    assert len(one) == len(many) <= 16, "\n".join(many)
    assert refresh_employers(None, TODAY) == 0


def test_the_last_contact_leaves_out_what_not_everybody_may_know() -> None:
    employer, other = make.EmployerFactory(), make.EmployerFactory()
    moments = [
        make.ContactMomentFactory(
            employers=[employer], happened_at=dt.datetime(2026, month, 1, tzinfo=dt.UTC), **more
        )
        for month, more in (
            (1, {}),
            (2, {"kind": "note"}),
            (3, {"is_confidential": True}),
            (4, {"audience": "named"}),
            (5, {"withdrawn_on": TODAY, "withdrawn_reason": "verkeerd bedrijf"}),
        )
    ]
    refresh_last_contact([employer.pk])
    employer.refresh_from_db()
    assert employer.last_contact_at == moments[0].happened_at
    moments[0].employers.set([other])
    refresh_activities("contact", [moments[0].pk])
    employer.refresh_from_db()
    assert employer.last_contact_at is None
