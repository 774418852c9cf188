"""The nightly look whether the index still equals the records; what it mends is a mistake of some service."""

from deventer_crm.core.jobs import recorded

from .writing import rebuild_activities

JOB = "employers.rebuild_activities"
#: As core.tasks names the lock of a task that runs once at a time.
LOCK = f"task:{JOB}"


def repair_activities() -> dict[str, int]:
    """Rebuild, with a row for the administrator that says how many rows were wrong, by kind."""
    with recorded(JOB) as run:
        found = rebuild_activities()
        run.counts = {"repaired": sum(found.values()), **{kind: n for kind, n in found.items() if n}}
    return found
