"""Reads of meetings and invitations (R10: one confidential employer hides the meeting)."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.search import occurs, terms
from employers.hidden import hidden_keys
from employers.models import ContactPerson, Employer
from employers.querysets import ConfidentialQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class MeetingQuerySet(ConfidentialQuerySet):
    """Meetings as one reader may see them."""

    def visible_to(self, user: "User") -> Self:
        """Also somebody at the table who is there for a confidential employer, or works nowhere else."""
        from meetings.models import MeetingEmployer, Participant

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        rows = super().visible_to(user)
        employers, people = hidden_keys(Employer, user), hidden_keys(ContactPerson, user)
        for model, conditions in (
            (MeetingEmployer, {"employer": employers}),
            (Participant, {"employer": employers, "person": people}),
        ):
            for field, keys in conditions.items():
                if keys != []:
                    secret = model.objects.filter(**{f"{field}__in": keys})
                    rows = rows.exclude(pk__in=secret.values("meeting_id"))
        return rows

    def search(self, text: str) -> Self:
        """In whose title or purpose every term of the text occurs, or in the names of an employer at the
        table. Call it on rows that a reader may see: no employer of those is a secret."""
        from meetings.models import MeetingEmployer

        found = self
        for term in terms(text):
            said = Q()
            for word in term:
                said |= Q(title__unaccent__icontains=word) | Q(purpose__unaccent__icontains=word)
            named = Employer.objects.filter(occurs(term)).order_by().values("pk")
            there = MeetingEmployer.objects.filter(employer__in=named).values("meeting_id")
            found = found.filter(said | Q(pk__in=there))
        return found

    def upcoming(self, now: dt.datetime | None = None) -> Self:
        """Still to come and not called off, soonest first; a meeting of today stays until the day is over."""
        return self.filter(state__in=["draft", "planned"], starts_at__gte=day_start(now)).order_by(
            "starts_at", "pk"
        )

    def waiting(self, now: dt.datetime | None = None) -> Self:
        """The day is over and nobody said whether it took place."""
        return self.filter(state="planned", starts_at__lt=day_start(now)).order_by("starts_at", "pk")

    def held(self) -> Self:
        """Held, or later (R5)."""
        return self.filter(state__in=["held", "reported", "closed"])

    def with_employers(self, employer_ids: Iterable[int]) -> Self:
        """At which one of these employers sits."""
        from meetings.models import MeetingEmployer

        rows = MeetingEmployer.objects.filter(meeting=OuterRef("pk"), employer__in=list(employer_ids))
        return self.filter(Exists(rows))

    def with_member(self, member: Any) -> Self:
        """At which this college member sits."""
        from meetings.models import Participant

        return self.filter(Exists(Participant.objects.filter(meeting=OuterRef("pk"), college_member=member)))

    def of_user(self, user: "User") -> Self:
        """This person's own: they look after it, take part, or are the college member at the table."""
        from meetings.models import Participant

        mine = Participant.objects.filter(meeting=OuterRef("pk")).filter(
            Q(user=user) | Q(college_member__user=user)
        )
        return self.filter(Q(owner=user) | Exists(mine))

    def for_list(self) -> Self:
        """With what a line of the agenda shows: kind, employers and the college, in three queries."""
        from meetings.models import MeetingEmployer, Participant

        return self.select_related("kind", "theme", "owner").prefetch_related(
            Prefetch(
                "employer_rows",
                MeetingEmployer.objects.select_related("employer").order_by("employer__sort_name", "pk"),
            ),
            Prefetch(
                "participants",
                Participant.objects.filter(college_member__isnull=False)
                .select_related("college_member")
                .order_by("college_member__position", "pk"),
                to_attr="college",
            ),
        )


def day_start(now: dt.datetime | None = None) -> dt.datetime:
    """The first moment of the Dutch day of that moment (default now)."""
    return clock.start_of(clock.local_date(now or clock.now()))


class InvitationQuerySet(ConfidentialQuerySet):
    """Invitations inherit the confidentiality of their employer, of the person and of their meeting."""

    def visible_to(self, user: "User") -> Self:
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        rows = self.filter(Q(meeting__isnull=True) | Q(meeting__in=Meeting.objects.visible_to(user)))
        for field, keys in (
            ("employer", hidden_keys(Employer, user)),
            ("person", hidden_keys(ContactPerson, user)),
        ):
            if keys != []:
                rows = rows.filter(Q(**{f"{field}__isnull": True}) | ~Q(**{f"{field}__in": keys}))
        return rows

    def unanswered(self) -> Self:
        """Neither answered nor withdrawn; what could not be delivered waits for something else."""
        return self.filter(answer="", withdrawn_on__isnull=True, undelivered_on__isnull=True)

    def undelivered(self) -> Self:
        """The mail was given up and nothing came in its place."""
        return self.filter(undelivered_on__isnull=False, withdrawn_on__isnull=True, answer="")

    def without_guests(self) -> Self:
        """All but those of a guest list, which the page of the meeting tells together."""
        return self.exclude(purpose="group", meeting__isnull=False, person__isnull=False)

    def mailed(self) -> Self:
        """Written to be sent from here."""
        return self.filter(link_key__isnull=False)

    def pending(self, day: dt.date) -> Self:
        """What still asks something of us: without an answer, or for another date, as long as the meeting it
        leads to is still to come; and accepted without a meeting."""
        to_come = Q(meeting__isnull=True) | Q(
            meeting__state__in=["draft", "planned"], meeting__starts_at__gte=clock.start_of(day)
        )
        waits = Q(answer__in=["", "other_date"]) & to_come
        return self.filter(waits | Q(answer="accepted", meeting__isnull=True), withdrawn_on__isnull=True)

    def answered_for_by(self, member_id: int) -> Self:
        """For which a college member answers now: in that name, or taken over from one who left."""
        own = Q(taken_over_on__isnull=True, college_member_id=member_id)
        return self.filter(own | Q(taken_over_by_id=member_id))

    @staticmethod
    def left(day: dt.date) -> Q:
        """In the name of somebody who left the college, and since then nobody said who answers for it."""
        return Q(taken_over_on__isnull=True, college_member__ends_on__lt=day) | Q(
            taken_over_by__ends_on__lt=day
        )


class GuestQuerySet(models.QuerySet[Any]):
    """Guests inherit the confidentiality of their meeting, of the person and of the employer."""

    def visible_to(self, user: "User") -> Self:
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        rows = self.filter(meeting__in=Meeting.objects.visible_to(user).order_by().values("pk"))
        for field, keys in (
            ("employer", hidden_keys(Employer, user)),
            ("person", hidden_keys(ContactPerson, user)),
        ):
            if keys != []:
                rows = rows.filter(Q(**{f"{field}__isnull": True}) | ~Q(**{f"{field}__in": keys}))
        return rows
