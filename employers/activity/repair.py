"""The nightly look whether the index still equals the records; what it mends is a mistake of some service."""

from deventer_crm.core.jobs import recorded
from deventer_crm.core.models import JobRun
from employers.models import Employer

from .writing import rebuild_activities

JOB = "employers.rebuild_activities"
#: As core.tasks names the lock of a task that runs once at a time.
LOCK = f"task:{JOB}"
AT_ONCE = 2_000


def repair_activities() -> dict[str, int]:
    """Rebuild, with a row for the administrator that says how many rows were wrong, by kind."""
    with recorded(JOB) as run:
        found = rebuild_activities()
        run.counts = {"repaired": sum(found.values()), **{kind: n for kind, n in found.items() if n}}
    return found


def build_first_index() -> bool:
    """After an update from a version without the index: fill it, and the columns of employers that go with
    it, at once instead of in the night. Until then timelines would be empty, and each saved contact would
    take the last contact of its employer from an index that lacks the ones before. False when it was made
    before."""
    from employers.services import refresh_employers

    if JobRun.objects.filter(name=JOB).exists():
        return False
    keys = list(Employer.objects.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), AT_ONCE):  # a save waits for one bunch, not for all
        refresh_employers(keys[at : at + AT_ONCE])
    repair_activities()
    return True
