"""Background work on deliveries of the register; the rules are in register_import.deliveries."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.tasks import crm_task


@crm_task(name="employers.run_import", time_limit=1800)
def run_import(delivery_id: int) -> None:
    """Look at an uploaded delivery, or import it, whichever it waits for."""
    from employers.register_import.deliveries import work_on

    work_on(delivery_id)


@crm_task(
    name="employers.sweep_imports",
    single=True,
    time_limit=120,
    label=_("Take up imports that were left unfinished"),
)
def sweep_imports() -> None:
    """Each minute: start deliveries and lists whose worker or message was lost."""
    from employers.register_import import deliveries
    from employers.sheet_import import sheets

    deliveries.sweep()
    sheets.sweep()


@crm_task(name="employers.run_sheet_import", time_limit=1800)
def run_sheet_import(sheet_id: int) -> None:
    """Look at an uploaded list, or import it, whichever it waits for."""
    from employers.sheet_import.sheets import work_on

    work_on(sheet_id)


@crm_task(
    name="employers.rebuild_activities",
    single=True,
    time_limit=1800,
    label=_("Make timelines equal to the records"),
)
def rebuild_activities() -> None:
    """Each night: mend what differs between the timelines and the records, and say how much that was."""
    from employers.activity.repair import repair_activities

    repair_activities()


@crm_task(
    name="employers.build_first_index",
    single=True,
    time_limit=1800,
    label=_("Build the timelines after an update"),
)
def build_first_index() -> None:
    """Each minute: nothing, but after an update from a version without the index of timelines."""
    from employers.activity.repair import build_first_index as build

    build()


@crm_task(
    name="employers.complete_hand_overs", single=True, time_limit=600, label=_("Hand over what begins today")
)
def complete_hand_overs() -> None:
    """Each hour: pass the open items of hand-overs whose day has come."""
    from employers.portfolios.handover import complete_hand_overs as complete

    complete()


@crm_task(
    name="employers.pass_on_follow_ups",
    single=True,
    time_limit=600,
    label=_("Pass promises and actions to new account managers"),
)
def pass_on_follow_ups() -> None:
    """Each night: promises and actions go to an account manager whose time has begun."""
    from employers.services import followup_succession

    followup_succession.pass_on_follow_ups()


@crm_task(
    name="employers.tidy_requests", single=True, time_limit=600, label=_("Empty old questions to colleagues")
)
def tidy_requests() -> None:
    """Each night: names and addresses of colleagues without an account go when nobody needs them any more."""
    from employers.passing_on import tidy

    tidy.tidy_requests()
