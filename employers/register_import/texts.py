"""What the import can say, by code. Staged rows keep the code and the values; the sentence is made when
somebody reads it, in that person's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Fields of the register file (model.md) and how they are called on screen.
FIELD_LABELS: dict[str, Any] = {
    "naam_vestiging": _("name of the establishment"),
    "onderneming": _("name of the enterprise"),
    "kvk": _("KVK number"),
    "vestigingsnummer": _("establishment number"),
    "lisa_nummer": _("LISA number"),
    "rechtsvorm": _("legal form"),
    "straat": _("street"),
    "huisnummer": _("house number"),
    "huisletter": _("house letter"),
    "toevoeging": _("house number addition"),
    "postcode": _("postcode"),
    "plaats": _("town"),
    "telefoon": _("telephone"),
    "sbi": _("SBI code"),
    "mannen_fulltime": _("men, 12 hours or more"),
    "vrouwen_fulltime": _("women, 12 hours or more"),
    "mannen_parttime": _("men, less than 12 hours"),
    "vrouwen_parttime": _("women, less than 12 hours"),
    "werkzame_personen": _("working persons in total"),
    "grootteklasse": _("size class"),
    "bag_id": _("BAG id"),
    "x": _("x coordinate"),
    "y": _("y coordinate"),
    "hoofdvestiging": _("main establishment"),
    "peildatum": _("reference date"),
    "einddatum": _("end date"),
}

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
    "no_table": _("No table found: no row with column names such as KVK, Vestigingsnummer and Postcode."),
    "no_rows": _("The table has column names but no rows."),
    "no_key_column": _(
        "No usable key column: the file needs the establishment number, "
        "or the KVK number with postcode and house number."
    ),
    "no_name_column": _("No column with the name of the establishment or the enterprise."),
    "incomplete_jobs": _("The columns for working persons are not complete: %(missing)s is not in the file."),
    "column_twice": _("Two columns are both %(field)s: %(first)s and %(second)s. Choose one."),
    "unknown_field": _("“%(field)s” is not a field of the register. Fields: %(fields)s."),
    "unknown_column": _("The file has no column “%(column)s”."),
    "bad_mapping": _("“%(text)s” is not a mapping. Write field=column."),
    "reference_date_in_future": _("The reference date %(date)s is in the future."),
    "bad_source": _("“%(value)s” is not a register. Registers: %(sources)s."),
    "busy": _("Another import of this register is running. Try again when it is finished."),
    "cannot_decide": _("This row cannot be imported: its file is older than what is known now."),
    "interrupted": _("The import was interrupted. Nothing was written. Start it again."),
    "failed": _("The import stopped by a fault of ours. Nothing was written. The administrator sees why."),
}

ROW_REFUSALS: dict[str, Any] = {
    "no_name": _("No name."),
    "bad_vestigingsnummer": _("“%(value)s” is not an establishment number (12 digits)."),
    "digits_lost": _(
        "“%(value)s” has lost digits in the spreadsheet. Set the column to text and fill it again."
    ),
    "repeated_vestigingsnummer": _("This establishment number is already in row %(first)s."),
    "bad_kvk": _("“%(value)s” is not a KVK number (8 digits)."),
    "bad_jobs": _("“%(value)s” is not a whole number of working persons."),
    "negative_jobs": _("“%(value)s” working persons is less than zero."),
    "too_many_jobs": _("“%(value)s” working persons is more than %(limit)s."),
    "bad_postcode": _("“%(value)s” is not a postcode."),
    "bad_date": _("“%(value)s” is not a date that exists."),
    "spreadsheet_error": _("The cell holds an error of the spreadsheet: %(value)s."),
}

DOUBTS: dict[str, Any] = {
    "jobs_differ": _("The total (%(total)s) is not the sum of the columns (%(sum)s)."),
    "other_reference_date": _("The row has another reference date: %(value)s."),
    "looks_like": _("Looks like an establishment we know at this postcode: %(name)s."),
    "looks_known": _("Looks like an establishment we know at this postcode."),
    "same_address_twice": _("Row %(first)s has the same KVK number and address."),
    "several_matches": _("More than one establishment has this KVK number and address."),
    "unknown_in_older_file": _("Not known now. A file with an older reference date only adds numbers."),
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
    "bad_coordinate": _("“%(value)s” is not a coordinate in the Netherlands; left out."),
    "bad_bag_id": _("“%(value)s” is not a BAG id; left out."),
    "unknown_sbi": _("SBI code “%(value)s” is not in the table; left out."),
}

OUTCOME_LABELS: dict[str, Any] = {
    "new": pgettext_lazy("import", "new"),
    "changed": pgettext_lazy("import", "changed"),
    "unchanged": pgettext_lazy("import", "unchanged"),
    "doubtful": pgettext_lazy("import", "doubtful"),
    "refused": pgettext_lazy("import", "refused"),
    "missing": pgettext_lazy("import", "no longer in the register"),
}

_ALL: dict[str, Any] = {**FILE_REFUSALS, **ROW_REFUSALS, **DOUBTS, **REPAIRS}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence for one code, in the active language. KeyError for a code that does not exist."""
    values = {k: str(FIELD_LABELS.get(v, v)) if k == "field" else v for k, v in params.items()}
    return str(_ALL[code]) % values
