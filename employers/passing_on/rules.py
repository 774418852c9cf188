"""What may go by mail at all (R10), and to whom."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from deventer_crm.core import policy
from deventer_crm.core.targets import Outsider
from employers.models import ContactPerson, FollowUp
from employers.models.contact import Audience


def why_not_by_mail(follow_up: FollowUp) -> str:
    """A sentence, or "" when a question about it may be mailed: nothing that is confidential, for named
    people or given in confidence goes by mail, whoever asks."""
    employers = [follow_up.employer, follow_up.employer.merged_into]
    if follow_up.is_confidential or any(one is not None and one.is_confidential for one in employers):
        return _("This is confidential, so it cannot be passed on by mail. Call your colleague instead.")
    if follow_up.given_in_confidence:
        return _(
            "This was given in confidence, so it cannot be passed on by mail. Call your colleague instead."
        )
    if follow_up.audience == Audience.NAMED:
        return _(
            "Only named people may read this, so it cannot be passed on by mail. Call your colleague instead."
        )
    person = follow_up.person_id
    outsider: object = Outsider()
    if person and ContactPerson.objects.secret_to(outsider).filter(pk=person).exists():  # type: ignore[arg-type]  # a reader
        return _(
            "The contact person is confidential, so this cannot be passed on by mail. Call your colleague."
        )
    return ""


def allowed_domains() -> list[str]:
    """Domains to which may be mailed (a setting); empty: any."""
    return [text for name in policy.value("pass_on_domains") if (text := name.strip().lstrip("@").casefold())]


def is_allowed(email: str, domains: Iterable[str]) -> bool:
    """Whether this address is at one of these domains, or at a part of one; no domains: always."""
    listed = list(domains)
    domain = email.rpartition("@")[2].casefold()
    return not listed or any(domain == one or domain.endswith(f".{one}") for one in listed)
