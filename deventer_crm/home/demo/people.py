"""Made-up people of the demo: an account per role, colleagues, the college, associations with boards."""

import datetime as dt
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.models import CollegeMember, Mandate, User
from accounts.roles import Role
from deventer_crm.core.services import save_tracked
from employers.models import Area, ContactPerson, Employer, Portfolio, Position, Sector
from employers.services.employers import add_employer
from employers.services.people import add_person

#: Address before the @, first name, last name, job title, role. One per role first, then colleagues.
ACCOUNTS = (
    ("accountmanager", "Joris", "Voorbeeld", "Accountmanager maakindustrie", Role.ACCOUNT_MANAGER),
    ("collegelid", "Mira", "Voorbeeldsma", "Wethouder", Role.COLLEGE_MEMBER),
    ("bestuurssecretaris", "Bram", "Schrijver", "Bestuurssecretaris", Role.SECRETARY),
    ("teamleider", "Lotte", "Proef", "Teamleider economie", Role.TEAM_LEAD),
    ("werkgeversloket", "Wiebe", "Loket", "Adviseur werkgeversloket", Role.EMPLOYER_DESK),
    ("lezer", "Roos", "Leesgraag", "Beleidsmedewerker", Role.READER),
    ("beheerder", "Femke", "Beheer", "Functioneel beheerder", Role.FUNCTIONAL_ADMIN),
    ("accountmanager.binnenstad", "Sanne", "Stadsma", "Accountmanager binnenstad", Role.ACCOUNT_MANAGER),
    ("accountmanager.diensten", "Daan", "Kantoor", "Accountmanager ICT en kantoren", Role.ACCOUNT_MANAGER),
)

COLLEGE = (
    ("A. Bedacht", CollegeMember.Office.MAYOR, "Openbare orde, dienstverlening", None),
    ("M. Voorbeeldsma", CollegeMember.Office.ALDERMAN, "Economie, werk en inkomen", "collegelid"),
    ("K. Proefstra", CollegeMember.Office.ALDERMAN, "Ruimte, wonen, binnenstad", None),
    ("T. Oefening", CollegeMember.Office.ALDERMAN, "Duurzaamheid, energie, mobiliteit", None),
    ("H. Modelaar", CollegeMember.Office.ALDERMAN, "Onderwijs, jeugd, cultuur", None),
    ("P. Testens", CollegeMember.Office.ALDERMAN, "Financiën, zorg, sport", None),
)

ASSOCIATIONS = (
    "Voorbeeldkring van Werkgevers",
    "Proefvereniging Midden- en Kleinbedrijf",
    "Stichting Oefenbinnenstad",
    "Stichting Modelparkmanagement",
)

INITIALS = "A. B. C. D. E. F. G. H. I. J. K. L. M. N. P. R. S. T. V. W.".split()
LAST_NAMES = (
    "Staal Marmer Kwarts Graniet Leisteen Basalt Kalk Zink Nikkel Kobalt Tin Amber Jade Opaal Topaas Onyx "
    "Agaat Turkoois Barnsteen Granaat Mica Gips Krijt Puimsteen Zandsteen Obsidiaan Koraal Ivoor Ebben Ceder"
).split()
TITLES = ("directeur", "hoofd HR", "bestuurder", "vestigingsmanager", "hoofd financiën", "eigenaar")


@dataclass(frozen=True)
class Team:
    """Everybody the story needs, by what they do."""

    industry: User
    inner_city: User
    services: User
    secretary: User
    lead: User
    desk: User
    admin: User
    college: list[CollegeMember]

    @property
    def managers(self) -> list[User]:
        return [self.industry, self.inner_city, self.services]


def make_password() -> str:
    """Random per installation, easy to type."""
    return "-".join(secrets.token_hex(2) for _part in range(3))


def make_accounts(password: str, since: dt.date) -> dict[str, User]:
    """One account per role and two colleagues, all at example.org."""
    groups = {group.name: group for group in Group.objects.all()}
    people: dict[str, User] = {}
    for local, first, last, title, role in ACCOUNTS:
        user = User.objects.create_user(
            f"{local}@example.org", password, first_name=first, last_name=last, job_title=title
        )
        User.objects.filter(pk=user.pk).update(
            date_joined=dt.datetime.combine(since, dt.time(9), tzinfo=dt.UTC)
        )
        user.groups.add(groups[role.value])
        people[local] = user
    return people


def make_team(people: dict[str, User], since: dt.date) -> Team:
    """The college with its mandates, and the portfolios of the account managers."""
    lead, secretary = people["teamleider"], people["bestuurssecretaris"]
    college = []
    for position, (name, office, remit, local) in enumerate(COLLEGE):
        member = CollegeMember(
            name=name,
            office=office,
            remit=remit,
            position=position,
            starts_on=since,
            user=people[local] if local else None,
        )
        college.append(save_tracked(member, by=lead))
        save_tracked(Mandate(secretary=secretary, college_member=member, starts_on=since), by=lead)
    team = Team(
        industry=people["accountmanager"],
        inner_city=people["accountmanager.binnenstad"],
        services=people["accountmanager.diensten"],
        secretary=secretary,
        lead=lead,
        desk=people["werkgeversloket"],
        admin=people["beheerder"],
        college=college,
    )
    industry = {"chemie", "maakindustrie", "bouw", "logistiek", "energie", "agrarisch", "handel"}
    for sector in Sector.objects.order_by("code"):
        owner = team.industry if sector.code in industry else team.services
        save_tracked(Portfolio(user=owner, sector=sector, starts_on=since), by=lead)
    inner_city = Area.objects.get(kind=Area.Kind.INNER_CITY)
    save_tracked(Portfolio(user=team.inner_city, area=inner_city, starts_on=since), by=lead)
    return team


def make_associations(team: Team, since: dt.date, rng: random.Random) -> list[Employer]:
    """Four made-up associations, each with a chair and a board member."""
    made = []
    for name in ASSOCIATIONS:
        association = add_employer(
            Employer(name=name, kind=Employer.Kind.ASSOCIATION, is_relation=True), by=team.lead
        )
        for seat, title in ((Position.Seat.CHAIR, "voorzitter"), (Position.Seat.BOARD, "bestuurslid")):
            add_person(
                make_person(rng, association),
                by=team.lead,
                position=Position(
                    employer=association, title=title, seat=seat, starts_on=since, is_primary=seat == "chair"
                ),
            )
        made.append(association)
    return made


def make_person(rng: random.Random, employer: Employer) -> ContactPerson:
    """An unsaved contact person with an address at example.org."""
    first, last = rng.choice(INITIALS), rng.choice(LAST_NAMES)
    return ContactPerson(
        first_name=first,
        last_name=last,
        email=f"{first[0].lower()}.{last.lower()}@bedrijf{employer.pk}.example.org",
        phone=f"0570 00 {employer.pk % 100:02d} {rng.randint(0, 99):02d}",
        source="Visitekaartje",
    )


def make_contacts(employers: Iterable[Employer], team: Team, since: dt.date, rng: random.Random) -> int:
    """One to three people at each employer; the first one is the first to contact."""
    made = 0
    for employer in employers:
        for index in range(rng.choice((1, 1, 2, 3))):
            add_person(
                make_person(rng, employer),
                by=team.lead,
                position=Position(
                    employer=employer, title=TITLES[index], starts_on=since, is_primary=index == 0
                ),
            )
            made += 1
    return made
