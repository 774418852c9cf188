"""A themed meeting with a guest list: invited by mail, answered by the link, by phone or not yet, one mail
that could not be delivered. Nothing is mailed: the rows say that it went, as they would after the fact."""

import datetime as dt
import random

from django.utils import timezone

from deventer_crm.core import clock
from deventer_crm.core.mails import mails_about
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.posting import note_given_up
from deventer_crm.home.demo.people import Team
from employers.models import ContactPerson, Employer, Theme
from meetings import mail_kinds
from meetings.links import token_of
from meetings.models import Invitation, Meeting, MeetingKind
from meetings.services import add_guests, answer_by_link, answer_invitation, invite_guests, plan_meeting

KIND = "themabijeenkomst"
TITLE = "Personeel vinden en houden"
GUESTS = 48
#: Days before today on which the invitations went.
SENT_BEFORE = 9

Answer, Via = Invitation.Answer, Invitation.Via
WISHES = ("Kan het ook een ochtend zijn?", "In januari lukt mij wel.", "Die week zijn wij dicht.")


def tell_guests(team: Team, today: dt.date, rng: random.Random) -> None:
    """One list of guests, three weeks ahead."""
    sent_on = today - dt.timedelta(days=SENT_BEFORE)
    people = list(
        ContactPerson.objects.visible_to(team.secretary)
        .filter(anonymised_on__isnull=True, has_objected=False, positions__ends_on__isnull=True)
        .exclude(email="")
        .distinct()
        .order_by("pk")
    )
    chosen = rng.sample(people, k=min(GUESTS, len(people)))
    if not chosen:
        return
    with clock.at(sent_on):
        meeting = _meeting(team, today)
        add_guests(meeting, [person.pk for person in chosen[:-3]], by=team.secretary)
        invite_guests(meeting, by=team.secretary, college_member=team.college[0])
    invitations = list(Invitation.objects.filter(meeting=meeting).select_related("person").order_by("pk"))
    _went(invitations, sent_on)
    for number, invitation in enumerate(invitations[1:]):
        _answer(team, invitation, number, sent_on, rng)
    with clock.at(today):
        # Put on the list since, nobody invited them yet.
        add_guests(meeting, [person.pk for person in chosen[-3:]], by=team.secretary)


def _meeting(team: Team, today: dt.date) -> Meeting:
    day = today + dt.timedelta(days=21)
    clubs = list(Employer.objects.filter(kind=Employer.Kind.ASSOCIATION).order_by("pk")[:2])
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(16)))
    return plan_meeting(
        by=team.secretary,
        kind=MeetingKind.objects.get(code=KIND),
        title=TITLE,
        theme=Theme.objects.filter(code="personeel").first(),
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        place=Meeting.Place.TOWN_HALL,
        location="Stadhuis, raadzaal",
        employers=clubs,
        organisers=clubs,
        college_members=[team.college[0]],
        owner=team.lead,
    )


def _went(invitations: list[Invitation], day: dt.date) -> None:
    """The first was refused by its mail server, the others arrived."""
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(12, 1)))
    kinds = mail_kinds.FIRST
    about = [invitation.pk for invitation in invitations]
    OutgoingMail.objects.filter(kind__in=kinds, about_id__in=about).update(
        state=OutgoingMail.State.SENT, attempts=1, sent_at=moment, claimed_at=moment
    )
    refused = mails_about(invitations[0]).first()
    if refused is not None:
        with clock.at(day + dt.timedelta(days=2)):
            note_given_up(refused, "SMTPRecipientsRefused: 550")
            OutgoingMail.objects.filter(pk=refused.pk).update(sent_at=None)
            mail_kinds.given_up(refused)


def _answer(team: Team, invitation: Invitation, number: int, sent_on: dt.date, rng: random.Random) -> None:
    """Two of three answered so far, mostly by the link."""
    if number % 3 == 2:
        return
    with clock.at(sent_on + dt.timedelta(days=1 + number % 6)):
        if number % 10 == 4:
            answer_by_link(token_of(invitation), answer=Answer.OTHER_DATE, wish=rng.choice(WISHES))
        elif number % 5 == 3:
            answer_by_link(token_of(invitation), answer=Answer.DECLINED)
        elif number % 7 == 1:
            answer_invitation(invitation, by=team.secretary, answer=Answer.ACCEPTED, via=Via.PHONE)
        else:
            answer_by_link(token_of(invitation), answer=Answer.ACCEPTED)
