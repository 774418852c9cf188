"""What only the import of lists says, besides `spreadsheets.texts`, and how its fields are called."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from employers.spreadsheets.texts import add_texts

FIELD_LABELS: dict[str, Any] = {
    "crm_nummer": _("CRM number"),
    "extern_nummer": _("number in the list"),
    "kvk": _("KVK number"),
    "vestigingsnummer": _("establishment number"),
    "naam": _("name"),
    "soort": _("kind"),
    "relatie": _("relation"),
    "telefoon": _("telephone"),
    "email": _("e-mail address"),
    "website": _("website"),
    "straat": _("street"),
    "huisnummer": _("house number"),
    "huisletter": _("house letter"),
    "toevoeging": _("house number addition"),
    "postcode": _("postcode"),
    "plaats": _("town"),
    "branche": _("sector"),
    "branche_reden": _("reason for the sector"),
    "gebied": _("area"),
    "gebied_reden": _("reason for the area"),
    "labels": _("labels"),
    "accountmanager": _("account manager"),
    "voornaam": _("first name"),
    "tussenvoegsel": _("name prefix"),
    "achternaam": _("last name"),
    "mobiel": _("mobile phone"),
    "voorkeur": _("prefers"),
    "bron": _("source"),
    "geinformeerd_op": _("informed on"),
    "geen_mailing": _("wants no mailings"),
    "organisatie": _("name of the organisation"),
    "organisatie_crm_nummer": _("CRM number of the organisation"),
    "organisatie_extern_nummer": _("number of the organisation in the list"),
    "functie": _("position"),
    "vanaf": _("from"),
    "tot_en_met": _("until"),
    "eerste_aanspreekpunt": _("first to contact"),
}

FILE_REFUSALS: dict[str, Any] = {
    "no_organisation_column": _(
        "No usable column: the file needs a name, or a KVK, establishment or CRM number."
    ),
    "no_person_column": _(
        "No usable column: the file needs a last name or a full name, or an e-mail address."
    ),
    "sheet_busy": _("Another list is being imported. Try again when it is finished."),
    "not_undoable": _("This import can no longer be taken back."),
    "row_gone": _("This row was emptied; import the list again to decide about it."),
    "not_a_candidate": _("Choose one of the organisations or people that are shown."),
    "still_doubtful": _("There is another question about this row."),
}

ROW_REFUSALS: dict[str, Any] = {
    "no_sheet_name": _("No name, and no number that we know."),
    "bad_email": _("“%(value)s” is not an e-mail address."),
    "bad_crm_number": _("“%(value)s” is not a CRM number."),
    "unknown_crm_number": _("CRM number %(value)s does not exist."),
    "number_in_use": _("This number is in use for something you may not change."),
    "repeated_row": _("Row %(first)s is about the same one."),
    "bad_choice": _("“%(value)s” is not possible here. Possible: %(choices)s."),
    "bad_yes_no": _("“%(value)s” is not yes or no."),
    "unknown_sector": _("There is no sector “%(value)s”."),
    "unknown_area": _("There is no area “%(value)s”."),
    "no_reason": _("The %(field)s needs a reason: fill in the column, or one reason for the whole file."),
    "unknown_manager": _("“%(value)s” is not the e-mail address of an account manager."),
    "has_objected": _("This person does not want to be recorded."),
    "no_source": _("No source: fill in the column, or one source for the whole file."),
    "unknown_organisation": _("No organisation has this number."),
    "unknown_organisation_name": _("No organisation is called “%(value)s”. Add it first, or use its number."),
    "ends_before": _("The position ends before it begins."),
}

DOUBTS: dict[str, Any] = {
    "same_name": _("Looks like an organisation we know. Names alone do not decide."),
    "same_person_name": _("We know somebody with this name. Names alone do not decide."),
    "same_name_in_file": _("Row %(first)s has the same name."),
    "keys_disagree": _("The numbers in this row belong to different ones."),
    "no_longer_used": _("This organisation is no longer used."),
    "other_name": _("This e-mail address belongs to somebody with another name."),
    "several_people": _("More than one person has this e-mail address."),
    "organisation_by_name": _("The organisation is only named. Choose which one it is."),
}

REMARKS: dict[str, Any] = {
    "bad_phone": _("“%(value)s” is not a phone number; left out."),
    "bad_email_left_out": _("“%(value)s” is not an e-mail address; left out."),
    "bad_website": _("“%(value)s” is not a web address; left out."),
    "unknown_channel": _("“%(value)s” is not a way to be contacted; left out."),
    "address_kept": _("The address belongs to the register and stays as it is."),
    "kvk_kept": _("The KVK number stays %(known)s."),
    "grouped": _("Grouped under another organisation; read as that one."),
    "title_default": _("No position; read as “%(value)s”."),
    "starts_today": _("No first day; read as today."),
    "primary_kept": _("Somebody else stays the first to contact."),
    "name_split": _("“%(value)s” was read as first name “%(first)s” and last name “%(last)s”."),
    "left_out_by_hand": _("Left out by a person."),
}

KEPT: dict[str, Any] = {
    "changed_since": _("Changed since the import."),
    "in_use": _("In use since the import."),
}

add_texts(FILE_REFUSALS, ROW_REFUSALS, DOUBTS, REMARKS, KEPT, labels=FIELD_LABELS)
