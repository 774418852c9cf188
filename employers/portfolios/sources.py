"""What passes to the successor with an employer: each kind of open item is registered here, by the app that
knows it, so that a hand-over knows no domain above it.

    hand_over_source(FollowUps())       in employers
    hand_over_source(Meetings())        in meetings.hand_over
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from employers.models import FollowUp
from employers.services.followup_rules import follow_ups_changed
from employers.services.followup_succession import move_follow_ups

if TYPE_CHECKING:
    from accounts.models import User

#: A moved record: its key, and what its source needs to put it back exactly.
Item = list[int]


class HandOverSource:
    """A kind of open item that lies with a person at an employer."""

    code: ClassVar[str]
    label: ClassVar[Any]
    #: It lies with nobody in person: it is counted, and stays with the employer.
    follows: ClassVar[bool] = False
    #: Reminder rules that look again after a move.
    rules: ClassVar[tuple[str, ...]] = ()

    def open_items(
        self, user: "User", employer_ids: Sequence[int] | None, day: dt.date
    ) -> "QuerySet[Any, Any]":
        """What lies with this person at these employers and is not finished; None: at any employer."""
        raise NotImplementedError

    def move(self, keys: Sequence[int], old: "User", new: "User", by: "User | None") -> list[Item]:
        """Give those of these records that still lie with `old` to `new`, as far as `new` may know of them;
        returns what was moved. A fixed number of statements."""
        raise NotImplementedError

    def put_back(self, items: Sequence[Item], old: "User", new: "User", by: "User | None") -> int:
        """Take back what move() returned: what still lies with `new` lies with `old` again. Returns how many;
        the others were changed since and stay."""
        raise NotImplementedError


SOURCES: dict[str, HandOverSource] = {}


def hand_over_source(source: HandOverSource) -> HandOverSource:
    """Register a kind of open item. Raises ValueError for a code that is taken."""
    if source.code in SOURCES:
        raise ValueError(f"hand-over source {source.code} is registered twice")
    SOURCES[source.code] = source
    return source


class FollowUps(HandOverSource):
    """Promises and actions that still ask something of the account manager."""

    code = "follow_up"
    label = _("promises and actions")
    rules = ("follow_up_due", "promise_unconfirmed")

    def open_items(
        self, user: "User", employer_ids: Sequence[int] | None, day: dt.date
    ) -> "QuerySet[FollowUp]":
        rows = FollowUp.objects.standing().filter(owner=user)
        if employer_ids is not None:
            rows = rows.filter(Q(employer__in=employer_ids) | Q(employer__merged_into__in=employer_ids))
        return rows

    def move(self, keys: Sequence[int], old: "User", new: "User", by: "User | None") -> list[Item]:
        rows = FollowUp.objects.filter(pk__in=keys, owner=old)
        employer_ids = list(rows.order_by().values_list("employer_id", flat=True).distinct())
        knew = self._read_by(keys, new)
        move_follow_ups(old, new, employer_ids, by, only=keys)
        moved = FollowUp.objects.filter(pk__in=keys, owner=new).order_by("pk").values_list("pk", flat=True)
        knows = self._read_by(keys, new)
        return [[pk, int(pk in knows and pk not in knew)] for pk in moved]

    def put_back(self, items: Sequence[Item], old: "User", new: "User", by: "User | None") -> int:
        keys = [item[0] for item in items]
        rows = FollowUp.objects.filter(pk__in=keys, owner=new)
        employer_ids = list(rows.order_by().values_list("employer_id", flat=True).distinct())
        count = move_follow_ups(
            new, old, employer_ids, by, only=keys, reason=gettext("The hand-over was taken back.")
        )
        back = set(FollowUp.objects.filter(pk__in=keys, owner=old).values_list("pk", flat=True))
        named = [item[0] for item in items if item[1:] == [1] and item[0] in back]
        FollowUp.readers.through.objects.filter(followup_id__in=named, user_id=new.pk).delete()
        follow_ups_changed(named)
        return count

    @staticmethod
    def _read_by(keys: Sequence[int], user: "User") -> set[int]:
        rows = FollowUp.readers.through.objects.filter(followup_id__in=keys, user_id=user.pk)
        return set(rows.values_list("followup_id", flat=True))


hand_over_source(FollowUps())
