"""What people made of the lists in the demo: labels on employers, views of their own and of the team, and
somebody who works for another employer now."""

import datetime as dt
import random

from deventer_crm.core import clock
from deventer_crm.core.lists.asking import ask_text
from deventer_crm.core.lists.definition import Reader
from deventer_crm.core.lists.saved import add_view
from deventer_crm.home.demo.people import Team
from employers.lists.employers import EMPLOYERS
from employers.lists.followups import FOLLOW_UPS
from employers.models import Employer, Position, Tag
from employers.services.bulk import label_many
from employers.services.people import change_job

#: Name of a label, what the employers are chosen by, and how many get it.
LABELS = (
    ("open bedrijvendag", {"sector__isnull": False}, 12),
    ("netcongestie", {"jobs__gte": 50}, 8),
    ("doorgroeier", {"jobs__range": (20, 90)}, 6),
)


def tell_lists(team: Team, today: dt.date, rng: random.Random) -> None:
    """Labels first: a view may ask for one."""
    known = Employer.objects.current().filter(is_confidential=False, is_natural_person=False)
    for name, having, number in LABELS:
        keys = list(known.filter(**having).order_by("-jobs", "pk").values_list("pk", flat=True)[: 3 * number])
        label_many(rng.sample(keys, min(number, len(keys))), by=team.lead, name=name)
    _views(team, today)
    _move(team, today)


def _views(team: Team, today: dt.date) -> None:
    label = Tag.objects.get(name=LABELS[1][0])
    own, lead = Reader(team.industry, today), Reader(team.lead, today)
    add_view(
        ask_text(EMPLOYERS, own, "manager=me&sort=contact"),
        by=team.industry,
        name="Mijn bedrijven, langst niet gesproken",
    )
    add_view(
        ask_text(EMPLOYERS, lead, f"label={label.pk}&sort=-jobs"),
        by=team.lead,
        name="Netcongestie",
        is_shared=True,
    )
    add_view(
        ask_text(EMPLOYERS, lead, "top=yes&contact=365"),
        by=team.lead,
        name="Teamoverleg: top 20 stil",
        is_shared=True,
        is_locked=True,
    )
    add_view(
        ask_text(FOLLOW_UPS, lead, "due=late"), by=team.lead, name="Teamoverleg: te laat", is_shared=True
    )


def _move(team: Team, today: dt.date) -> None:
    """A head of staff leaves one employer for another, three months ago."""
    day = today - dt.timedelta(days=90)
    held = Position.objects.on(day).filter(
        ends_on__isnull=True, seat="", employer__kind=Employer.Kind.COMPANY, employer__is_confidential=False
    )
    rows = list(
        held.exclude(title__icontains="directeur").select_related("person", "employer").order_by("pk")
    )
    if not rows:
        return
    leaving = rows[0]
    other = next((row.employer for row in rows if row.employer_id != leaving.employer_id), None)
    if other is not None:
        with clock.at(day):
            change_job(leaving, by=team.industry, employer=other, title=leaving.title, starts_on=day)
