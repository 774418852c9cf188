"""What the page of a follow-up shows of questions to colleagues: their state, that of their mail, and what
this reader can do with them now."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import pgettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.models import OutgoingMail
from employers.models import FollowUp, FollowUpRequest
from employers.permissions_followups import acts_on, may

if TYPE_CHECKING:
    from accounts.models import User

State = FollowUpRequest.State

#: State → tone and icon of its badge.
BADGES: dict[str, tuple[str, str]] = {
    State.WAITING: ("plain", "hourglass-split"),
    State.ANSWERED: ("ok", "chat-left-text"),
    State.EXPIRED: ("risk", "exclamation-circle"),
    State.WITHDRAWN: ("plain", "x-circle"),
}
FAILED_FOR_GOOD = pgettext_lazy("mail", "could not be sent; check the address")


@dataclass(frozen=True)
class AskedColleague:
    """One question. `acts`: "again", "withdraw", "done", "date", "seen" as far as this reader can now."""

    request: FollowUpRequest
    state: FollowUpRequest.State
    mail: OutgoingMail | None
    acts: frozenset[str]
    must_confirm: bool
    is_late: bool

    @property
    def tone(self) -> str:
        return BADGES[self.state][0]

    @property
    def icon(self) -> str:
        return BADGES[self.state][1]

    @property
    def mail_words(self) -> Any:
        """What became of its last mail, as long as that matters."""
        if self.mail is None or self.request.is_answered:
            return ""
        return FAILED_FOR_GOOD if self.mail.is_given_up else self.mail.get_state_display()

    @property
    def mail_failed(self) -> bool:
        return self.mail is not None and self.mail.state == OutgoingMail.State.FAILED


def asked_of_colleagues(follow_up: FollowUp, user: "User") -> list[AskedColleague]:
    """The newest first; two queries, one when nothing was asked."""
    rows = list(follow_up.requests.select_related("created_by", "modified_by", "handled_by"))
    if not rows:
        return []
    kind = ContentType.objects.get_for_model(FollowUpRequest)
    about = OutgoingMail.objects.filter(about_type=kind, about_id__in=[row.pk for row in rows])
    mails = {mail.about_id: mail for mail in about.order_by("claimed_at", "pk")}  # the last one stays
    today = clock.today()
    may_now = acts_on(follow_up, user)
    return [
        AskedColleague(
            request=row,
            state=row.state_on(today),
            mail=mails.get(row.pk),
            acts=frozenset(_acts(row, follow_up, user, may_now)),
            must_confirm=follow_up.state == FollowUp.State.UNCONFIRMED,
            is_late=row.is_unanswered and row.answer_by < today,
        )
        for row in rows
    ]


def _acts(row: FollowUpRequest, follow_up: FollowUp, user: "User", may_now: frozenset[str]) -> set[str]:
    found = set()
    if row.is_unanswered and may("pass_on", follow_up, user):
        found.add("withdraw")
        if "pass_on" in may_now:
            found.add("again")
    if row.is_answered and row.handled_on is None and may("fulfil", follow_up, user):
        found.add("seen")
        if row.says_done and "fulfil" in may_now:
            found.add("done")
        if row.promised_on is not None and "edit" in may_now and row.promised_on >= _first_day(follow_up):
            found.add("date")
    return found


def _first_day(follow_up: FollowUp) -> dt.date:
    return follow_up.made_on
