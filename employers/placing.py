"""R3: which area, sector and track an address and an activity lead to. Pure look-ups in tables read once, so
that the import and the refresh of employers answer alike (a test compares them with the SQL)."""

from dataclasses import dataclass

from employers.models import Area, AreaPostcode, SectorPrefix, Track

POSTCODE_LENGTHS = (6, 4)
LONGEST_PREFIX = 6


@dataclass(frozen=True)
class Places:
    """The reference tables of R3: `postcodes` maps six or four characters to an area, `prefixes` a version
    and first digits of an SBI code to a sector, `inner_city` are areas of that kind, `tracks` ids by code."""

    postcodes: dict[str, int]
    prefixes: dict[tuple[int, str], int]
    inner_city: frozenset[int]
    tracks: dict[str, int]

    def area_of(self, postcode: str) -> int | None:
        """Six characters first, else four; None: outside the municipality."""
        bare = postcode.replace(" ", "").upper()
        for length in POSTCODE_LENGTHS:
            found = self.postcodes.get(bare[:length]) if len(bare) >= length else None
            if found is not None:
                return found
        return None

    def is_inside(self, postcode: str) -> bool:
        """Whether the address lies in the municipality."""
        return self.area_of(postcode) is not None

    def sector_of(self, version: int, code: str) -> int | None:
        """The sector of the longest prefix of that version of the classification."""
        for length in range(min(len(code), LONGEST_PREFIX), 0, -1):
            found = self.prefixes.get((version, code[:length]))
            if found is not None:
                return found
        return None

    def track_of(self, area_id: int | None) -> int | None:
        """Inner city → that track, everything else → the sector track; None when the track is not there."""
        return self.tracks.get(Track.INNER_CITY if area_id in self.inner_city else Track.SECTORS)


def load_places() -> Places:
    """Read the tables of R3: four small queries."""
    return Places(
        postcodes=dict(AreaPostcode.objects.values_list("postcode", "area_id")),
        prefixes={
            (row.version, row.prefix): row.sector_id
            for row in SectorPrefix.objects.only("version", "prefix", "sector_id")
        },
        inner_city=frozenset(Area.objects.filter(kind=Area.Kind.INNER_CITY).values_list("pk", flat=True)),
        tracks=dict(Track.objects.values_list("code", "pk")),
    )
