"""Background work on calendars; the rules are in meetings.calendar."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.tasks import crm_task


@crm_task(
    name="meetings.read_busy_calendars",
    single=True,
    time_limit=1500,
    max_retries=0,
    label=_("Read the calendars of colleagues"),
)
def read_busy_calendars() -> None:
    """Each half hour: when people are busy by their own calendar."""
    from meetings.calendar.fetching import read_all

    read_all()


@crm_task(name="meetings.read_busy_calendar", time_limit=120)
def read_busy_calendar(pk: int) -> None:
    """The same for one calendar, when its address was given."""
    from meetings.calendar.fetching import read_one

    read_one(pk)
