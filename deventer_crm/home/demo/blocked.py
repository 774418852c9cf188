"""Made-up times on which nothing is planned: the college day, evenings of the council, the summer recess."""

import datetime as dt

from accounts.models import BlockedTime
from accounts.services import save_blocked_time
from deventer_crm.home.demo.people import Team

TUESDAY, WEDNESDAY, FRIDAY = 1, 2, 4


def block_times(team: Team, since: dt.date, today: dt.date) -> None:
    """Of the whole college, one member and one colleague."""
    # From the second Monday of July, six weeks.
    july = dt.date(today.year, 7, 8)
    recess = july + dt.timedelta(days=-july.weekday() % 7)
    rows = (
        BlockedTime(
            label="Collegedag",
            weekday=TUESDAY,
            starts_on=since,
            start_time=dt.time(9),
            end_time=dt.time(13),
        ),
        BlockedTime(
            label="Raadsavond",
            weekday=WEDNESDAY,
            starts_on=since,
            start_time=dt.time(19),
            end_time=dt.time(23),
        ),
        BlockedTime(label="Zomerreces", starts_on=recess, ends_on=recess + dt.timedelta(days=41)),
        BlockedTime(
            label="Overleg met de omgevingsdienst",
            college_member=team.college[3],
            weekday=WEDNESDAY,
            starts_on=dt.date(today.year, 1, 1),
            start_time=dt.time(13),
            end_time=dt.time(15),
        ),
        BlockedTime(label="Vrij", user=team.industry, weekday=FRIDAY, starts_on=since),
    )
    for row in rows:
        save_blocked_time(row, by=team.secretary)
