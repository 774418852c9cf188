"""The commitments a new installation starts with: rows, which a lead edits and a successor replaces.

The economic vision they come from has ended; its agreements with the businesses are still the ones the
municipality works by. So the document starts in 2015 and has no end yet: the commitments are valid today, and
a successor policy is a new document with new rows, upon which the old one gets its last day.

The sync runs after every migrate. It only adds what is missing and never writes over a row: what somebody
edited stays edited. Whoever renames the document takes it over altogether.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.db import transaction

from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument

DOCUMENT = "DEVisie"
SOURCE = "Afspraken tussen de gemeente Deventer en haar ondernemers"
STARTS_ON = dt.date(2015, 1, 1)

HARD, WISH = Commitment.Strength.HARD, Commitment.Strength.WISH
MUNICIPALITY, ENTREPRENEURS, TOGETHER = (
    Commitment.Owner.MUNICIPALITY,
    Commitment.Owner.ENTREPRENEURS,
    Commitment.Owner.TOGETHER,
)


@dataclass(frozen=True)
class Start:
    """How a commitment starts. `warn_from` is the day of its first reminder (R7), as MM-DD; norm and
    tolerance in numbers, for C5 and C6 in percent and percentage points. No norm: counted, not judged."""

    code: str
    dutch: str
    english: str
    strength: Commitment.Strength
    owner: Commitment.Owner
    norm: int | None = None
    tolerance: int = 0
    unit: Commitment.Unit = Commitment.Unit.COUNT
    warn_from: str = "07-01"
    measure: str = ""


STARTS = (
    Start(
        "C1",
        "De 20 grootste werkgevers krijgen elk jaar bezoek of een uitnodiging van het college",
        "The 20 largest employers get a visit or an invitation from the college every year",
        HARD,
        MUNICIPALITY,
        norm=20,
        warn_from="04-01",
        measure="top_list_duty",
    ),
    Start(
        "C2",
        "Besturen en college komen elk jaar bijeen",
        "The boards and the college meet every year",
        WISH,
        TOGETHER,
        norm=1,
        warn_from="05-01",
        measure="boards_meeting",
    ),
    Start(
        "C3",
        "De voorzitters treffen elkaar drie keer per jaar",
        "The chairs meet three times a year",
        WISH,
        ENTREPRENEURS,
        norm=3,
        warn_from="04-01",
        measure="chairs_meeting",
    ),
    Start(
        "C4",
        "Alle partijen houden samen een themabijeenkomst",
        "All parties hold a themed meeting together",
        WISH,
        TOGETHER,
        norm=1,
        warn_from="07-01",
        measure="themed_meeting",
    ),
    Start(
        "C5",
        "80% van het budget is gereserveerd voor branches, 20% voor de binnenstad",
        "80% of the budget is reserved for the sectors, 20% for the inner city",
        HARD,
        MUNICIPALITY,
        norm=80,
        tolerance=2,
        unit=Commitment.Unit.SPLIT,
        warn_from="01-01",
        measure="budget_split",
    ),
    Start(
        "C6",
        "Accountmanagers werken per gebied en per branche",
        "Account managers work by area and by sector",
        HARD,
        MUNICIPALITY,
        norm=100,
        unit=Commitment.Unit.PERCENT,
        measure="account_management",
    ),
    Start(
        "C7",
        "Met werkgevers praten over aannemen en omscholen van inwoners",
        "Talk with employers about hiring and retraining residents",
        HARD,
        MUNICIPALITY,
        measure="workforce_talks",
    ),
    Start(
        "C8",
        "Economie en sociaal domein werken beter samen",
        "Economic affairs and social affairs work together better",
        HARD,
        MUNICIPALITY,
    ),
    Start(
        "C9",
        "Ondernemers die ambassadeur zijn krijgen steun",
        "Entrepreneurs who are ambassadors get support",
        WISH,
        TOGETHER,
    ),
    Start(
        "C10",
        "De drie profielen van de stad onder de aandacht brengen",
        "Bring the three profiles of the city to attention",
        WISH,
        TOGETHER,
        norm=3,
    ),
    Start(
        "C11",
        "Bedrijven krijgen betere dienstverlening",
        "Companies get better service",
        HARD,
        MUNICIPALITY,
    ),
    Start(
        "C12",
        "Per gebied en branche nieuwe bedrijven binnenhalen",
        "Attract new companies by area and sector",
        HARD,
        MUNICIPALITY,
    ),
    Start(
        "C13",
        "Ondernemers gaan zelf de boer op, de gemeente draagt geld en mensen bij",
        "Entrepreneurs go out and organise, the municipality adds money and people",
        WISH,
        ENTREPRENEURS,
    ),
    Start(
        "C14",
        "Er is elk jaar geld en menskracht voor deze afspraken",
        "There is money and staff for these commitments every year",
        HARD,
        MUNICIPALITY,
        measure="budget_years",
    ),
)


@transaction.atomic
def sync_commitments() -> int:
    """Add the commitments that are missing; returns how many were added."""
    document = PolicyDocument.objects.filter(name=DOCUMENT).first()
    if document is None:
        if PolicyDocument.objects.exists():
            return 0
        document = PolicyDocument.objects.create(name=DOCUMENT, source=SOURCE, starts_on=STARTS_ON)
    present = set(document.commitments.values_list("code", flat=True))
    missing = [(place, start) for place, start in enumerate(STARTS, start=1) if start.code not in present]
    for place, start in missing:
        _add(document, start, place * 10)
    return len(missing)


def _add(document: PolicyDocument, start: Start, position: int) -> None:
    commitment = Commitment.objects.create(
        document=document,
        code=start.code,
        sentence_nl=start.dutch,
        sentence_en=start.english,
        strength=start.strength,
        owner=start.owner,
        measure=start.measure,
        unit=start.unit,
        warn_from=start.warn_from,
        position=position,
        starts_on=STARTS_ON,
    )
    if start.norm is not None:
        CommitmentNorm.objects.create(
            commitment=commitment,
            value=Decimal(start.norm),
            tolerance=Decimal(start.tolerance),
            starts_on=STARTS_ON,
        )


def load_commitments() -> None:
    """Make the commitments that come with the product exist; the trail says where they came from."""
    with pghistory.context(source="migrate"):
        sync_commitments()
