"""Who looks after an employer, and who came and went there."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import full_name
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, day_start, index_rows
from employers.activity.content import as_content, colleague, record_of
from employers.models import AccountAssignment, Position

if TYPE_CHECKING:
    from accounts.models import User


@activity_source("assignment", label=gettext_lazy("account manager"), order=60)
class Assignments(ActivitySource):
    """Who became account manager, and who will."""

    of_itself = True

    def rows(self) -> Part:
        return index_rows(
            AccountAssignment.objects.all(),
            employer="employer_id",
            record="pk",
            at=day_start("starts_on"),
            is_plan=True,
            user="user_id",
        )

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = AccountAssignment.objects.filter(pk__in=[key.record_id for key in keys])
        return as_content(rows, user=colleague("user"))

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        return Happening(
            at=key.at, kind="assignment", title=_("Account manager"), text=data["user"], icon="person"
        )


class Positions(ActivitySource):
    """What the begin and the end of a position share. Who was anonymised is in no line (R13)."""

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = Position.objects.visible_to(user).filter(
            pk__in=[key.record_id for key in keys], person__anonymised_on__isnull=True
        )
        return as_content(
            rows,
            person_id="person_id",
            name=full_name("person"),
            title="title",
            seat="seat",
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        what = data["title"]
        if data["seat"] and Position.Seat(data["seat"]).label != what:
            what = (
                f"{what} ({Position.Seat(data['seat']).label})" if what else Position.Seat(data["seat"]).label
            )
        return Happening(
            at=key.at,
            kind="position",
            title=self.title(data["seat"]) % {"name": data["name"]},
            text=what,
            url=reverse("employers:person", args=[data["person_id"]]),
            icon="people",
            record=record_of(key, data),
        )

    def title(self, seat: str) -> str:
        """The sentence for that seat, with %(name)s in it."""
        raise NotImplementedError


@activity_source("position", label=gettext_lazy("people"), order=70)
class Begins(Positions):
    """A position begins, or will."""

    def rows(self) -> Part:
        return index_rows(
            Position.objects.all(),
            employer="employer_id",
            record="pk",
            at=day_start("starts_on"),
            is_plan=True,
            user="created_by_id",
        )

    def title(self, seat: str) -> str:
        return _("%(name)s takes the chair") if seat == Position.Seat.CHAIR else _("%(name)s begins")


@activity_source("position_end", label=gettext_lazy("people"), group="position", order=70)
class Ends(Positions):
    """The last day of a position."""

    def rows(self) -> Part:
        return index_rows(
            Position.objects.filter(ends_on__isnull=False),
            employer="employer_id",
            record="pk",
            at=day_start(F("ends_on")),
            is_plan=True,
            user="modified_by_id",
        )

    def title(self, seat: str) -> str:
        return _("%(name)s leaves the chair") if seat == Position.Seat.CHAIR else _("%(name)s leaves")
