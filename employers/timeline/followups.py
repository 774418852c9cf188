"""What was promised or must be done: when it was agreed, when it is due, and how it ended."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.roles import Act
from deventer_crm.core import badges, clock
from deventer_crm.core.formatting import due_words
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, day_start, index_rows
from employers.activity.content import as_content, colleague, record_of
from employers.models import FollowUp, FollowUpRequest

if TYPE_CHECKING:
    from accounts.models import User

LABEL = gettext_lazy("promises and actions")
GROUP = "follow_up"


class FollowUps(ActivitySource):
    """What the three kinds share: whose it is, and who may read it (R10)."""

    act = Act.SEE_CONTACT_DATES

    def which(self) -> Q:
        """The follow-ups that have this happening."""
        return Q()

    def day(self) -> Any:
        """The day of this happening, as a column."""
        raise NotImplementedError

    def rows(self) -> Part:
        return index_rows(
            FollowUp.objects.filter(self.which()),
            employer="employer_id",
            record="pk",
            at=day_start(self.day()),
            is_plan=self.stays_open,
            user=Coalesce("owner_id", "created_by_id"),
            theme="theme_id",
        )

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = FollowUp.objects.visible_to(user).filter(pk__in=[key.record_id for key in keys])
        # The last question to a colleague without an account that was not taken back.
        last_question = (
            FollowUpRequest.objects.filter(follow_up=OuterRef("pk"), withdrawn_on__isnull=True)
            .order_by("-asked_on", "-pk")
            .annotate(asked=JSONObject(who="name", on="asked_on", answered_on="answered_on", answer="answer"))
        )
        return as_content(
            rows,
            kind="kind",
            state="state",
            what="what",
            due_on="due_on",
            owner=colleague("owner"),
            owner_id="owner_id",
            department="department",
            promised_by=Coalesce("promised_by__name", Value("")),
            taken_over_by=Coalesce("taken_over_by__name", Value("")),
            asked=Subquery(last_question.values("asked")[:1]),
            reported_back_how="reported_back_how",
            dropped_reason="dropped_reason",
            outcome="outcome",
            theme=Coalesce("theme__name", Value("")),
            is_confidential="is_confidential",
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        title, badge = self.said(data)
        details = [self.lies_with(data), self.ended(data), self.asked(data)]
        if data["theme"]:
            details.append(_("theme %(theme)s") % {"theme": data["theme"]})
        return Happening(
            at=key.at,
            kind=GROUP,
            title=title,
            text=data["what"],
            detail=" · ".join(part for part in details if part),
            url=FollowUp(pk=key.record_id).get_absolute_url(),
            icon="flag",
            badge=badge,
            record=record_of(key, data),
        )

    def said(self, data: dict[str, Any]) -> tuple[str, tuple[str, Any] | None]:
        """Title and badge of the line."""
        raise NotImplementedError

    def lies_with(self, data: dict[str, Any]) -> str:
        """Who must do it; of a promise of the college, who made it."""
        if data["promised_by"]:
            said = str(_("promised by %(member)s") % {"member": data["promised_by"]})
            if data["taken_over_by"]:
                said += ", " + _("taken over by %(member)s") % {"member": data["taken_over_by"]}
            return said
        who = data["owner"] or data["department"]
        return str(_("lies with %(who)s") % {"who": who}) if who else ""

    def asked(self, data: dict[str, Any]) -> str:
        """What was asked of a colleague without an account, and what came of it."""
        if data["asked"] is None:
            return ""
        words = {"name": data["asked"]["who"] or _("a colleague"), "answer": data["asked"]["answer"]}
        if data["asked"]["answered_on"] is None:
            return str(_("asked of %(name)s, no answer yet") % words)
        return str(_("asked of %(name)s, who answered: %(answer)s") % words)

    def ended(self, data: dict[str, Any]) -> str:
        """How it ended, when that is what the line tells."""
        return ""


@activity_source("follow_up_made", label=LABEL, group=GROUP, order=40)
class MadeFollowUps(FollowUps):
    """On the day it was agreed."""

    def day(self) -> Any:
        return F("made_on")

    def said(self, data: dict[str, Any]) -> tuple[str, tuple[str, Any] | None]:
        title = str(FollowUp.Kind(data["kind"]).label)
        return title[:1].upper() + title[1:], None


@activity_source("follow_up_due", label=LABEL, group=GROUP, order=40)
class DueFollowUps(FollowUps):
    """Still to come as long as it asks somebody for something, also when it is late."""

    stays_open = True

    def which(self) -> Q:
        return Q(state__in=FollowUp.OPEN_STATES)

    def day(self) -> Any:
        return F("due_on")

    def said(self, data: dict[str, Any]) -> tuple[str, tuple[str, Any] | None]:
        title = str(FollowUp.Kind(data["kind"]).label)
        due_on = dt.date.fromisoformat(data["due_on"])
        code, words = due_words(due_on, clock.today())
        badge = badges.DUE[code] if code in badges.DUE else badges.DUE["later"]
        return title[:1].upper() + title[1:], (badge.tone, words)


@activity_source("follow_up_closed", label=LABEL, group=GROUP, order=40)
class ClosedFollowUps(FollowUps):
    """On the day it was reported back, fulfilled or dropped."""

    def which(self) -> Q:
        return Q(state__in=[FollowUp.State.CLOSED, FollowUp.State.DROPPED])

    def day(self) -> Any:
        return Coalesce("dropped_on", "reported_back_on", "fulfilled_on")

    def said(self, data: dict[str, Any]) -> tuple[str, tuple[str, Any] | None]:
        kind = FollowUp.Kind(data["kind"]).label
        if data["state"] == FollowUp.State.DROPPED:
            return pgettext("follow-up", "Dropped: %(kind)s") % {"kind": kind}, None
        return pgettext("follow-up", "Done: %(kind)s") % {"kind": kind}, ("ok", _("done"))

    def ended(self, data: dict[str, Any]) -> str:
        if data["state"] == FollowUp.State.DROPPED:
            return str(data["dropped_reason"])
        if data["reported_back_how"]:
            how = FollowUp.Channel(data["reported_back_how"]).label
            return str(_("reported back %(how)s") % {"how": how})
        return str(data["outcome"])
