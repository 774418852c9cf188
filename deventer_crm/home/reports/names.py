"""Names in the texts of a report. Texts can become public (R2, R10): the lead is told which employers and
contact persons they name, and what is confidential may not be named at all: everybody who sees the monitor
reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Cast, Concat, Length

from employers.models import ContactPerson, Employer

#: Shorter names are words as well.
SHORTEST = 3


@dataclass(frozen=True)
class Named:
    """An employer or contact person that texts name; `commitments` are the keys of those texts."""

    name: str
    commitments: tuple[int, ...]
    employer: int | None = None
    is_confidential: bool = False


def names_in(texts: Mapping[int, str]) -> list[Named]:
    """Who is named in these texts (by commitment), employers first; two statements for any number of texts.
    Whole words only, capitals do not matter."""
    everything = "\n".join(text for text in texts.values() if text)
    if not everything.strip():
        return []
    said = Value(everything, TextField())
    employers = (
        Employer.objects.annotate(said=said, long=Length("name"))
        .filter(long__gte=SHORTEST, said__icontains=F("name"))
        .order_by("sort_name", "pk")
        .values_list("pk", "name", "is_confidential")
    )
    full = Concat("first_name", Value(" "), "last_name", output_field=CharField())
    people = (
        ContactPerson.objects.filter(anonymised_on__isnull=True)
        .exclude(first_name="")
        .annotate(said=said, full=Cast(full, TextField()))
        .filter(said__icontains=F("full"))
        .order_by("last_name", "pk")
        .values_list("full", flat=True)
    )
    found = [
        Named(name, places, pk, secret) for pk, name, secret in employers if (places := _places(name, texts))
    ]
    return found + [Named(name, places) for name in dict.fromkeys(people) if (places := _places(name, texts))]


def _places(name: str, texts: Mapping[int, str]) -> tuple[int, ...]:
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    return tuple(key for key, text in texts.items() if text and pattern.search(text))


def hidden_employers(keys: set[int], user: Any) -> set[int]:
    """Those of these employers that this reader may not know of; a key that is gone is hidden too."""
    if not keys:
        return set()
    seen = Employer.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)
    return keys - set(seen)
