"""Sections of a briefing are registered functions, of this app or a higher one:

@briefing_section("promises", label=_("Open promises and actions"), order=40, limit=8)
def open_follow_ups(about: About) -> Iterable[Line]: …

Each line names its source and the records it is about. A function applies the rights of `about.reader`
(R9, R10); the copy that is kept is compiled for a reader who sees everything, and then the records of a line
decide who reads it. So a line may say nothing that its records do not."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce

from accounts.roles import Act
from employers.models import Employer
from meetings.models import Meeting


@dataclass(frozen=True)
class Line:
    """`note`: small behind the text; `source`: which record says so, `url` leads there. `records`: label of
    the model and key of each record that a reader must be able to see. `exact`: the text with numbers of
    jobs, for who may know them (R2). `in_confidence`: told in confidence, so never in a mail."""

    text: str
    note: str = ""
    source: str = ""
    url: str = ""
    records: tuple[tuple[str, int], ...] = ()
    exact: str = ""
    in_confidence: bool = False


@dataclass(frozen=True)
class About:
    """What a section is asked about. `employers`: those at the table this reader may know of, survivors of
    what was grouped; `family`: these and all that is grouped under them. `kept`: compiled for the copy, which
    holds a few lines more, because some of them will be hidden from some."""

    meeting: Meeting
    employers: Sequence[Any]
    family: Sequence[int]
    reader: Any
    day: dt.date
    kept: bool = False

    def most(self, limit: int) -> int:
        """How many lines to read for a section that shows `limit`."""
        return limit * 3 if self.kept else limit


SectionFunction = Callable[[About], Iterable[Line]]


@dataclass(frozen=True)
class SectionKind:
    """`limit`: lines on the page and on the A4; `act`: the right without which it is not there (R9)."""

    code: str
    label: Any
    order: int
    limit: int
    act: Act
    function: SectionFunction = field(repr=False)


SECTIONS: dict[str, SectionKind] = {}


def briefing_section(
    code: str, *, label: Any, order: int, limit: int = 6, act: Act = Act.SEE_DOSSIERS
) -> Callable[[SectionFunction], SectionFunction]:
    """Register a section. Raises ValueError for a code that is taken."""

    def register(function: SectionFunction) -> SectionFunction:
        if code in SECTIONS:
            raise ValueError(f"briefing section {code} is registered twice")
        known = [*SECTIONS.values(), SectionKind(code, label, order, limit, act, function)]
        SECTIONS.clear()
        SECTIONS.update((kind.code, kind) for kind in sorted(known, key=lambda kind: kind.order))
        return function

    return register


def employers_at(meeting: Meeting, reader: Any, day: dt.date) -> tuple[list[Employer], list[int]]:
    """The employers at the table and their families, as far as this reader may know of them; one query."""
    at_table = meeting.employer_rows.order_by().annotate(
        survivor=Coalesce("employer__merged_into_id", "employer_id")
    )
    grouped = Employer.objects.visible_to(reader).filter(merged_into=OuterRef("pk")).order_by("pk")
    employers: list[Any] = list(
        Employer.objects.visible_to(reader)
        .filter(pk__in=at_table.values("survivor"))
        .with_manager(day)
        .annotate(grouped_under=ArraySubquery(grouped.values("pk")))
        .select_related("area", "sector", "main_establishment")
        .order_by("sort_name", "pk")
    )
    return employers, [*(row.pk for row in employers), *(pk for row in employers for pk in row.grouped_under)]
