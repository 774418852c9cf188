"""The columns of a register file (R11; canonical fields: model.md, "The register file").

No public sample of a BIRO or LISA delivery exists and every keeper names columns differently; the job columns
are recognised by their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from employers.spreadsheets import columns as shared
from employers.spreadsheets.columns import Columns, Vocabulary, plain, spellings
from employers.spreadsheets.errors import RefusedFile

from .spellings import CERTAIN, LIKELY
from .texts import FIELD_LABELS

JOB_FIELDS = ("mannen_fulltime", "vrouwen_fulltime", "mannen_parttime", "vrouwen_parttime")
FIELDS = tuple(FIELD_LABELS)

_MAN = {"man", "mannen", "m", "mnl", "mannelijk", "heren"}
_WOMAN = {"vrouw", "vrouwen", "v", "vrl", "vrouwelijk", "vr", "dames"}
_FULL = {"fulltime", "voltijd", "ft", "groot", "grote", "fulltimers", "vt", "voltijds"}
_PART = {"parttime", "deeltijd", "pt", "klein", "kleine", "parttimers", "dt", "deeltijds"}
_FILLER_WORDS = """aantal werkzame personen wp banen per week uur uren u of meer minder dan de 12 en tot onder
    vanaf van werkzaam wzp ge lt werknemers pers"""
_JOB_FILLERS = set(_FILLER_WORDS.split())


def _job_field(key: str) -> str | None:
    """One of the four job columns when the words name a sex and a length of the working week."""
    words = re.sub(r"(man|mannen|vrouw|vrouwen)(fulltime|parttime|voltijd|deeltijd|ft|pt)\b", r"\1 \2", key)
    words = re.sub(r"\b(fulltime|parttime|voltijd|deeltijd)(man|mannen|vrouw|vrouwen)\b", r"\1 \2", words)
    words = re.sub(r"\b([mv])(ft|pt)\b", r"\1 \2", words)
    tokens = words.split()
    sexes = {"mannen" for t in tokens if t in _MAN} | {"vrouwen" for t in tokens if t in _WOMAN}
    lengths = {"fulltime" for t in tokens if t in _FULL} | {"parttime" for t in tokens if t in _PART}
    if not lengths and "12" in tokens:
        text = f" {words} "
        if re.search(r" (ge|vanaf) 12 | 12 (uur |u |uren )?(per week )?(of|en) meer | meer dan 12 ", text):
            lengths = {"fulltime"}
        elif re.search(r" lt 12 | minder dan 12 | onder 12 | tot 12 | onder de 12 ", text):
            lengths = {"parttime"}
    if len(sexes) != 1 or len(lengths) != 1:
        return None
    if set(tokens) - _MAN - _WOMAN - _FULL - _PART - _JOB_FILLERS:
        return None
    return f"{sexes.pop()}_{lengths.pop()}"


def has_jobs(columns: Columns) -> bool:
    """Whether the file brings numbers of working persons at all."""
    return "werkzame_personen" in columns.positions or all(f in columns.positions for f in JOB_FIELDS)


def _check_usable(columns: Columns, row: int) -> None:
    has = columns.positions
    if "vestigingsnummer" not in has and not {"kvk", "postcode", "huisnummer"} <= set(has):
        raise RefusedFile("no_key_column", row=row)
    if "naam_vestiging" not in has and "onderneming" not in has:
        raise RefusedFile("no_name_column", row=row)
    present = [field for field in JOB_FIELDS if field in has]
    if present and not has_jobs(columns):
        missing = [field for field in JOB_FIELDS if field not in has]
        names = ", ".join(str(FIELD_LABELS[field]) for field in missing)
        raise RefusedFile("incomplete_jobs", row=row, missing=names)


REGISTER = Vocabulary(
    FIELDS,
    certain=spellings(CERTAIN) | {plain(field): field for field in FIELDS},
    likely=spellings(LIKELY),
    guess=_job_field,
    check=_check_usable,
)
field_for = REGISTER.field_for


@dataclass(frozen=True)
class Recogniser(shared.Recogniser):
    """Reads the header of a register file."""

    vocabulary: Vocabulary = REGISTER


def parse_mapping(texts: Sequence[str]) -> dict[str, str]:
    """`field=column` texts of the command line. RefusedFile on anything else or a field twice."""
    return shared.parse_mapping(texts, FIELDS)
