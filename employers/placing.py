"""R3: which area a postcode lies in, for rows that are not in the register yet. The import of a
register says the same in SQL."""

from typing import TypedDict

from employers.models import AreaPostcode

LENGTHS = (6, 4)


def areas_by_postcode() -> dict[str, int]:
    """The whole table, four or six characters to the key of an area: one query for any number of rows."""
    return dict(AreaPostcode.objects.values_list("postcode", "area_id"))


def area_of(postcode: str, areas: dict[str, int]) -> int | None:
    """Six characters first, else four; None: outside the municipality."""
    bare = postcode.replace(" ", "").upper()
    return next((areas[bare[:n]] for n in LENGTHS if len(bare) >= n and bare[:n] in areas), None)


class Placed(TypedDict):
    """Columns of an establishment."""

    area_id: int | None
    in_municipality: bool


def placed(postcode: str, areas: dict[str, int]) -> Placed:
    """Where an establishment with this postcode is; without a postcode it is taken to be inside."""
    area_id = area_of(postcode, areas)
    return {"area_id": area_id, "in_municipality": area_id is not None or not postcode}
