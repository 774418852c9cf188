"""Reference data that comes with the product: complete, and never undoing what an administrator changed."""

import pytest

from employers.models import Area, AreaPostcode, SbiCode, Sector, SectorPrefix, Theme, Track
from employers.reference_data import load_reference_data

pytestmark = pytest.mark.django_db


def test_it_is_there_after_migrating():
    assert SbiCode.objects.filter(version=2008).count() == 1455
    assert SbiCode.objects.filter(version=2025).count() == 1954
    assert set(Track.objects.values_list("code", flat=True)) == {Track.SECTORS, Track.INNER_CITY, Track.NONE}
    assert AreaPostcode.objects.get(postcode="7411").area.kind == Area.Kind.INNER_CITY


@pytest.mark.parametrize("version", [2008, 2025])
def test_every_division_of_sbi_belongs_to_a_sector(version):
    divisions = {
        code
        for code in SbiCode.objects.filter(version=version).values_list("code", flat=True)
        if len(code) == 2
    }
    prefixes = set(SectorPrefix.objects.filter(version=version).values_list("prefix", flat=True))
    assert divisions - prefixes == set()
    assert {
        prefix for prefix in prefixes if not SbiCode.objects.filter(version=version, code=prefix).exists()
    } == set()


def test_codes_hang_below_their_parents():
    code = SbiCode.objects.select_related("parent__parent__parent__parent").get(version=2008, code="01131")
    line = [code.code]
    while code.parent:
        code = code.parent
        line.append(code.code)
    assert line == ["01131", "0113", "011", "01", "A"]


def test_loading_again_changes_nothing_and_keeps_what_people_changed():
    Theme.objects.filter(code="energie").update(name="Stroom")
    Sector.objects.filter(code="ict").update(name="Digitaal")
    SectorPrefix.objects.filter(prefix="582").delete()
    AreaPostcode.objects.filter(postcode="7437").delete()
    Area.objects.filter(code="s-park").delete()
    before = {
        model: model.objects.count() for model in (SbiCode, Sector, SectorPrefix, AreaPostcode, Theme, Track)
    }
    load_reference_data()
    assert {model: model.objects.count() for model in before} == before
    assert Theme.objects.get(code="energie").name == "Stroom"
    assert Sector.objects.get(code="ict").name == "Digitaal"
    assert Area.objects.filter(code="s-park").exists()


def test_a_missing_code_comes_back():
    SbiCode.objects.filter(version=2025, code="62100").delete()
    load_reference_data()
    assert SbiCode.objects.get(version=2025, code="62100").parent.code == "6210"
