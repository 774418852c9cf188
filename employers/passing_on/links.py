"""The link in the mail: signed, for one question, of no use once that is answered, withdrawn or too old."""

import uuid
from enum import StrEnum

from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from deventer_crm.core import clock
from employers.models import FollowUpRequest

from .rules import why_not_by_mail

SIGNER = signing.Signer(salt="employers.follow_up_request", sep=".")


class Door(StrEnum):
    """What somebody who follows the link finds."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    #: Withdrawn, done in the meantime, or told in confidence since: nothing of it is shown.
    GONE = "gone"


def link_of(request: FollowUpRequest) -> str:
    """The address of the page where this question is answered."""
    return reverse("employers:question", args=[SIGNER.sign(request.uid.hex)])


def find_request(token: str, *, lock: bool = False) -> FollowUpRequest | None:
    """The question of a link; None when we never wrote that link, or it went to another address."""
    try:
        uid = uuid.UUID(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    rows: QuerySet[FollowUpRequest] = FollowUpRequest.objects.filter(uid=uid).select_related(
        "follow_up__employer__merged_into", "follow_up__person", "created_by"
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.first()


def door_of(request: FollowUpRequest) -> Door:
    """Whether it can be answered now."""
    if request.withdrawn_on is not None or request.emptied_on is not None:
        return Door.GONE
    if request.is_answered:
        return Door.ANSWERED
    if not request.follow_up.is_open or why_not_by_mail(request.follow_up):
        return Door.GONE
    return Door.EXPIRED if request.expires_on < clock.today() else Door.OPEN
