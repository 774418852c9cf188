"""The guest list of a meeting: putting people on it, inviting all of them at once, ticking them at the door.
Every act is a fixed number of statements, whatever the number of guests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.reconcile import request_reconcile
from employers.activity import refresh_activities
from employers.models import ContactPerson, Employer, Position
from employers.services.people import add_person
from meetings.letters import Use, is_confidential, why_no_mail
from meetings.links import new_link
from meetings.models import Guest, Invitation, Meeting, Participant

from . import mailing
from .effects import INVITATION_RULES, MEETING_RULES
from .mailing import Wording, can_be_invited_to, chosen_text, letter_for, queue_invitations

if TYPE_CHECKING:
    from accounts.models import User

Purpose = Invitation.Purpose


@dataclass(frozen=True)
class Added:
    """What putting people on the list did. `secret`: known at confidential employers only, whose presence
    would hide the whole meeting from colleagues (R10); they are invited apart."""

    keys: list[int]
    already: int = 0
    secret: int = 0


def takes_guests(meeting: Meeting) -> str:
    """Why this meeting can have no guest list, or "". A visit of the college counts for everybody who is
    there (R5), so no list of guests belongs to it."""
    if meeting.kind.counts_for_visit:
        return _("A visit of the college has no guest list. Choose another kind for a reception or theme.")
    if meeting.state == Meeting.State.CANCELLED:
        return _("This meeting was called off.")
    return ""


@transaction.atomic
def add_guests(meeting: Meeting, person_ids: Iterable[int], *, by: "User") -> Added:
    """Put people on the guest list, whom nobody invites yet; who is on it stays. Raises ValidationError for a
    meeting that takes no guests."""
    _lock(meeting)
    asked = set(person_ids)
    people = ContactPerson.objects.visible_to(by).filter(
        pk__in=asked, anonymised_on__isnull=True, has_objected=False
    )
    keys = set(people.values_list("pk", flat=True))
    already = set(Guest.objects.filter(meeting=meeting, person__in=keys).values_list("person_id", flat=True))
    places = _employers_of(meeting, keys - already)
    fresh = [pk for pk in sorted(keys - already) if places.get(pk, 0) is not None]
    made = Guest.objects.bulk_create(
        Guest(meeting=meeting, person_id=pk, employer_id=places.get(pk)) for pk in fresh
    )
    return Added([row.pk for row in made], already=len(already), secret=len(keys) - len(already) - len(fresh))


def _lock(meeting: Meeting) -> Meeting:
    """The list of a meeting changes in one place at a time. Raises ValidationError."""
    meeting.refresh_from_db(
        from_queryset=Meeting.objects.select_for_update(of=("self",)).select_related("kind")
    )
    problem = takes_guests(meeting)
    if problem:
        raise ValidationError(problem)
    return meeting


def _employers_of(meeting: Meeting, person_ids: Iterable[int]) -> dict[int, int | None]:
    """Person → the employer they come for: one at the table first, then where they are the first to contact,
    then the newest; never a confidential one. None: known at confidential ones only. A person who is nowhere
    is left out."""
    day = clock.today()
    at_table = set(meeting.employer_rows.values_list("employer_id", flat=True))
    rows = (
        Position.objects.on(day)
        .filter(person__in=list(person_ids))
        .order_by("-is_primary", "-starts_on", "pk")
        .values_list("person_id", "employer_id", "employer__is_confidential")
    )
    found: dict[int, int | None] = {}
    for person_id, employer_id, secret in rows:
        found.setdefault(person_id, None)
        if secret:
            continue
        if found[person_id] is None or (employer_id in at_table and found[person_id] not in at_table):
            found[person_id] = employer_id
    return found


@transaction.atomic
def remove_guests(meeting: Meeting, guest_ids: Iterable[int], *, by: "User") -> int:
    """Take people off the list whom nobody invited yet; returns how many. An invitation is withdrawn on its
    own page, for it is a fact."""
    _lock(meeting)
    rows = Guest.objects.visible_to(by).filter(meeting=meeting, pk__in=list(guest_ids), invitation=None)
    came = Participant.objects.filter(meeting=meeting, arrived_at__isnull=False, person__isnull=False)
    gone = list(rows.exclude(person__in=came.values("person")).values_list("pk", flat=True))
    Guest.objects.filter(pk__in=gone).delete()
    return len(gone)


# ── inviting ─────────────────────────────────────────────────────────────────────────────────────


def to_invite(meeting: Meeting, by: "User") -> list[Guest]:
    """Guests this person may see who have no invitation that stands, by name."""
    rows = Guest.objects.visible_to(by).filter(meeting=meeting, is_walk_in=False)
    open_ones = rows.filter(Q(invitation=None) | Q(invitation__withdrawn_on__isnull=False))
    return list(
        open_ones.select_related("person", "employer").order_by(
            "person__last_name", "person__first_name", "pk"
        )
    )


@transaction.atomic
def invite_guests(
    meeting: Meeting,
    *,
    by: "User",
    college_member: CollegeMember | None = None,
    wording: Wording | None = None,
    expected: int | None = None,
) -> int:
    """Invite everybody on the list who can be mailed and has no invitation; returns how many. `expected`: the
    number the page showed before somebody pressed the button.

    Raises ValidationError: a visit, a meeting that is over, no mandate, a text that cannot be sent, nobody to
    invite, or another number than was shown."""
    _lock(meeting)
    if not can_be_invited_to(meeting):
        raise ValidationError(_("This meeting takes no invitations any more."))
    mailing.check_sender(by, Purpose.GROUP, college_member)
    guests = [guest for guest in to_invite(meeting, by) if guest.employer_id and can_mail(guest)]
    if not guests:
        raise ValidationError(_("There is nobody on the list who can be mailed and is not invited yet."))
    if expected is not None and expected != len(guests):
        raise ValidationError(
            ngettext(
                "The list changed meanwhile: it is about %(count)d person now. Is that right?",
                "The list changed meanwhile: it is about %(count)d people now. Is that right?",
                len(guests),
            )
            % {"count": len(guests)}
        )
    discreet = is_confidential(meeting)
    text = chosen_text(Use.GROUP, meeting, wording, discreet=discreet)
    invitations = _write_down(meeting, guests, by=by, college_member=college_member)
    queue_invitations(
        [(one, letter_for(one, text, use=Use.GROUP, by=by)) for one in invitations], by=by, discreet=discreet
    )
    keys = [one.pk for one in invitations]
    request_reconcile(INVITATION_RULES, keys)
    request_reconcile(MEETING_RULES, [meeting.pk])
    refresh_activities("invitation", keys)
    return len(keys)


def can_mail(guest: Guest) -> bool:
    return not why_no_mail(guest.person, purpose=Purpose.GROUP)


def _write_down(
    meeting: Meeting, guests: Sequence[Guest], *, by: "User", college_member: CollegeMember | None
) -> list[Invitation]:
    """The invitations as facts, and the guests tied to them: two statements."""
    made = []
    for guest in guests:
        invitation = Invitation(
            employer=guest.employer,
            person=guest.person,
            college_member=college_member,
            on_behalf_of=college_member,
            meeting=meeting,
            purpose=Purpose.GROUP,
            channel=Invitation.Channel.MAIL,
            sent_on=clock.today(),
            created_by=by,
            modified_by=by,
        )
        new_link(invitation)
        made.append(invitation)
    Invitation.objects.bulk_create(made)
    for guest, invitation in zip(guests, made, strict=True):
        guest.invitation = invitation
    Guest.objects.bulk_update(guests, ["invitation"])
    return made


# ── at the door ──────────────────────────────────────────────────────────────────────────────────


def door_is_open(meeting: Meeting) -> bool:
    """People are ticked while the meeting is planned; when it was held its own form says who was there."""
    return meeting.state == Meeting.State.PLANNED


@transaction.atomic
def tick_at_door(meeting: Meeting, person_id: int, *, by: "User", arrived: bool) -> bool:
    """Somebody came in, or was ticked by mistake. Each tick is about one row and says what it should be, so
    that two phones at one door do not undo each other; returns whether anything changed.

    Raises ValidationError when the meeting is not planned, or the person is not expected there."""
    if not Meeting.objects.filter(pk=meeting.pk, state=Meeting.State.PLANNED).exists():
        raise ValidationError(_("The door list is closed: this meeting is not planned any more."))
    seats = Participant.objects.filter(meeting=meeting, person=person_id)
    if not arrived:
        return bool(seats.filter(arrived_at__isnull=False).update(arrived_at=None))
    if seats.filter(arrived_at__isnull=True).update(arrived_at=clock.now()):
        return True
    if seats.exists():
        return False
    guest = Guest.objects.visible_to(by).filter(meeting=meeting, person=person_id).first()
    if guest is None:
        raise ValidationError(_("This person is not on the list. Add them as somebody who came by."))
    made = Participant(
        meeting=meeting, person_id=person_id, employer_id=guest.employer_id, arrived_at=clock.now()
    )
    # Another phone may be first: then theirs is the tick.
    Participant.objects.bulk_create([made], ignore_conflicts=True)
    return True


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door whom nobody knows yet."""

    last_name: str
    first_name: str = ""
    email: str = ""
    employer: Employer | None = None
    title: str = ""


@transaction.atomic
def walk_in(meeting: Meeting, who: ContactPerson | Newcomer, *, by: "User") -> Guest:
    """Somebody came without being on the list: known, or new. Raises ValidationError."""
    _lock(meeting)
    person = who if isinstance(who, ContactPerson) else _make_known(who, by)
    places = _employers_of(meeting, [person.pk])
    if person.pk in places and places[person.pk] is None:
        raise ValidationError(_("This person cannot be on this list."))
    guest, _is_new = Guest.objects.get_or_create(
        meeting=meeting,
        person=person,
        defaults={"employer_id": places.get(person.pk), "is_walk_in": True},
    )
    tick_at_door(meeting, person.pk, by=by, arrived=True)
    return guest


def _make_known(new: Newcomer, by: "User") -> ContactPerson:
    person = ContactPerson(
        last_name=new.last_name,
        first_name=new.first_name,
        email=new.email,
        source=_("came to a meeting themselves"),
    )
    position = None
    if new.employer is not None:
        position = Position(employer=new.employer, title=new.title or _("guest"), starts_on=clock.today())
    return add_person(person, by=by, position=position)
