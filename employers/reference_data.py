"""Loads the reference data that comes with the product: SBI codes, sectors, areas, tracks, profiles, themes.

Runs after every migrate and after a flush, so it is idempotent: it adds what is missing and never undoes what
an administrator changed. Prefixes and postcodes are only filled in for a sector or area that it makes itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from deventer_crm.core.models import Reference
from employers.models import Area, AreaPostcode, CityProfile, SbiCode, Sector, SectorPrefix, Theme, Track

FOLDER = Path(__file__).parent / "reference"
LISTS: dict[str, type[Reference]] = {"track": Track, "profile": CityProfile, "theme": Theme}


@transaction.atomic
def load_reference_data() -> None:
    """Make every reference row that comes with the product exist."""
    for version in (2008, 2025):
        _load_sbi(version)
    _load_lists()
    profiles = {profile.code: profile for profile in CityProfile.objects.all()}
    _load_sectors(profiles)
    _load_areas(profiles)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(row for row in file if not row.startswith("#"))


def _load_sbi(version: int) -> None:
    rows = list(_rows(f"sbi{version}.csv"))
    stored = {code.code: code for code in SbiCode.objects.filter(version=version)}
    if len(stored) >= len(rows) and all(row["code"] in stored for row in rows):
        return
    # By length, so that a parent (one letter, two digits, …) exists before its children.
    for length in sorted({len(row["code"]) for row in rows}):
        missing = [row for row in rows if len(row["code"]) == length and row["code"] not in stored]
        made = SbiCode.objects.bulk_create(
            [
                SbiCode(
                    version=version,
                    code=row["code"],
                    title_nl=row["title_nl"],
                    title_en=row["title_en"],
                    parent=stored.get(row["parent"]),
                )
                for row in missing
            ]
        )
        stored.update({code.code: code for code in made})


def _load_lists() -> None:
    positions: dict[str, int] = {}
    have = {name: set(model._default_manager.values_list("code", flat=True)) for name, model in LISTS.items()}
    for row in _rows("lists.csv"):
        position = positions[row["list"]] = positions.get(row["list"], 0) + 10
        if row["code"] not in have[row["list"]]:
            LISTS[row["list"]]._default_manager.create(code=row["code"], name=row["name"], position=position)


def _load_sectors(profiles: dict[str, CityProfile]) -> None:
    have = set(Sector.objects.values_list("code", flat=True))
    taken = set(SectorPrefix.objects.values_list("version", "prefix"))
    prefixes = []
    for position, row in enumerate(_rows("sectors.csv"), start=1):
        if row["code"] in have:
            continue
        sector = Sector.objects.create(
            code=row["code"],
            name=row["name"],
            position=position * 10,
            city_profile=profiles.get(row["profile"]),
        )
        prefixes += [
            SectorPrefix(sector=sector, version=version, prefix=prefix)
            for version in (2008, 2025)
            for prefix in row[f"sbi{version}"].split()
            if (version, prefix) not in taken
        ]
    SectorPrefix.objects.bulk_create(prefixes)


def _load_areas(profiles: dict[str, CityProfile]) -> None:
    have = set(Area.objects.values_list("code", flat=True))
    taken = set(AreaPostcode.objects.values_list("postcode", flat=True))
    postcodes = []
    for position, row in enumerate(_rows("areas.csv"), start=1):
        if row["code"] in have:
            continue
        area = Area.objects.create(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            position=position * 10,
            city_profile=profiles.get(row["profile"]),
        )
        postcodes += [
            AreaPostcode(area=area, postcode=code) for code in row["postcodes"].split() if code not in taken
        ]
    AreaPostcode.objects.bulk_create(postcodes)
