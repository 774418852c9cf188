"""Promises of the demo that travel: asked of colleagues without an account, and left behind by an alderman
who resigned some weeks ago."""

import datetime as dt
import random

from django.utils import timezone

from accounts.models import CollegeMember, User
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from deventer_crm.core.workdays import is_working_day, shift
from deventer_crm.home.demo.people import Team
from employers.models import Employer, FollowUp, FollowUpRequest
from employers.passing_on.links import SIGNER
from employers.passing_on.services import answer_request, handle_answer, pass_on
from employers.services.followups import add_follow_up, confirm_follow_up
from meetings.models import Invitation, MeetingKind
from meetings.services.invitations import record_invitation
from meetings.services.planning import plan_meeting

#: Name and address of a colleague of another department, the question, and the answer with what it says.
QUESTIONS = (
    (
        "Tess Tegel",
        "ruimte@example.org",
        "Is er al een besluit over de tweede inrit? Het bedrijf wacht op ons.",
        "",
        None,
        0,
    ),
    (
        "Kees Kolk",
        "beheer@example.org",
        "Kunt u zeggen wanneer de aannemer begint met het werk aan de weg?",
        "De aannemer is besteld en begint over twee weken.",
        False,
        14,
    ),
    (
        "Noor Netjes",
        "vergunningen@example.org",
        "Is het gesprek met de netbeheerder gevoerd?",
        "Ja, gisteren. Het verslag ligt bij het bedrijf.",
        True,
        0,
    ),
)
#: What the alderman who left promised, with the exact words.
LEFT_BEHIND = (
    ("Terugkomen op de geluidsmeting", "Ik laat u weten wat de meting zegt."),
    ("Een gesprek met de school om de hoek regelen", "Ik breng u met de directeur in contact."),
    ("Uitzoeken of het fietspad verlicht kan worden", "Dat zoek ik voor u uit."),
)
RESIGNED = dt.timedelta(days=24)


def tell_promises(team: Team, today: dt.date, rng: random.Random) -> None:
    """Three questions in three states, and one member of the college who left."""
    _questions(team, today)
    _leaver(team, today, rng)


def _at(day: dt.date, hour: int) -> dt.datetime:
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, 5)))


def _questions(team: Team, today: dt.date) -> None:
    rows = FollowUp.objects.filter(
        state=FollowUp.State.OPEN,
        kind=FollowUp.Kind.PROMISE_TO,
        owner__in=team.managers,
        made_on__lt=today - dt.timedelta(days=7),
        is_confidential=False,
        given_in_confidence=False,
        employer__is_confidential=False,
    ).select_related("owner")
    for row, (name, email, question, answer, done, days) in zip(
        rows.order_by("-made_on", "pk"), QUESTIONS, strict=False
    ):
        owner: User = row.owner
        with clock.at(_at(today - dt.timedelta(days=7), 9)):
            asked = pass_on(
                row,
                by=owner,
                name=name,
                email=email,
                question=question,
                answer_by=shift(clock.today(), 3),
            )
        if answer:
            _answer(asked, today, answer, owner=owner, done=bool(done), days=days)


def _answer(
    asked: FollowUpRequest, today: dt.date, answer: str, *, owner: User, done: bool, days: int
) -> None:
    """By the link, as the colleague does. The one that names a day is taken over by the owner."""
    with clock.at(_at(today - dt.timedelta(days=2), 11)):
        told = answer_request(
            SIGNER.sign(asked.uid.hex),
            answer=answer,
            says_done=done,
            promised_on=today + dt.timedelta(days=days) if days else None,
        )
    if days:
        with clock.at(_at(today - dt.timedelta(days=1), 9)):
            handle_answer(told, by=owner, act="date")


def _leaver(team: Team, today: dt.date, rng: random.Random) -> None:
    """In the college until some weeks ago: promises, an invitation and a visit stayed behind."""
    since = dt.date(today.year - 3, 1, 1)
    member = save_tracked(
        CollegeMember(
            name="R. Vertrokken",
            office=CollegeMember.Office.ALDERMAN,
            remit="Cultuur, evenementen",
            position=len(team.college),
            starts_on=since,
        ),
        by=team.lead,
    )
    known = Employer.objects.current().filter(is_confidential=False, kind=Employer.Kind.COMPANY)
    known = known.filter(assignments__user__in=team.managers).distinct().order_by("pk")
    employers = rng.sample(list(known), k=len(LEFT_BEHIND))
    for number, (employer, (what, words)) in enumerate(zip(employers, LEFT_BEHIND, strict=True)):
        with clock.at(_at(today - RESIGNED - dt.timedelta(days=9 + 4 * number), 16)):
            row = add_follow_up(
                by=team.industry,
                employer=employer,
                what=what,
                kind=FollowUp.Kind.PROMISE_TO,
                promised_by=member,
                department="Team Ruimte" if number == 1 else "",
            )
            if number != 2:
                confirm_follow_up(row, by=team.industry, exact_words=words, authority_checked=True)
    with clock.at(_at(today - RESIGNED - dt.timedelta(days=6), 10)):
        record_invitation(
            by=team.industry,
            employer=employers[0],
            sent_on=clock.today(),
            college_member=member,
            purpose=Invitation.Purpose.APPOINTMENT,
            channel=Invitation.Channel.MAIL,
        )
        plan_meeting(
            by=team.industry,
            kind=MeetingKind.objects.get(code="bedrijfsbezoek-college"),
            starts_at=_at(today + dt.timedelta(days=13), 14),
            employers=[employers[1]],
            college_members=[member],
            colleagues=[team.industry],
            owner=team.industry,
        )
    member.ends_on = today - RESIGNED
    save_tracked(member, by=team.lead)
