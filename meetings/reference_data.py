"""The kinds of meeting and the series that come with the product (C2 to C4).

Runs after every migrate and after a flush, so it is idempotent: it adds what is missing and never undoes what
an administrator changed. Which associations are parties of a series differs per municipality and is not here.
"""

from django.db import transaction

from meetings.models import MeetingKind, Series

#: code, name, quorum in parties, counts only with a college member (R6).
SERIES = (
    (Series.BOARDS, "Bestuurlijk overleg", 3, True),
    (Series.CHAIRS, "Voorzittersoverleg", 3, False),
    (Series.THEMED, "Themabijeenkomst", 2, False),
)

#: code, name, counts as a visit (R5), series.
KINDS = (
    ("bedrijfsbezoek-college", "Bedrijfsbezoek college", True, None),
    ("ontvangst-college", "Ontvangst op het stadhuis door het college", True, None),
    ("bezoek-accountmanager", "Bezoek accountmanager", False, None),
    ("bestuurlijk-overleg", "Bestuurlijk overleg", False, Series.BOARDS),
    ("voorzittersoverleg", "Voorzittersoverleg", False, Series.CHAIRS),
    ("themabijeenkomst", "Themabijeenkomst", False, Series.THEMED),
    ("overleg", "Overleg", False, None),
)


@transaction.atomic
def load_reference_data() -> None:
    """Make every reference row that comes with the product exist."""
    for position, (code, name, quorum, needs_college) in enumerate(SERIES, start=1):
        Series.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "quorum": quorum,
                "needs_college": needs_college,
                "position": position * 10,
            },
        )
    series = {row.code: row for row in Series.objects.all()}
    for position, (code, name, counts, series_code) in enumerate(KINDS, start=1):
        MeetingKind.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "counts_for_visit": counts,
                "series": series.get(series_code) if series_code else None,
                "position": position * 10,
            },
        )
