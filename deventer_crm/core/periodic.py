"""The tasks of core that the schedule and the services start (settings.CELERY_BEAT_SCHEDULE). Thin: plain
data in, one service called. The heartbeat lives with the task machinery in core.tasks."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core import digests, mails
from deventer_crm.core.jobs import tidy_job_runs
from deventer_crm.core.reconcile import reconcile, reconcile_and_record, reconcile_now
from deventer_crm.core.tasks import crm_task


@crm_task(name="core.reconcile_reminders", label=_("Work out all reminders"))
def reconcile_reminders(kinds: list[str] | None = None, target_ids: list[int] | None = None) -> None:
    """All rules and all records, or what a service asked for. Not `single`: the lock of each rule makes two
    runs take turns, while a request that was dropped would be found an hour later only."""
    if kinds is None:
        reconcile_and_record()
    else:
        reconcile(kinds=kinds, targets=target_ids)


@crm_task(name="core.reconcile_now")
def reconcile_rule_now(kind: str) -> None:
    """One rule, because an administrator asked for it."""
    reconcile_now(kind)


@crm_task(
    name="core.send_digests",
    single=True,
    retry_on=(digests.DigestsBusy,),
    label=_("Send the reminder mails"),
)
def send_digests() -> None:
    """The morning mail."""
    digests.send_digests()


@crm_task(
    name="core.sweep",
    single=True,
    time_limit=300,
    max_retries=0,
    label=_("Take up mails and jobs that were left unfinished"),
)
def sweep() -> None:
    """Each minute: what was left unfinished is taken up again, from its rows."""
    digests.deliver_unfinished()
    digests.catch_up()
    digests.tidy_digests()
    mails.deliver_mails()
    mails.tidy_mails()
    tidy_job_runs()
