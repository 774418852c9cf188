"""How keepers of registers spell their columns: "field: spelling, spelling"; more on indented lines.

Compared without case, accents and punctuation (`columns.plain`). The four job columns are not here: they
are recognised by their words (`columns.field_for`).
"""

# Names that leave no doubt.
CERTAIN = """
naam_vestiging: naam vestiging, vestigingsnaam, naam van de vestiging, vest naam, naam vest, eerste
    handelsnaam
onderneming: onderneming, naam onderneming, ondernemingsnaam, naam van de onderneming, statutaire
    naam, naam rechtspersoon, bedrijfsnaam moeder, moederbedrijf, concern, concernnaam
kvk: kvk, kvk nummer, kvknr, kvk nr, kvknummer, kvk no, dossiernummer, dossiernr, dossier nr, kvk
    dossiernummer, kvk dossiernr, kvk dossier, kvk dos, kvk inschrijfnummer, handelsregisternummer,
    nummer kvk, kamer van koophandel, kamer van koophandel nummer, inschrijvingsnummer kvk
vestigingsnummer: vestigingsnummer, vestigingsnr, vestigings nummer, vestigings nr, vest nr, vestnr,
    vest nummer, vestnummer, kvk vestigingsnummer, kvk vestigingsnr, kvk vest nr, kvk vestnr,
    vestiging nr, vestiging nummer, vestigingsnummer kvk, nummer vestiging, vestigingnummer,
    vestiging id
lisa_nummer: lisa nummer, lisanummer, lisa nr, lisanr, lisa vestigingsnummer, lisa vestigingsnr,
    lisa id, lisa code, biro nummer, biro nr, biro id, registernummer
rechtsvorm: rechtsvorm, rechtsvormcode, rechtsvorm omschrijving, juridische vorm, rv, code
    rechtsvorm
straat: straat, straatnaam, vestigingsstraat, straat vestiging, straatnaam vestiging, openbare
    ruimte, naam openbare ruimte, va straat, va straatnaam, vestigingsadres straat
huisnummer: huisnummer, huisnr, huis nummer, huis nr, hnr, nr, vestigingshuisnummer, huisnummer
    vestiging, va huisnummer, va huisnr, vestigingsadres huisnummer
huisletter: huisletter, huis letter, hlt, va huisletter, letter
toevoeging: toevoeging, huisnummertoevoeging, huisnummer toevoeging, huisnr toevoeging, huisnrtoev,
    toev, huisnr toev, huisnummer toev, hnr toev, nr toev, va toevoeging, nummertoevoeging
postcode: postcode, pc, pc6, postcode6, postcode vestiging, vestigingspostcode, va postcode, post
    code, vestigingsadres postcode
plaats: plaats, woonplaats, plaatsnaam, vestigingsplaats, plaats vestiging, woonplaatsnaam, va
    plaats, va woonplaats, vestigingsadres plaats
telefoon: telefoon, telefoonnummer, telefoonnr, tel, tel nr, telnr, telefoon nr, tel nummer
sbi: sbi, sbi code, sbicode, sbi hoofdactiviteit, sbi nummer, hoofdactiviteit sbi, sbi 2008, sbi
    2025, sbi08, sbi25, sbi2008, sbi2025, sbi code 2008, sbi code 2025, sbi hoofd, sbi 1, sbi1,
    activiteitencode, hoofd sbi
werkzame_personen: werkzame personen, werkzame personen totaal, totaal werkzame personen, aantal
    werkzame personen, totaal aantal werkzame personen, aantal werkzame personen totaal, wp, wp
    totaal, totaal wp, wp tot, tot wp, aantal wp, banen, aantal banen, banen totaal, totaal banen,
    totaal aantal banen, arbeidsplaatsen, aantal arbeidsplaatsen, werkgelegenheid, werkgelegenheid
    totaal, totaal werkgelegenheid, totaal personen, totaal werkzaam, wzp, wzp totaal, personeel
    totaal, totaal personeel, werkzame pers totaal, totaal werkzame pers
grootteklasse: grootteklasse, grootte klasse, gk, klasse, grootteklasse wp, grkl, grootteklassecode
bag_id: bag id, bagid, bag, bag verblijfsobject id, verblijfsobject id, vbo id, bag vbo id, bag
    object id, identificatie verblijfsobject, verblijfsobjectid, bag nummeraanduiding id,
    adresseerbaar object id, bag verblijfsobject, vbo
x: x, x coordinaat, x coord, xcoord, rd x, x rd, xcoordinaat, coordinaat x, rdx
y: y, y coordinaat, y coord, ycoord, rd y, y rd, ycoordinaat, coordinaat y, rdy
hoofdvestiging: hoofdvestiging, hoofdvest, indicatie hoofdvestiging, ind hoofdvestiging, hv, hoofd
    nevenvestiging
peildatum: peildatum, peil datum, datum peiling
einddatum: einddatum, eind datum, datum einde, datum opheffing, opheffingsdatum, datum beeindiging,
    datum uitschrijving
"""

# Names that mean the field only when no certain name is in the file.
LIKELY = """
naam_vestiging: naam, handelsnaam, bedrijfsnaam, naam bedrijf, bedrijf, vestiging, zaaknaam, naam1,
    naam 1, organisatie
onderneming: rechtspersoon, eigenaar, moeder, hoofdnaam
straat: adres, vestigingsadres
werkzame_personen: totaal, personen, aantal personen, tot
telefoon: tel 1, telefoon 1
"""
