"""Recognises the columns of a file by their names.

Everybody names columns differently, so names are compared without case, accents and punctuation, and a
person's choice (`--map`, or the mapping page) beats everything.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from .errors import RefusedFile


def plain(name: str) -> str:
    """A column name without case, accents and punctuation; ≥ and < become words."""
    text = name.replace("≥", " ge ").replace(">=", " ge ").replace("=>", " ge ").replace(">", " ge ")
    text = text.replace("≤", " lt ").replace("<=", " lt ").replace("<", " lt ")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    # MannenFulltime → Mannen Fulltime, but KVK and BAGid stay one word
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text)
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).split()
    joined = " ".join(words)
    joined = re.sub(r"\bfull time(rs)?\b", "fulltime", joined)
    joined = re.sub(r"\bpart time(rs)?\b", "parttime", joined)
    joined = re.sub(r"\b12u\b", "12 u", joined)
    return re.sub(r"\bk v k\b", "kvk", joined)


def spellings(block: str) -> dict[str, str]:
    """Spelling → field, from a block of lines "field: spelling, spelling"; more on indented lines."""
    entries = re.sub(r"\n +", " ", block.strip()).splitlines()
    pairs = (entry.split(": ", 1) for entry in entries)
    return {plain(name): field for field, names in pairs for name in names.split(",")}


def _without_year(key: str) -> str:
    """ "wp totaal 2025" → "wp totaal"; the 2008 and 2025 of SBI are matched before this."""
    return " ".join(re.sub(r"\b(19|20)\d\d\b", " ", key).split())


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds which field: 0-based position by field, and the header it came from."""

    positions: Mapping[str, int]
    header: tuple[str, ...]

    def letter(self, field: str) -> str | None:
        """Spreadsheet letter of a field's column, None when the file lacks it."""
        position = self.positions.get(field)
        return None if position is None else get_column_letter(position + 1)

    def as_profile(self) -> dict[str, str]:
        """field → column name, to remember for the next delivery of this register."""
        return {field: self.header[at] for field, at in self.positions.items() if self.header[at]}

    @property
    def unused(self) -> tuple[str, ...]:
        """Names of columns that are not read."""
        used = set(self.positions.values())
        return tuple(name for at, name in enumerate(self.header) if name and at not in used)


def fingerprint(header: Sequence[str]) -> str:
    """Recognises the same header in a later delivery, whatever its case and punctuation."""
    return hashlib.sha256("|".join(plain(name) for name in header).encode()).hexdigest()


def _no_guess(key: str) -> str | None:
    return None


def _anything_goes(columns: Columns, row: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields of one kind of file and how people spell them.

    `certain` names leave no doubt, `likely` ones count when no certain name is in the file; `guess` knows a
    field by the words of a name; `check` raises RefusedFile for columns with which nothing can be done."""

    fields: tuple[str, ...]
    certain: Mapping[str, str] = dataclass_field(default_factory=dict)
    likely: Mapping[str, str] = dataclass_field(default_factory=dict)
    guess: Callable[[str], str | None] = _no_guess
    check: Callable[[Columns, int], None] = _anything_goes

    def field_for(self, name: str) -> tuple[str, bool] | None:
        """(field, certain) for one column name, or None."""
        key = plain(name)
        if not key:
            return None
        for text in (key, _without_year(key)):
            if text in self.certain:
                return self.certain[text], True
            guessed = self.guess(text)
            if guessed:
                return guessed, True
            if text in self.likely:
                return self.likely[text], False
        return None


@dataclass(frozen=True)
class Recogniser:
    """Reads a header with a person's choices and remembered profiles.

    `chosen`: field → column name or spreadsheet letter; an empty text means "this file has no such column".
    `profiles`: by fingerprint of a header, the choices a person made for it earlier.
    """

    chosen: Mapping[str, str] = dataclass_field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, str]] = dataclass_field(default_factory=dict)
    vocabulary: Vocabulary = Vocabulary(())

    def score(self, cells: Sequence[Any]) -> int:
        """How many different fields a row of cells names; the row with most is the header."""
        remembered = (name for profile in self.profiles.values() for name in profile.values())
        wanted = {plain(name) for name in (*self.chosen.values(), *remembered)} - {""}
        found = set()
        for cell in cells:
            if not isinstance(cell, str):
                continue
            match = self.vocabulary.field_for(cell)
            if match:
                found.add(match[0])
            elif plain(cell) in wanted:
                found.add(plain(cell))
        return len(found)

    def columns(self, header: Sequence[str], *, row: int, check: bool = True) -> Columns:
        """Positions of the fields. RefusedFile on a column twice or an unknown choice, and, when `check`,
        on a table without key or name."""
        names = tuple(header)
        chosen = {**self.profiles.get(fingerprint(names), {}), **self.chosen}
        positions = _chosen_positions(names, chosen, row, self.vocabulary.fields)
        taken = set(positions.values())
        by_field: dict[tuple[str, bool], list[int]] = {}
        for at, name in enumerate(names):
            match = None if at in taken else self.vocabulary.field_for(name)
            if match and match[0] not in chosen:
                by_field.setdefault(match, []).append(at)
        for certain in (True, False):
            for field in self.vocabulary.fields:
                found = by_field.get((field, certain), [])
                if field in positions or not found:
                    continue
                if len(found) > 1:
                    raise RefusedFile(
                        "column_twice",
                        row=row,
                        column=get_column_letter(found[1] + 1),
                        field=field,
                        first=_named(names, found[0]),
                        second=_named(names, found[1]),
                    )
                positions[field] = found[0]
        columns = Columns(positions, names)
        if check:
            self.vocabulary.check(columns, row)
        return columns


def _chosen_positions(
    names: tuple[str, ...], chosen: Mapping[str, str], row: int, fields: tuple[str, ...]
) -> dict[str, int]:
    positions: dict[str, int] = {}
    owner: dict[int, str] = {}
    for field, choice in chosen.items():
        if field not in fields:
            raise RefusedFile("unknown_field", field=field, fields=", ".join(fields))
        if not choice:
            continue
        at = _position_of(names, choice, field, row)
        if at in owner:
            letter = get_column_letter(at + 1)
            raise RefusedFile(
                "column_twice", row=row, column=letter, field=field,
                first=f"{owner[at]}={choice}", second=f"{field}={choice}",
            )  # fmt: skip
        positions[field] = at
        owner[at] = field
    return positions


def parse_mapping(texts: Sequence[str], fields: tuple[str, ...]) -> dict[str, str]:
    """`field=column` texts of the command line. RefusedFile on anything else or a field twice."""
    chosen: dict[str, str] = {}
    for text in texts:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not field or not column:
            raise RefusedFile("bad_mapping", text=text)
        if field not in fields:
            raise RefusedFile("unknown_field", field=field, fields=", ".join(fields))
        if field in chosen:
            raise RefusedFile("column_twice", field=field, first=chosen[field], second=column)
        chosen[field] = column
    return chosen


def _named(names: tuple[str, ...], at: int) -> str:
    return f"{get_column_letter(at + 1)} “{names[at]}”"


def _position_of(names: tuple[str, ...], choice: str, field: str, row: int) -> int:
    exact = [i for i, name in enumerate(names) if name == " ".join(choice.split())]
    same = exact or [i for i, name in enumerate(names) if plain(name) and plain(name) == plain(choice)]
    if len(same) > 1:
        raise RefusedFile(
            "column_twice", row=row, column=get_column_letter(same[1] + 1), field=field,
            first=_named(names, same[0]), second=_named(names, same[1]),
        )  # fmt: skip
    if same:
        return same[0]
    if re.fullmatch(r"[A-Z]{1,3}", choice):
        at = column_index_from_string(choice) - 1
        if at < len(names):
            return at
    raise RefusedFile("unknown_column", row=row, column=choice)
