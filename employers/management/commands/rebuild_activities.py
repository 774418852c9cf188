"""`rebuild_activities --json` (R12)."""

from collections.abc import Mapping
from typing import Any

from deventer_crm.core.cli import CliBusy, JsonCommand
from deventer_crm.core.locks import try_job_lock
from employers.activity.repair import LOCK, repair_activities


class Command(JsonCommand):
    help = "Make the index behind the timelines equal to the records, and print how many rows were wrong."

    def answer(self, **options: Any) -> Mapping[str, Any]:
        with try_job_lock(LOCK) as alone:
            if not alone:
                raise CliBusy("The timelines are being rebuilt already.")
            found = repair_activities()
        return {"repaired": sum(found.values()), "kinds": found}
