"""A made-up employment register, in the shape of a keeper's delivery: one row per establishment and year.

Names cannot exist, streets are invented, KVK numbers fail the observation that real ones are divisible by 11
(weights 8 to 1), phone numbers are zeros. Postcode areas are real, letters are not looked up. Deterministic
for a size, a seed and the reference dates."""

import csv
import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: Number of establishments; the towns' real total is about 9,600 with some 56,000 jobs.
SIZES = {"small": 900, "deventer": 9_600, "large": 100_000}
JOBS_PER_ESTABLISHMENT = 5.83

HEADER = (
    "Naam vestiging",
    "Naam onderneming",
    "KVK-nummer",
    "Vestigingsnummer",
    "Rechtsvorm",
    "Straatnaam",
    "Huisnummer",
    "Postcode",
    "Plaats",
    "Telefoon",
    "SBI-code",
    "Mannen 12 uur of meer",
    "Vrouwen 12 uur of meer",
    "Mannen minder dan 12 uur",
    "Vrouwen minder dan 12 uur",
    "Werkzame personen totaal",
)

FIRST = (
    "Eik Koper Brons Zilver Vliet Linde Noord Meeuw Gracht Reiger Hoog Beuk Wilg Laag IJzer Zuid Oever Palm "
    "Kade Berken Klaver Mist Hoefijzer Regen Kwartel Mistral Vlier Sneeuw Zand Kraan Duin Wolken Sterren "
    "Veen Maan Adelaar Otter Egel Kastanje Olmen"
).split()
SECOND = (
    "linde werf haven dok bouw groep data lab hal hout fabriek steen veen pers kern poort park veld hof burg "
    "brug weide bron vaart kamp rijk stroom wiel draad blad bes tuin dak molen schuur toren bocht zoom pad"
).split()
MARKS = ("Proef", "Voorbeeld", "Oefen", "Model", "Test")
STREETS = (
    "Proefstraat Voorbeeldkade Oefenweg Modelplein Testlaan Bedachtestraat Verzonnenweg Schijnkade "
    "Denkbeeldplein Schetsstraat Tekenaarsweg Kladstraat Fantasielaan Potloodkade Inktstraat"
).split()

#: Postcode areas with town and weight; the weight is a guess that gives the inner city its share.
PLACES = (
    ("7411", "Deventer", 24),
    ("7412", "Deventer", 5),
    ("7413", "Deventer", 6),
    ("7414", "Deventer", 4),
    ("7415", "Deventer", 4),
    ("7416", "Deventer", 4),
    ("7417", "Deventer", 9),
    ("7418", "Deventer", 11),
    ("7419", "Deventer", 5),
    ("7421", "Deventer", 3),
    ("7422", "Deventer", 3),
    ("7423", "Deventer", 4),
    ("7425", "Deventer", 3),
    ("7429", "Colmschate", 4),
    ("7431", "Diepenveen", 3),
    ("7433", "Schalkhaar", 3),
    ("7434", "Lettele", 1),
    ("7435", "Okkenbroek", 1),
    ("7437", "Bathmen", 3),
)


@dataclass(frozen=True)
class Trade:
    """A line of business: SBI 2008 code, words for its names, and how often it occurs."""

    sbi: str
    words: tuple[str, ...]
    weight: int


TRADES = (
    Trade("25620", ("Metaalwerken", "Draaierij"), 4),
    Trade("28990", ("Machinebouw", "Werkplaats"), 3),
    Trade("31010", ("Interieurbouw", "Meubelmakerij"), 2),
    Trade("10710", ("Bakkerij", "Banketfabriek"), 2),
    Trade("20590", ("Chemie", "Harsfabriek"), 1),
    Trade("22290", ("Kunststoffen",), 1),
    Trade("62010", ("Software", "Data"), 7),
    Trade("63110", ("Hosting",), 2),
    Trade("69203", ("Boekhouders", "Administraties"), 5),
    Trade("70221", ("Advies", "Adviseurs"), 16),
    Trade("71120", ("Ingenieurs",), 5),
    Trade("78201", ("Uitzendbureau",), 3),
    Trade("86101", ("Zorggroep",), 1),
    Trade("8621", ("Huisartsen",), 3),
    Trade("87100", ("Verpleeghuis",), 1),
    Trade("88991", ("Welzijn",), 4),
    Trade("85201", ("Basisschool",), 3),
    Trade("85592", ("Trainingen",), 4),
    Trade("49410", ("Transport", "Expeditie"), 3),
    Trade("41200", ("Bouwbedrijf", "Aannemers"), 8),
    Trade("43210", ("Installaties",), 5),
    Trade("47710", ("Mode", "Kledingwinkel"), 7),
    Trade("47110", ("Kruidenier", "Supermarkt"), 3),
    Trade("46690", ("Groothandel",), 4),
    Trade("56101", ("Eethuis", "Restaurant"), 7),
    Trade("55101", ("Hotel",), 1),
    Trade("90030", ("Atelier", "Ontwerpers"), 6),
    Trade("96021", ("Kapsalon",), 6),
    Trade("01410", ("Melkveehouderij",), 2),
    Trade("35111", ("Energie",), 1),
)

#: The largest, so that the yearly list looks like a town's: trade, jobs, establishments.
LARGEST = (
    ("86101", 2210, 3),
    ("62010", 1480, 2),
    ("78201", 1240, 1),
    ("28990", 1180, 2),
    ("20590", 1005, 1),
    ("87100", 930, 4),
    ("85201", 865, 6),
    ("25620", 790, 1),
    ("70221", 720, 2),
    ("41200", 655, 1),
    ("62010", 612, 1),
    ("49410", 612, 1),
    ("10710", 545, 2),
    ("88991", 505, 3),
    ("31010", 470, 1),
    ("46690", 455, 1),
    ("22290", 431, 1),
    ("35111", 402, 1),
    ("71120", 388, 2),
    ("63110", 371, 1),
    ("43210", 366, 1),
    ("28990", 352, 1),
    ("87100", 331, 2),
    ("86101", 310, 1),
)


@dataclass
class Place:
    """One establishment and what its counts were over the years."""

    name: str
    enterprise: str
    kvk: str
    number: str
    legal_form: str
    street: str
    house_number: int
    postcode: str
    town: str
    phone: str
    sbi: str
    women: float
    part_time: float
    first_year: int
    last_year: int | None
    counts: dict[int, int] = field(default_factory=dict)


def fails_eleven(digits: str) -> bool:
    """Whether a KVK number of eight digits cannot be a real one, as far as anybody observed."""
    return sum(int(d) * w for d, w in zip(digits, range(8, 0, -1), strict=True)) % 11 != 0


def make_places(size: str, seed: int, years: list[int]) -> list[Place]:
    """All establishments of a made-up town with their counts per year."""
    rng = random.Random(f"register-{size}-{seed}")  # noqa: S311 - invented data, not a secret
    wanted = SIZES[size]
    used: set[str] = set()
    kvk = _kvk_numbers()
    places: list[Place] = []
    trades = {trade.sbi: trade for trade in TRADES}
    for sbi, jobs, parts in LARGEST:
        trade = trades[sbi]
        name = _name(rng, trade, used)
        legal = "Stichting" if sbi[:2] in {"85", "86", "87", "88"} else rng.choice(("B.V.", "N.V.", "B.V."))
        rest = jobs
        number = next(kvk)
        for part in range(parts):
            share = rest if part == parts - 1 else int(rest * rng.uniform(0.5, 0.75))
            rest -= share
            places.append(_place(rng, trade, name, legal, number, share, len(places), years, grown=True))
    budget = wanted * JOBS_PER_ESTABLISHMENT - sum(jobs for _sbi, jobs, _parts in LARGEST)
    mean = max(budget / max(wanted - len(places), 1), 1.6)
    weights = [trade.weight for trade in TRADES]
    alive = len(places)
    while alive < wanted:
        trade = rng.choices(TRADES, weights)[0]
        name = _name(rng, trade, used)
        jobs = _jobs(rng, mean)
        legal = _legal_form(rng, trade, jobs)
        number = next(kvk)
        parts = rng.choice((2, 2, 3)) if jobs > 8 and rng.random() < 0.2 else 1
        for part in range(min(parts, wanted - alive)):
            share = max(1, jobs // (part + 1)) if part else jobs
            places.append(_place(rng, trade, name, legal, number, share, len(places), years))
            alive += years[-1] in places[-1].counts
    return places


def write_delivery(path: Path, places: list[Place], year: int) -> int:
    """Write the file of one year as a keeper would send it: `;` between columns, Dutch numbers, and here and
    there a lost leading zero. Returns the number of rows."""
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(HEADER)
        for place in places:
            if year not in place.counts:
                continue
            rows += 1
            out.writerow(_row(place, place.counts[year]))
    return rows


def reference_years(today: dt.date, count: int) -> list[int]:
    """Years whose delivery (1 April, delivered in summer) is there on that day, oldest first."""
    last = today.year if today >= dt.date(today.year, 7, 1) else today.year - 1
    return list(range(last - count + 1, last + 1))


def _row(place: Place, jobs: int) -> list[object]:
    part = int(jobs * place.part_time)
    full = jobs - part
    women_full, women_part = int(full * place.women), int(part * min(1, place.women + 0.1))
    return [
        place.name,
        place.enterprise,
        place.kvk,
        place.number,
        place.legal_form,
        place.street,
        place.house_number,
        f"{place.postcode[:4]} {place.postcode[4:]}",
        place.town,
        place.phone,
        place.sbi,
        full - women_full,
        women_full,
        part - women_part,
        women_part,
        jobs,
    ]


def _place(
    rng: random.Random,
    trade: Trade,
    name: str,
    legal: str,
    kvk: str,
    jobs: int,
    index: int,
    years: list[int],
    *,
    grown: bool = False,
) -> Place:
    area, town, _weight = rng.choices(PLACES, [weight for *_place, weight in PLACES])[0]
    letters = rng.choice("ABCDEGHJKLMNPRSTVWXZ") + rng.choice("ABCEGHJKLMNPRTVWXZ")
    if letters in {"SA", "SD", "SS"}:
        letters = "SB"  # postcodes never carry these three
    born = years[0] if grown or rng.random() < 0.8 else rng.choice(years)
    gone = None if grown or rng.random() < 0.94 else rng.choice(years[-2:])
    place = Place(
        name=_full_name(name, legal),
        enterprise=name,
        kvk=kvk,
        number=f"{index + 900_000:012d}",
        legal_form=legal,
        street=rng.choice(STREETS),
        house_number=rng.randint(1, 240),
        postcode=area + letters,
        town=town,
        phone=f"0570 00 {index % 100:02d} {index // 100 % 100:02d}",
        sbi=trade.sbi,
        women=rng.uniform(0.15, 0.8),
        part_time=rng.uniform(0.0, 0.35) if jobs > 3 else 0.0,
        first_year=born,
        last_year=gone,
    )
    growth = rng.gauss(0.008, 0.05) if jobs > 4 else 0.0
    for year in years:
        if year < born or (gone is not None and year >= gone):
            continue
        noise = 1.0 if year == years[-1] else rng.uniform(0.98, 1.02)
        place.counts[year] = max(1, round(jobs * (1 + growth) ** (year - years[-1]) * noise))
    return place


def _full_name(name: str, legal: str) -> str:
    if legal == "Stichting":
        return f"Stichting {name}"
    return f"{name} {legal}" if legal in {"B.V.", "N.V."} else name


def _jobs(rng: random.Random, mean: float) -> int:
    """Mostly one or two, sometimes dozens, rarely a few hundred; `mean` on average."""
    if rng.random() < 0.58:
        return 1
    rest = (mean - 0.58) / 0.42
    return min(340, max(2, round(rng.lognormvariate(_log_mean(rest), 1.15))))


def _log_mean(mean: float) -> float:
    """The location of a lognormal distribution with that mean and a spread of 1.15."""
    return math.log(max(mean, 2.0)) - 1.15**2 / 2


def _legal_form(rng: random.Random, trade: Trade, jobs: int) -> str:
    if trade.sbi[:2] in {"85", "86", "87", "88"} and jobs > 3:
        return "Stichting"
    if jobs <= 2:
        return "Eenmanszaak" if rng.random() < 0.75 else "B.V."
    return rng.choices(("B.V.", "Eenmanszaak", "Vennootschap onder firma", "N.V."), (75, 10, 13, 2))[0]


def _name(rng: random.Random, trade: Trade, used: set[str]) -> str:
    """A name nobody can bear: a mark of invention, a compound and the trade; a number when it is taken."""
    stem = f"{rng.choice(FIRST)}{rng.choice(SECOND)}"
    name = f"{rng.choice(MARKS)}{rng.choice(trade.words).lower()} {stem}"
    if name in used:
        number = 2
        while f"{name} {number}" in used:
            number += 1
        name = f"{name} {number}"
    used.add(name)
    return name


def _kvk_numbers() -> Iterator[str]:
    number = 10_000_019
    while True:
        number += 37
        digits = f"{number:08d}"
        if fails_eleven(digits):
            yield digits
