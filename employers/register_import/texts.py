"""What only the register import says, besides `spreadsheets.texts`, and how its fields are called."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employers.spreadsheets.texts import add_texts

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
    "no_key_column": _(
        "No usable key column: the file needs the establishment number, "
        "or the KVK number with postcode and house number."
    ),
    "no_name_column": _("No column with the name of the establishment or the enterprise."),
    "incomplete_jobs": _("The columns for working persons are not complete: %(missing)s is not in the file."),
    "reference_date_in_future": _("The reference date %(date)s is in the future."),
    "bad_source": _("“%(value)s” is not a register. Registers: %(sources)s."),
    "busy": _("Another import of this register is running. Try again when it is finished."),
    "cannot_decide": _("This row cannot be imported: its file is older than what is known now."),
}

ROW_REFUSALS: dict[str, Any] = {
    "no_name": _("No name."),
    "repeated_vestigingsnummer": _("This establishment number is already in row %(first)s."),
    "bad_jobs": _("“%(value)s” is not a whole number of working persons."),
    "negative_jobs": _("“%(value)s” working persons is less than zero."),
    "too_many_jobs": _("“%(value)s” working persons is more than %(limit)s."),
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

add_texts(FILE_REFUSALS, ROW_REFUSALS, DOUBTS, REPAIRS, labels=FIELD_LABELS)
