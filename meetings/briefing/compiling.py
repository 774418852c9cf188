"""A briefing for one reader now; and the copy that is kept, read by each as far as they may."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.utils import translation

from accounts.roles import Act
from deventer_crm.core import clock
from meetings.models import Briefing, Meeting

from . import own_sections  # noqa: F401 - registers the sections of this app
from .readers import Everybody
from .sections import SECTIONS, About, Line, employers_at

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Section:
    """Lines under one heading."""

    code: str
    title: str
    lines: list[Line]


def compile_briefing(meeting: Meeting, reader: Any, *, exact: bool = True) -> list[Section]:
    """What the records say now, as far as this reader may know it. `exact`: false for what leaves the
    application, which tells no number of jobs (R2). A fixed number of statements."""
    return [
        Section(code, str(SECTIONS[code].label), _shown(lines, reader, exact)[: SECTIONS[code].limit])
        for code, lines in _compile(meeting, reader).items()
        if lines
    ]


def _compile(meeting: Meeting, reader: Any, *, kept: bool = False) -> dict[str, list[Line]]:
    today = clock.today()
    employers, family = employers_at(meeting, reader, today)
    about = About(meeting, employers, family, reader, today, kept)
    return {code: list(kind.function(about)) for code, kind in SECTIONS.items() if reader.can(kind.act)}


def _shown(lines: Iterable[Line], reader: Any, exact: bool) -> list[Line]:
    """With the numbers of jobs only for who may know them, and where they may be told."""
    if exact and reader.can(Act.VIEW_EXACT_JOBS):
        return [Line(**{**vars(line), "text": line.exact}) if line.exact else line for line in lines]
    return list(lines)


# ── the copy ─────────────────────────────────────────────────────────────────────────────────────


def freeze_lines(meeting: Meeting) -> str:
    """All there is to read now, in the language of the house, each line with the records it is about."""
    with translation.override(settings.LANGUAGE_CODE):
        found = _compile(meeting, Everybody(), kept=True)
        rows = [
            {**asdict(line), "section": code, "title": str(SECTIONS[code].label)}
            for code, lines in found.items()
            for line in lines
        ]
    return json.dumps(rows, ensure_ascii=False)


def read_frozen(briefing: Briefing, reader: "User", *, exact: bool = True) -> list[Section]:
    """The copy as far as this reader may know it today: a record that became confidential, or is gone, takes
    its lines along (R10). One statement for each kind of record."""
    rows = briefing.frozen_lines
    seen = _seen({(label, pk) for row in rows for label, pk in row["records"]}, reader)
    found: dict[str, list[Line]] = defaultdict(list)
    titles: dict[str, str] = {}
    for row in rows:
        code, title, records = row.pop("section"), row.pop("title"), tuple(map(tuple, row.pop("records")))
        kind = SECTIONS.get(code)
        if seen.issuperset(records) and reader.can(kind.act if kind else Act.SEE_DOSSIERS):
            found[code].append(Line(**row, records=records))
            titles[code] = title
    return [
        Section(code, titles[code], _shown(lines, reader, exact)[: _limit(code)])
        for code, lines in found.items()
    ]


def _limit(code: str) -> int | None:
    """A section nobody registers any more is shown whole."""
    return SECTIONS[code].limit if code in SECTIONS else None


def _seen(records: set[tuple[str, int]], reader: "User") -> set[tuple[str, int]]:
    """Those of these records that this reader may see."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for label, pk in records:
        by_label[label].append(pk)
    found = set()
    for label, keys in by_label.items():
        manager: Any = apps.get_model(label)._default_manager
        rows = manager.visible_to(reader).filter(pk__in=keys).order_by()
        found |= {(label, pk) for pk in rows.values_list("pk", flat=True)}
    return found
