"""Cleans single cells as spreadsheets damage them (R11). Pure: (cell) → value, or BadValue with the reason.

Excel turns "00123456" into 123456, "1234" into 1234.0 and a long number into 1,23E+11; people type
"7411kt". What can be restored without guessing is restored and said; what lost digits is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from .reading import Cell, is_blank

MAX_JOBS = 20_000
FIRST_DAY, LAST_DAY = 20_000, 80_000  # of spreadsheets, as numbers
_SPREADSHEET_ERRORS = re.compile(
    r"#(N/A|N/B|NB|REF!|VERW!|VALUE!|WAARDE!|DIV/0!|DEEL/0!|NAME\?|NAAM\?|NUM!|GETAL!|NULL!)"
)
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?e\+?\d+", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+")
_WHOLE_WITH_ZEROS = re.compile(r"([+-]?\d+)[.,]0+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+|[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d{1,3}(?:[ '\u00a0]\d{3})+")


class BadValue(ValueError):
    """A cell that makes its row unusable; `code` is one of texts.ROW_REFUSALS."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(code)
        self.code = code
        self.value = str(value)[:60]


def text(cell: Cell) -> str:
    """Any cell as clean text: one space between words, no control characters, whole floats without ".0".

    Raises BadValue for an error of the spreadsheet (#N/A and so on).
    """
    if is_blank(cell):
        return ""
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    value = str(cell)
    if _SPREADSHEET_ERRORS.fullmatch(value.strip()):
        raise BadValue("spreadsheet_error", value.strip())
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    value = unicodedata.normalize("NFC", value).replace("\u00a0", " ")
    return " ".join("".join(c for c in value if c.isprintable() or c.isspace()).split())


def is_scientific(value: str) -> bool:
    """Written as 1,23E+11: digits of it are gone."""
    return bool(_SCIENTIFIC.fullmatch(value))


def digits(cell: Cell, length: int, code: str) -> tuple[str, str | None]:
    """An identifier of `length` digits → (digits or "", repair code).

    Lost leading zeros come back; spaces, dots and a trailing ".0" go. Raises BadValue(`code`) on anything
    else, and "digits_lost" on scientific notation: those digits are gone.
    """
    value = text(cell)
    if not value:
        return "", None
    if is_scientific(value):
        raise BadValue("digits_lost", value)
    whole = _WHOLE_WITH_ZEROS.fullmatch(value)
    # "123.000" is a grouped number, "123.0" and "123,00" are a number with decimals
    bare = whole[1] if whole and not _GROUPED.fullmatch(value) else re.sub(r"[\s.']", "", value)
    if isinstance(cell, float) and not cell.is_integer():
        raise BadValue(code, value)
    if not (bare.isascii() and bare.isdigit()) or len(bare) > length:
        raise BadValue(code, value)
    if not bare.strip("0"):
        return "", "all_zeros"
    if len(bare) < length:
        return bare.zfill(length), "zeros_restored"
    return bare, "number_cleaned" if bare != value else None


def count(cell: Cell) -> tuple[int | None, str | None]:
    """A number of working persons → (number or None when blank, repair code).

    Raises BadValue for anything that is not a whole number from 0 to 20,000.
    """
    value = text(cell)
    if not value or value in ("-", "–"):
        return None, None
    if isinstance(cell, bool):
        raise BadValue("bad_jobs", value)
    repair = None
    if isinstance(cell, int):
        number = cell
    elif isinstance(cell, float):
        if not cell.is_integer():
            raise BadValue("bad_jobs", cell)
        number = int(cell)
    else:
        whole = _WHOLE_WITH_ZEROS.fullmatch(value)
        if _WHOLE.fullmatch(value):
            number = int(value)
        elif _GROUPED.fullmatch(value):
            number, repair = int(re.sub(r"[., '\u00a0]", "", value)), "number_cleaned"
        elif whole:
            number, repair = int(whole[1]), "number_cleaned"
        else:
            raise BadValue("bad_jobs", value)
    if number < 0:
        raise BadValue("negative_jobs", value)
    if number > MAX_JOBS:
        raise BadValue("too_many_jobs", value)
    return number, repair


def postcode(cell: Cell) -> tuple[str, str | None]:
    """A Dutch postcode → ("7411KT" or "", repair code). Raises BadValue."""
    value = text(cell)
    if not value:
        return "", None
    bare = re.sub(r"[\s.\-]", "", value).upper()
    if not re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", bare) or bare[4:] in ("SA", "SD", "SS"):
        raise BadValue("bad_postcode", value)
    usual = value in (bare, f"{bare[:4]} {bare[4:]}")
    return bare, None if usual else "postcode_spacing"


def _serial_of(cell: Cell, value: str) -> int | None:
    """The number of a day as a spreadsheet counts (from 1954 to 2118), also as text, out of a csv file."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and FIRST_DAY <= cell <= LAST_DAY:
        return int(cell)
    if re.fullmatch(r"[0-9]{5}", value) and FIRST_DAY <= int(value) <= LAST_DAY:
        return int(value)
    return None


def day(cell: Cell) -> date | None:
    """A date from a date cell, an Excel serial number, yyyymmdd, d-m-yyyy or ISO. Raises BadValue."""
    if is_blank(cell):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    value = text(cell)
    if re.fullmatch(r"\d{8}", value):
        parts = (value[:4], value[4:6], value[6:])
    elif match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+)?", value):
        parts = (match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: [\d:.]+)?", value):
        parts = (match[3], match[2], match[1])
    elif (serial := _serial_of(cell, value)) is not None:
        return date(1899, 12, 30) + timedelta(days=serial)
    else:
        raise BadValue("bad_date", value)
    try:
        found = date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError as error:
        raise BadValue("bad_date", value) from error
    if not 1800 <= found.year <= 2200:
        raise BadValue("bad_date", value)
    return found


def coordinate(cell: Cell, low: int, high: int) -> Decimal | None:
    """A coordinate of the national grid in metres, two decimals; None when blank or outside low..high
    (the caller says so: a wrong coordinate is no reason to lose a row)."""
    value = text(cell)
    if not value:
        return None
    if isinstance(cell, str):
        if "," in value and "." in value:
            value = value.replace(".", "") if value.rfind(",") > value.rfind(".") else value.replace(",", "")
        value = value.replace(",", ".")
    try:
        number = Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return number if low <= number <= high else None


def sbi(cell: Cell) -> str:
    """The digits of an SBI code as delivered; leading zeros are looked up in the table later."""
    return re.sub(r"[\s.]", "", text(cell)).upper()


def house_number(number: str) -> tuple[str, str, str] | None:
    """ "12", "12 A", "12-3", "12a bis" → (number, letter, addition); None when it is no house number."""
    match = re.fullmatch(r"0*(\d{1,5})\s*[-/ ]?\s*([A-Za-z]?)\s*[-/ ]?\s*([A-Za-z0-9 ]{0,10})", number)
    if not match:
        return None
    letter, addition = match[2].upper(), match[3].strip()
    if letter and addition and addition[0].isalpha() and number[match.start(2) + 1 : match.start(3)] == "":
        return match[1], "", f"{match[2]}{addition}"  # "12bis" has no letter b
    return match[1], letter, addition


def yes(cell: Cell) -> bool | None:
    """ja/nee, J/N, 1/0, "hoofdvestiging"; None when blank or something else."""
    value = text(cell).lower()
    if value in ("ja", "j", "1", "true", "waar", "h", "hv", "hoofdvestiging", "y", "yes"):
        return True
    if value in ("nee", "n", "0", "false", "onwaar", "nv", "nevenvestiging", "no"):
        return False
    return None
