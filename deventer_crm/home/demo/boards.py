"""Made-up members and boards of the demo: directors who sit together on the board of an association, with a
mobile number and a wish how to be reached."""

import datetime as dt
import random
from collections.abc import Sequence

from deventer_crm.core.services import save_tracked
from deventer_crm.home.demo.people import Team
from employers.models import ContactPerson, Employer, Position
from employers.services.memberships import add_membership, end_membership
from employers.services.people import save_position

#: So many employers are members; with fewer there would be no association worth the name.
MEMBERS = 40
SEATS_EACH = 2


def tell_boards(
    team: Team,
    associations: Sequence[Employer],
    employers: Sequence[Employer],
    since: dt.date,
    rng: random.Random,
) -> None:
    """Members of every association, one of which left, and two directors on each board."""
    companies = [row for row in employers if row.kind != Employer.Kind.ASSOCIATION][:MEMBERS]
    for index, company in enumerate(companies):
        for association in rng.sample(list(associations), k=min(len(associations), rng.choice((1, 1, 2)))):
            starts_on = since + dt.timedelta(days=rng.randrange(300))
            row = add_membership(by=team.lead, employer=company, association=association, starts_on=starts_on)
            if index == 0:
                end_membership(row, by=team.lead, ends_on=starts_on + dt.timedelta(days=365))
    directors = list(
        Position.objects.filter(employer__in=[row.pk for row in companies], is_primary=True)
        .select_related("person")
        .order_by("employer__sort_name", "pk")
    )
    rng.shuffle(directors)
    for association in associations:
        for _seat in range(min(SEATS_EACH, len(directors))):
            held = directors.pop()
            seat = Position(
                person=held.person,
                employer=association,
                title="bestuurslid",
                seat=Position.Seat.BOARD,
                starts_on=since + dt.timedelta(days=rng.randrange(400)),
            )
            save_position(seat, by=team.lead)
            person = held.person
            person.mobile = f"06 00 00 00 {rng.randrange(100):02d}"
            person.preferred_channel = rng.choice((ContactPerson.Channel.CALL, ContactPerson.Channel.MAIL))
            person.informed_on = since + dt.timedelta(days=14)
            save_tracked(person, by=team.lead)
