"""What an import can say, by code. Rows that are kept hold the code and the values; the sentence is made when
somebody reads it, in that person's language. Each import adds its own sentences and names of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FILE_REFUSALS: dict[str, Any] = {
    "missing_file": _("The file %(name)s cannot be found or read."),
    "empty_file": _("The file is empty."),
    "too_large": _("The file is %(size)s MB; at most %(limit)s MB is allowed."),
    "unpacked_too_large": _(
        "Unpacked, this file is too large (more than %(limit)s MB). It has not been opened."
    ),
    "suspicious_archive": _(
        "This file is packed in an unusual way and has not been opened. Save it again as xlsx or csv."
    ),
    "too_many_rows": _("The file has more than %(limit)s rows."),
    "too_many_columns": _("Row %(row)s has more than %(limit)s columns."),
    "macro_file": _("The file contains macros. Save it as xlsx without macros, or as csv."),
    "encrypted_file": _("The file has a password. Save it without a password."),
    "old_excel": _("This is an old Excel file (xls). Save it as xlsx or csv."),
    "other_spreadsheet": _("This kind of spreadsheet (%(kind)s) cannot be read. Save it as xlsx or csv."),
    "not_a_spreadsheet": _("This is not a spreadsheet. Use an xlsx or csv file."),
    "unfinished_file": _("The file is damaged or is still being written. Try again when it is complete."),
    "damaged_file": _("The spreadsheet is damaged and cannot be read (%(where)s)."),
    "no_table": _("No table found: no row with column names that we know. Choose the columns yourself."),
    "no_rows": _("The table has column names but no rows."),
    "column_twice": _("Two columns are both %(field)s: %(first)s and %(second)s. Choose one."),
    "unknown_field": _("“%(field)s” is not a field that is read. Fields: %(fields)s."),
    "unknown_column": _("The file has no column “%(column)s”."),
    "bad_mapping": _("“%(text)s” is not a mapping. Write field=column."),
    "interrupted": _("The import was interrupted. Nothing was written. Start it again."),
    "failed": _("The import stopped by a fault of ours. Nothing was written. The administrator sees why."),
}

ROW_REFUSALS: dict[str, Any] = {
    "digits_lost": _(
        "“%(value)s” has lost digits in the spreadsheet. Set the column to text and fill it again."
    ),
    "bad_kvk": _("“%(value)s” is not a KVK number (8 digits)."),
    "bad_vestigingsnummer": _("“%(value)s” is not an establishment number (12 digits)."),
    "bad_postcode": _("“%(value)s” is not a postcode."),
    "bad_date": _("“%(value)s” is not a date that exists."),
    "spreadsheet_error": _("The cell holds an error of the spreadsheet: %(value)s."),
}

REPAIRS: dict[str, Any] = {
    "zeros_restored": _("Leading zeros were lost; read as %(value)s."),
    "number_cleaned": _("“%(value)s” was read as %(read)s."),
    "postcode_spacing": _("“%(value)s” was read as %(read)s."),
    "all_zeros": _("Only zeros: read as empty."),
    "text_cleaned": _("Unreadable characters were left out."),
    "text_shortened": _("Cut off after %(limit)s characters."),
    "house_number_split": _("“%(value)s” was split into number and addition."),
    "bad_house_number": _("“%(value)s” is not a house number; left out."),
}

_sentences: dict[str, Any] = {**FILE_REFUSALS, **ROW_REFUSALS, **REPAIRS}
_labels: dict[str, Any] = {}


def add_texts(*sentences: Mapping[str, Any], labels: Mapping[str, Any]) -> None:
    """Sentences by code and fields by name, of one import. A code said twice would say the wrong thing in one
    of the two: ValueError. Fields with the same name are the same field."""
    for more in sentences:
        if twice := _sentences.keys() & more.keys():
            raise ValueError(f"said twice: {sorted(twice)}")
        _sentences.update(more)
    _labels.update(labels)


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for one code, in the active language. KeyError for a code that does not exist."""
    values = {k: str(_labels.get(v, v)) if k == "field" else v for k, v in params.items()}
    return str(_sentences[code]) % values
