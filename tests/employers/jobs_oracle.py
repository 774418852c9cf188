"""R2 once more, written as the rule reads: what the set-based statements of the product must agree with."""

import datetime as dt

from deventer_crm.core import policy
from employers.models import Employer


def jobs_of(employer: Employer, day: dt.date) -> int | None:
    """The sum over establishments inside the municipality, of each the newest count up to that day of the
    first source that has one; 0 when it had ended; None when no establishment has a count."""
    counts = [_jobs_at(place, day) for place in employer.establishments.filter(in_municipality=True)]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _jobs_at(place, day: dt.date) -> int | None:
    if place.ended_on is not None and place.ended_on <= day:
        return 0
    rows = list(place.job_counts.filter(reference_date__lte=day))
    for source in policy.value("job_source_order", day):
        of_source = [row for row in rows if row.source == source]
        if of_source:
            return max(of_source, key=lambda row: (row.reference_date, row.version)).jobs
    return None
