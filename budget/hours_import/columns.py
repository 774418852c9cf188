"""The columns of a file of hours, and how people spell them."""

from employers.spreadsheets.columns import Columns, Vocabulary, plain, spellings
from employers.spreadsheets.errors import RefusedFile

from .texts import FIELD_LABELS

FIELDS = tuple(FIELD_LABELS)

SPELLINGS = """
regel: regel, regelnummer, regel nr, regelnr, regel id, boeking, boekingsnummer, boeking id, sleutel,
    volgnummer, crm regel, mutatienummer
medewerker_email: medewerker, e mail, email, mail, mailadres, e mailadres, emailadres, e mail medewerker,
    medewerker e mail, mailadres medewerker, gebruiker, account
medewerker_nummer: personeelsnummer, personeelsnr, personeel nr, medewerkernummer, medewerkernr,
    medewerker nr, werknemernummer, pers nr, persnr, stamnummer
datum: datum, dag, boekdatum, datum boeking, werkdatum, date
maand: maand, periode, boekmaand, maand boeking, month
uren: uren, aantal uren, uur, aantal, tijd, duur, hours, geschreven uren, geboekte uren
spoor: spoor, kostencode, kosten code, kostenplaats, kostendrager, kpl, project, projectcode, taak, taakcode,
    activiteit, activiteitcode, productcode, product
uren_kvk: kvk, kvk nummer, kvknr, kvk nr, kvknummer, kvk werkgever, kvk bedrijf
uren_soort: soort, soort uren, urensoort, uursoort, type uren, soort werk
"""


def _check(columns: Columns, row: int) -> None:
    found = set(columns.positions)
    if "uren" not in found:
        raise RefusedFile("no_hours_column", row=row)
    if not {"medewerker_email", "medewerker_nummer"} & found:
        raise RefusedFile("no_employee_column", row=row)
    if not {"datum", "maand"} & found:
        raise RefusedFile("no_day_column", row=row)


#: As our own export calls its columns, in Dutch and in English.
EXPORTED = {
    plain(name): field
    for field, names in {
        "regel": ("nummer van de regel", "number of the row"),
        "medewerker_email": ("e-mailadres van de medewerker", "e-mail address of the employee"),
        "medewerker_nummer": ("staff number",),
        "spoor": ("spoor of kostencode", "track or cost code"),
        "uren_kvk": ("kvk-nummer van de werkgever", "KVK number of the employer"),
        "uren_soort": ("kind of hours",),
    }.items()
    for name in names
}

VOCABULARY = Vocabulary(
    FIELDS,
    certain=spellings(SPELLINGS) | {plain(field): field for field in FIELDS} | EXPORTED,
    likely={"id": "regel", "nummer": "medewerker_nummer", "naam": "medewerker_email"},
    check=_check,
)

__all__ = ["FIELDS", "FIELD_LABELS", "VOCABULARY"]
