"""The columns of a list of organisations and of a list of people, and how people spell them.

Compared without case, accents and punctuation (`spreadsheets.columns.plain`)."""

from __future__ import annotations

from employers.models import SheetImport
from employers.spreadsheets.columns import Columns, Vocabulary, plain, spellings
from employers.spreadsheets.errors import RefusedFile

from .texts import FIELD_LABELS

ORGANISATION_FIELDS = (
    "crm_nummer", "extern_nummer", "kvk", "vestigingsnummer", "naam", "soort", "relatie", "telefoon", "email",
    "website", "straat", "huisnummer", "huisletter", "toevoeging", "postcode", "plaats", "branche",
    "branche_reden", "gebied", "gebied_reden", "labels", "accountmanager",
)  # fmt: skip
PERSON_FIELDS = (
    "crm_nummer", "extern_nummer", "naam", "voornaam", "tussenvoegsel", "achternaam", "email", "telefoon",
    "mobiel", "voorkeur", "bron", "geinformeerd_op", "geen_mailing", "kvk", "vestigingsnummer",
    "organisatie_crm_nummer", "organisatie_extern_nummer", "organisatie", "functie", "vanaf", "tot_en_met",
    "eerste_aanspreekpunt",
)  # fmt: skip

BOTH = """
crm_nummer: crm nummer, crm nr, crmnummer, crm id, eigen nummer, ons nummer, nummer in crm
extern_nummer: extern nummer, externe sleutel, extern id, externe code, relatienummer, relatie nr, relatienr,
    klantnummer, klant nr, debiteurnummer, debiteurnr, lidnummer
kvk: kvk, kvk nummer, kvknr, kvk nr, kvknummer, kamer van koophandel, handelsregisternummer, nummer kvk
vestigingsnummer: vestigingsnummer, vestigingsnr, vestigings nummer, vestigings nr, vestiging nr, vest nr
telefoon: telefoon, telefoonnummer, telefoonnr, tel, tel nr, telnr, vaste telefoon, telefoon vast, tel vast,
    telefoon werk, doorkiesnummer
email: email, e mail, mail, mailadres, e mailadres, emailadres, mail adres, e mail adres, email adres,
    e mail werk, email werk, zakelijk e mailadres
"""

ORGANISATIONS = """
naam: naam, bedrijfsnaam, naam bedrijf, organisatie, organisatienaam, naam organisatie, handelsnaam, bedrijf,
    instelling, vereniging, werkgever, naam werkgever, relatienaam, firmanaam, firma, onderneming
soort: soort, soort organisatie, type, type organisatie, soort relatie, categorie
relatie: relatie, is relatie, vaste relatie, strategische relatie
website: website, site, webadres, internet, internetadres, url, www, homepage
straat: straat, straatnaam, bezoekadres straat, vestigingsstraat
huisnummer: huisnummer, huisnr, huis nr, huis nummer, hnr
huisletter: huisletter, huis letter
toevoeging: toevoeging, huisnummertoevoeging, huisnummer toevoeging, huisnr toevoeging, toev, huisnr toev
postcode: postcode, pc, post code, postcode bezoekadres
plaats: plaats, woonplaats, plaatsnaam, vestigingsplaats, stad
branche: branche, sector, bedrijfstak, branchenaam
branche_reden: reden branche, branche reden, toelichting branche, reden sector
gebied: gebied, bedrijventerrein, terrein, wijk, locatie gebied, gebiedsnaam
gebied_reden: reden gebied, gebied reden, toelichting gebied
labels: labels, label, tags, tag, kenmerken, trefwoorden, groep, groepen
accountmanager: accountmanager, account manager, am, contactpersoon gemeente, accounthouder,
    e mail accountmanager, mail accountmanager, accountmanager e mail
"""

PEOPLE = """
naam: naam, volledige naam, naam contactpersoon, contactpersoon, persoon, contact
voornaam: voornaam, roepnaam, voornamen, voorletters, initialen
tussenvoegsel: tussenvoegsel, tussenvoegsels, tussen voegsel, voorvoegsel, tv
achternaam: achternaam, familienaam, naam achter, achter naam
mobiel: mobiel, mobiele telefoon, mobiel nummer, mobielnummer, 06, 06 nummer, gsm, telefoon mobiel, tel mobiel
voorkeur: voorkeur, voorkeur contact, voorkeurskanaal, contactvoorkeur, hoe contact, kanaal
bron: bron, herkomst, bron gegevens, hoe verkregen
geinformeerd_op: geinformeerd op, datum geinformeerd, geinformeerd, avg geinformeerd, ingelicht op
geen_mailing: geen mailing, geen mailings, geen mail, bezwaar mailing, opt out, geen nieuwsbrief
organisatie: organisatie, organisatienaam, bedrijf, bedrijfsnaam, werkgever, naam bedrijf, naam organisatie,
    bij, onderneming, instelling, vereniging
organisatie_crm_nummer: crm nummer organisatie, crm nummer bedrijf, crm nr organisatie, crm nr bedrijf,
    bedrijfsnummer crm
organisatie_extern_nummer: extern nummer organisatie, nummer organisatie, organisatienummer, bedrijfsnummer,
    nummer bedrijf, relatienummer organisatie, relatienummer bedrijf, debiteurnummer organisatie
functie: functie, functienaam, functietitel, rol, titel functie, positie
vanaf: vanaf, begindatum, startdatum, in functie sinds, sinds, in dienst, datum in dienst, van
tot_en_met: tot en met, tm, t m, einddatum, tot, uit dienst, datum uit dienst, uit functie
eerste_aanspreekpunt: eerste aanspreekpunt, aanspreekpunt, hoofdcontact, primair, primair contact,
    hoofdcontactpersoon, eerste contactpersoon
"""


LIKELY = {
    "id": "extern_nummer",
    "nummer": "extern_nummer",
    "nr": "extern_nummer",
    "tel 1": "telefoon",
    "email 1": "email",
}


def _check_organisations(columns: Columns, row: int) -> None:
    if not {"naam", "kvk", "vestigingsnummer", "crm_nummer", "extern_nummer"} & set(columns.positions):
        raise RefusedFile("no_organisation_column", row=row)


def _check_people(columns: Columns, row: int) -> None:
    if not {"naam", "achternaam", "email", "crm_nummer"} & set(columns.positions):
        raise RefusedFile("no_person_column", row=row)


def _spelled(fields: tuple[str, ...], *blocks: str) -> dict[str, str]:
    found = {name: field for block in blocks for name, field in spellings(block).items()}
    # As the field is called on screen it is recognised too, and so is its own name.
    return found | {plain(field): field for field in fields}


VOCABULARIES: dict[str, Vocabulary] = {
    SheetImport.What.ORGANISATIONS: Vocabulary(
        ORGANISATION_FIELDS,
        certain=_spelled(ORGANISATION_FIELDS, BOTH, ORGANISATIONS),
        likely={**LIKELY, "adres": "straat", "omschrijving": "naam"},
        check=_check_organisations,
    ),
    SheetImport.What.PEOPLE: Vocabulary(
        PERSON_FIELDS,
        certain=_spelled(PERSON_FIELDS, BOTH, PEOPLE),
        likely={**LIKELY, "titel": "functie", "afdeling": "functie"},
        check=_check_people,
    ),
}

__all__ = ["FIELD_LABELS", "ORGANISATION_FIELDS", "PERSON_FIELDS", "VOCABULARIES"]
