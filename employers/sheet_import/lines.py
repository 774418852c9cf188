"""One row of a list → clean values by field, or a refusal with cell and reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator

from deventer_crm.core.parsing import whole_number
from employers.forms.employers import clean_phone
from employers.models import ContactPerson, Employer, SheetImport
from employers.spreadsheets import values
from employers.spreadsheets.columns import Columns
from employers.spreadsheets.errors import Remark
from employers.spreadsheets.lines import Line, RefusedLine
from employers.spreadsheets.reading import Cell

KINDS = {
    "bedrijf": Employer.Kind.COMPANY,
    "onderneming": Employer.Kind.COMPANY,
    "company": Employer.Kind.COMPANY,
    "instelling": Employer.Kind.INSTITUTION,
    "institution": Employer.Kind.INSTITUTION,
    "vereniging": Employer.Kind.ASSOCIATION,
    "ondernemersvereniging": Employer.Kind.ASSOCIATION,
    "association": Employer.Kind.ASSOCIATION,
    "pandeigenaar": Employer.Kind.OWNER,
    "vastgoedeigenaar": Employer.Kind.OWNER,
    "eigenaar": Employer.Kind.OWNER,
    "owner": Employer.Kind.OWNER,
}
CHANNELS = {
    **dict.fromkeys(
        ("bellen", "bel", "telefoon", "telefonisch", "call", "mobiel"), ContactPerson.Channel.CALL
    ),
    **dict.fromkeys(("mail", "mailen", "e-mail", "email", "per mail"), ContactPerson.Channel.MAIL),
    **dict.fromkeys(("bezoek", "bezoeken", "langsgaan", "visit", "afspraak"), ContactPerson.Channel.VISIT),
}
TICKS = ("x", "v", "✓", "✔")
ADDRESS = {
    "straat": "street",
    "huisnummer": "house_number",
    "huisletter": "house_letter",
    "toevoeging": "house_addition",
    "postcode": "postcode",
    "plaats": "town",
}
#: Before or between the parts of a Dutch name.
PREFIXES = {"van", "de", "den", "der", "het", "ten", "ter", "te", "in", "op", "'t", "’t", "von", "la", "le"}
DEFAULT_TITLE = "contactpersoon"  # stored among Dutch text

_email = EmailValidator()
_url = URLValidator(schemes=["http", "https"])


@dataclass(slots=True)
class CleanRow:
    """A row after cleaning. `given`: what is in the file, by field (blank cells are not); `refused`: why it
    is not taken. `columns` says where a field stands."""

    number: int
    cells: tuple[Cell, ...]
    columns: Columns
    given: dict[str, Any] = field(default_factory=dict)
    notes: list[Remark] = field(default_factory=list)
    refused: Remark | None = None

    def remark(self, code: str, name: str, **params: Any) -> Remark:
        return Remark(code, name, self.columns.letter(name), params)

    def note(self, code: str, name: str, **params: Any) -> None:
        self.notes.append(self.remark(code, name, **params))


class SheetLine(Line):
    """What lists have in common, besides what all files have."""

    widths: ClassVar[Mapping[str, int]] = {
        "extern_nummer": 60, "naam": 200, "huisletter": 2, "toevoeging": 10, "straat": 100, "plaats": 80,
        "telefoon": 30, "mobiel": 30, "email": 254, "website": 200, "branche": 120, "branche_reden": 200,
        "gebied": 120, "gebied_reden": 200, "labels": 400, "accountmanager": 254, "soort": 60,
        "voornaam": 60, "tussenvoegsel": 30, "achternaam": 70, "voorkeur": 60, "bron": 120,
        "organisatie": 200, "organisatie_extern_nummer": 60, "functie": 100,
    }  # fmt: skip

    def key(self, name: str) -> str:
        """A number of another system: any text, but digits that a spreadsheet lost are gone."""
        found = self.text(name)
        if values.is_scientific(found):
            raise RefusedLine(self.remark("digits_lost", name, value=found))
        return found

    def own_key(self, name: str) -> int | None:
        """Our number of a record."""
        found = self.plain(name, values.text) or ""
        if not found:
            return None
        number = whole_number(re.sub(r"[.,]0+$", "", found))
        if number is None:
            raise RefusedLine(self.remark("bad_crm_number", name, value=found[:30]))
        return number

    def checked_phone(self, name: str) -> str:
        """A phone number that can be one; else left out with a note."""
        found = self.phone(name)
        if re.fullmatch(r"[1-9]\d{8}", found):  # the zero was lost before it became text
            found = f"0{found}"
            self.note("zeros_restored", name, value=found)
        elif re.fullmatch(r"31[1-9]\d{8}", found):
            found = f"+{found}"
        try:
            return clean_phone(found)
        except ValidationError:
            self.note("bad_phone", name, value=found)
            return ""

    def checked_email(self, name: str, *, is_key: bool = False) -> str:
        """An e-mail address, also out of "Name <address>"; a bad one is left out, or refused when it is the
        key of the row."""
        typed = self.text(name)
        found = re.sub(r"^mailto:", "", typed, flags=re.IGNORECASE).strip("<>;, ")
        if match := re.search(r"<([^<>\s]+@[^<>\s]+)>", typed):
            found = match[1]
        if not found:
            return ""
        try:
            _email(found)
        except ValidationError as bad:
            if is_key:
                raise RefusedLine(self.remark("bad_email", name, value=typed[:60])) from bad
            self.note("bad_email_left_out", name, value=typed[:60])
            return ""
        return found

    def checked_website(self) -> str:
        """A web address; people leave out how it begins."""
        typed = self.text("website")
        if not typed:
            return ""
        found = typed if re.match(r"https?://", typed, re.IGNORECASE) else f"https://{typed}"
        try:
            _url(found)
        except ValidationError:
            self.note("bad_website", "website", value=typed[:60])
            return ""
        return found[:200]

    def yes_no(self, name: str) -> bool | None:
        """Yes, no, or a tick; None when blank. Anything else refuses the row."""
        typed = self.plain(name, values.text) or ""
        if not typed:
            return None
        found = True if typed.lower() in TICKS else values.yes(self.cell(name))
        if found is None:
            raise RefusedLine(self.remark("bad_yes_no", name, value=typed[:30]))
        return found


class RowReader:
    """Cleans the rows of one file."""

    def __init__(self, what: str, columns: Columns) -> None:
        self.columns = columns
        self._read = _organisation if what == SheetImport.What.ORGANISATIONS else _person

    def read(self, number: int, cells: Sequence[Cell]) -> CleanRow:
        """Never raises: whatever is in the cells becomes a row or a refusal."""
        line = SheetLine(self.columns, cells)
        row = CleanRow(number, tuple(cells), self.columns, notes=line.notes)
        try:
            found = self._read(line)
        except RefusedLine as refusal:
            row.refused = refusal.remark
        else:
            row.given = {name: value for name, value in found.items() if value not in ("", None, [], {})}
        return row


def _organisation(line: SheetLine) -> dict[str, Any]:
    house = line.house()
    kind = line.text("soort")
    if kind and kind.lower() not in KINDS:
        raise RefusedLine(line.remark("bad_choice", "soort", value=kind, choices=", ".join(KINDS)))
    address = {
        "street": line.text("straat"),
        "house_number": house[0],
        "house_letter": house[1],
        "house_addition": house[2],
        "postcode": line.convert("postcode", values.postcode) or "",
        "town": line.text("plaats"),
    }
    return {
        "crm_nummer": line.own_key("crm_nummer"),
        "extern_nummer": line.key("extern_nummer"),
        "kvk": line.number("kvk", 8, "bad_kvk"),
        "vestigingsnummer": line.number("vestigingsnummer", 12, "bad_vestigingsnummer"),
        "naam": line.text("naam"),
        "soort": KINDS[kind.lower()] if kind else "",
        "relatie": line.yes_no("relatie"),
        "telefoon": line.checked_phone("telefoon"),
        "email": line.checked_email("email"),
        "website": line.checked_website(),
        "adres": address if any(address.values()) else {},
        "branche": line.text("branche"),
        "branche_reden": line.text("branche_reden"),
        "gebied": line.text("gebied"),
        "gebied_reden": line.text("gebied_reden"),
        "labels": _labels(line.text("labels")),
        "accountmanager": line.checked_email("accountmanager", is_key=True),
    }


def _labels(text: str) -> list[str]:
    """Labels as people list them; the same label in other capitals is one label."""
    names = (" ".join(part.split())[:40] for part in re.split(r"[;,|/]", text))
    return list({name.lower(): name for name in names if name}.values())


def _person(line: SheetLine) -> dict[str, Any]:
    first, last = line.text("voornaam"), line.text("achternaam")
    prefix = line.text("tussenvoegsel")
    if prefix and last:
        last = f"{prefix} {last}"
    whole = line.text("naam")
    if whole and not last:
        first, last = split_name(whole) if not first else (first, whole)
        if first:
            line.note("name_split", "naam", value=whole, first=first, last=last)
    channel = line.text("voorkeur")
    if channel and channel.lower() not in CHANNELS:
        line.note("unknown_channel", "voorkeur", value=channel)
    starts_on: date | None = line.plain("vanaf", values.day)
    ends_on: date | None = line.plain("tot_en_met", values.day)
    if starts_on and ends_on and ends_on < starts_on:
        raise RefusedLine(line.remark("ends_before", "tot_en_met"))
    return {
        "crm_nummer": line.own_key("crm_nummer"),
        "extern_nummer": line.key("extern_nummer"),
        "voornaam": first[:60],
        "achternaam": last[:100],
        "email": line.checked_email("email", is_key=True),
        "telefoon": line.checked_phone("telefoon"),
        "mobiel": line.checked_phone("mobiel"),
        "voorkeur": CHANNELS.get(channel.lower(), ""),
        "bron": line.text("bron"),
        "geinformeerd_op": line.plain("geinformeerd_op", values.day),
        "geen_mailing": line.yes_no("geen_mailing"),
        "kvk": line.number("kvk", 8, "bad_kvk"),
        "vestigingsnummer": line.number("vestigingsnummer", 12, "bad_vestigingsnummer"),
        "organisatie_crm_nummer": line.own_key("organisatie_crm_nummer"),
        "organisatie_extern_nummer": line.key("organisatie_extern_nummer"),
        "organisatie": line.text("organisatie"),
        "functie": line.text("functie"),
        "vanaf": starts_on,
        "tot_en_met": ends_on,
        "eerste_aanspreekpunt": line.yes_no("eerste_aanspreekpunt"),
    }


def split_name(whole: str) -> tuple[str, str]:
    """First and last name of "Anne van der Test", "Test, Anne van der" and "Test"."""
    if "," in whole:
        last, _comma, rest = (part.strip() for part in whole.partition(","))
        words = rest.split()
        at = next((i for i, word in enumerate(words) if word.lower() in PREFIXES), len(words))
        return " ".join(words[:at]), " ".join([*words[at:], last])
    words = whole.split()
    if len(words) == 1:
        return "", whole
    at = next((i for i, word in enumerate(words) if word.lower() in PREFIXES), len(words) - 1)
    return " ".join(words[:at]), " ".join(words[at:])
