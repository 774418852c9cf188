"""What the timeline of an employer knows from this app: contact, the register, the account manager.

Each source applies R10 to its own rows. Somebody who may only know that and when there was contact (the
employer desk, R9) gets the date without the content."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat, Trim
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date, number, size_class
from deventer_crm.core.timeline import Happening, source
from employers.models import AccountAssignment, ContactMoment, Employer
from employers.models.contact import Audience
from employers.models.register import Source
from employers.selectors.history import history_of, remembered

if TYPE_CHECKING:
    from accounts.models import User

ICONS = {
    ContactMoment.Kind.CALL: "telephone",
    ContactMoment.Kind.MAIL: "envelope",
    ContactMoment.Kind.CHAT: "chat-dots",
    ContactMoment.Kind.NOTE: "journal-text",
}


@source("contact", label=gettext_lazy("contact"))
def contacts(
    employer_ids: list[int], user: "User", *, upcoming: bool, before: dt.datetime | None, limit: int
) -> Iterable[Happening]:
    """Contact moments: in full for who may read them, the bare date for who may know of them."""
    if upcoming or not user.can(Act.SEE_CONTACT_DATES):
        return []
    readable = ContactMoment.objects.visible_to(user)
    links = ContactMoment.employers.through.objects.filter(employer_id__in=employer_ids)
    rows = ContactMoment.objects.standing().filter(pk__in=links.values("contactmoment_id"))
    may_know: Any = Q(pk__in=readable.values("pk"))
    is_readable: Any = Value(value=True)
    if not user.can(Act.SEE_DOSSIERS):
        is_readable = Exists(readable.filter(pk=OuterRef("pk")))
        # The bare dates of what is no secret: a confidential contact does not exist for this reader.
        secret = Employer.objects.filter(contact_moments=OuterRef("pk"), is_confidential=True)
        may_know |= Q(is_confidential=False) & ~Q(audience=Audience.NAMED) & ~Exists(secret)
    rows = rows.filter(may_know)
    if before is not None:
        rows = rows.filter(happened_at__lt=before)
    rows = (
        rows.select_related("user", "theme")
        .with_people_names()
        .annotate(is_readable=is_readable)
        .order_by("-happened_at", "-pk")[:limit]
    )
    return [_contact_line(moment) for moment in rows]


def _contact_line(moment: Any) -> Happening:
    if not moment.is_readable:
        return Happening(
            at=moment.happened_at,
            kind="contact",
            title=_("Contact"),
            detail=str(moment.user),
            icon="chat-dots",
        )
    title = moment.get_kind_display()
    names = ", ".join(moment.people_names)
    if names:
        title = pgettext("phone with somebody", "%(kind)s with %(people)s") % {"kind": title, "people": names}
    details = [str(moment.user)]
    if moment.theme:
        details.append(_("theme %(theme)s") % {"theme": str(moment.theme)})
    return Happening(
        at=moment.happened_at,
        kind="contact",
        title=title[:1].upper() + title[1:],
        text=moment.subject,
        detail=" · ".join(details),
        icon=ICONS[moment.kind],
        badge=("plain", _("confidential")) if moment.is_confidential else None,
        record=moment,
    )


@source("register", label=gettext_lazy("register"))
def register_changes(
    employer_ids: list[int], user: "User", *, upcoming: bool, before: dt.datetime | None, limit: int
) -> Iterable[Happening]:
    """More or fewer working persons than at the count before; by size class for who may not see numbers."""
    if upcoming or not user.can(Act.SEE_DOSSIERS):
        return []
    history = history_of(employer_ids)
    exact = user.can(Act.VIEW_EXACT_JOBS)
    lines: list[Happening] = []
    previous: int | None = None
    for day in history.reference_dates(clock.today()):
        total = history.total(day)
        text = _register_text(previous, total, exact=exact)
        if text:
            at = timezone.make_aware(dt.datetime.combine(day, dt.time()))
            detail = _("%(source)s, reference date %(day)s") % {
                "source": Source(history.source_on(day)).label,
                "day": nl_date(day),
            }
            lines.append(
                Happening(at=at, kind="register", title=_("Register"), text=text, detail=detail, icon="table")
            )
        previous = total if total is not None else previous
    newest_first = [line for line in reversed(lines) if before is None or line.at < before]
    return newest_first[:limit]


def _register_text(previous: int | None, total: int | None, *, exact: bool) -> str:
    """One sentence, or "" when there is nothing to tell this reader."""
    if total is None:
        return ""
    if not exact:
        was, now = size_class(previous), size_class(total)
        if previous is None:
            return _("size class %(now)s") % {"now": now}
        return "" if was == now else _("size class from %(was)s to %(now)s") % {"was": was, "now": now}
    if previous is None:
        return ngettext("%(count)s working person", "%(count)s working persons", total) % {
            "count": number(total)
        }
    change = total - previous
    if change > 0:
        text = ngettext(
            "%(count)s working person more, %(total)s now",
            "%(count)s working persons more, %(total)s now",
            change,
        )
    elif change < 0:
        text = ngettext(
            "%(count)s working person fewer, %(total)s now",
            "%(count)s working persons fewer, %(total)s now",
            -change,
        )
    else:
        return ""
    return text % {"count": number(abs(change)), "total": number(total)}


@source("assignment", label=gettext_lazy("account manager"))
def assignments(
    employer_ids: list[int], user: "User", *, upcoming: bool, before: dt.datetime | None, limit: int
) -> Iterable[Happening]:
    """Who became account manager, and who will."""
    if not user.can(Act.SEE_DOSSIERS):
        return []
    today = clock.today()
    if upcoming:
        rows = [row for row in _all_assignments(employer_ids[0]) if row[0] > today]
    else:
        last = today if before is None else min(today, clock.local_date(before) - dt.timedelta(days=1))
        rows = [row for row in reversed(_all_assignments(employer_ids[0])) if row[0] <= last]
    return [
        Happening(
            at=timezone.make_aware(dt.datetime.combine(day, dt.time())),
            kind="assignment",
            title=_("Account manager"),
            text=name,
            icon="person",
        )
        for day, name in rows[:limit]
    ]


def _all_assignments(employer_id: int) -> list[tuple[dt.date, str]]:
    """From when and who, oldest first. Those of employers grouped under it are not its own."""
    name = Case(
        When(user__last_name="", then=F("user__email")),
        default=Trim(Concat("user__first_name", Value(" "), "user__last_name")),
    )
    rows = AccountAssignment.objects.filter(employer=employer_id).order_by("starts_on").annotate(shown=name)
    return remembered(("assignments", employer_id), lambda: list(rows.values_list("starts_on", "shown")))
