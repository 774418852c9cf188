"""What only the import of hours says, besides `employers.spreadsheets.texts`, and how its fields are
called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from employers.spreadsheets.texts import add_texts

FIELD_LABELS: dict[str, Any] = {
    "regel": _("number of the row"),
    "medewerker_email": _("e-mail address of the employee"),
    "medewerker_nummer": _("staff number"),
    "datum": _("date"),
    "maand": _("month"),
    "uren": _("hours"),
    "spoor": _("track or cost code"),
    "uren_kvk": _("KVK number of the employer"),
    "uren_soort": _("kind of hours"),
}

FILE_REFUSALS: dict[str, Any] = {
    "no_hours_column": _("No usable column: the file needs hours."),
    "no_employee_column": _(
        "No usable column: the file needs the e-mail address or the staff number of the employee."
    ),
    "no_day_column": _("No usable column: the file needs a date or a month."),
    "hours_busy": _("Another file of hours is being imported. Try again when it is finished."),
    "hours_not_undoable": _("This import can no longer be taken back."),
}

ROW_REFUSALS: dict[str, Any] = {
    "bad_hours": _("“%(value)s” is not a number of hours above 0."),
    "too_many_hours": _("%(value)s hours do not fit in a day."),
    "too_many_hours_month": _("%(value)s hours do not fit in this month."),
    "no_employee": _("No e-mail address and no staff number."),
    "unknown_employee": _("Nobody here has “%(value)s”."),
    "other_employee": _("The e-mail address and the staff number belong to different people."),
    "no_day": _("No date and no month."),
    "bad_month": _("“%(value)s” is not a month that exists."),
    "day_to_come": _("This day is still to come."),
    "year_is_locked": _("This year is locked."),
    "month_is_closed": _("The team lead closed this month."),
    "month_is_confirmed": _("The employee confirmed this month; they can open it again."),
    "unknown_track": _(
        "“%(value)s” is no track and no cost code that we know. Cost codes stand in the policy settings."
    ),
    "no_track": _("No track or cost code, and no employer that has a track."),
    "bad_kind": _("“%(value)s” is not a kind of hours. Possible: %(choices)s."),
    "repeated_hours": _("Row %(first)s has the same number."),
    "row_of_other": _("The hours with this number belong to somebody else."),
}

REMARKS: dict[str, Any] = {
    "hours_rounded": _("“%(value)s” was read as %(read)s."),
    "unknown_employer": _("No employer here has this number; booked on the track only."),
    "spread": _("Spread over %(days)s working days of the month."),
    "typed_already": _("The employee typed %(hours)s on this day already."),
}

KEPT: dict[str, Any] = {
    "hours_changed_since": _("Changed since the import."),
    "month_closed_since": _("The month takes no changes any more."),
}

add_texts(FILE_REFUSALS, ROW_REFUSALS, REMARKS, KEPT, labels=FIELD_LABELS)
