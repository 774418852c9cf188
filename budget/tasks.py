"""Background work of the budget; the rules are in hours_import.files and in checking."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.tasks import crm_task


@crm_task(name="budget.run_hours_import", time_limit=1800)
def run_hours_import(sheet_id: int) -> None:
    """Look at an uploaded file of hours, or import it, whichever it waits for."""
    from budget.hours_import.files import work_on

    work_on(sheet_id)


@crm_task(
    name="budget.sweep_hours_imports",
    single=True,
    time_limit=120,
    label=_("Take up files of hours that were left unfinished"),
)
def sweep_hours_imports() -> None:
    """Each minute: start files whose worker or message was lost."""
    from budget.hours_import import files

    files.sweep()


@crm_task(
    name="budget.check_spending", single=True, time_limit=300, label=_("Check the spending of the year")
)
def check_spending() -> None:
    """Each Monday: write down how spending stands, and remind the lead when it leaves the margin."""
    from budget.checking import check_spending as check

    check()
