"""Contact moments in the timeline of every employer they were with."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.roles import Act
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, index_rows
from employers.activity.content import as_content, colleague, record_of
from employers.models import ContactMoment, ContactPerson, Employer, Position
from employers.models.contact import Audience

if TYPE_CHECKING:
    from accounts.models import User

Kind = ContactMoment.Kind
ICONS = {
    Kind.CALL: "telephone",
    Kind.MAIL: "envelope",
    Kind.CHAT: "chat-dots",
    Kind.NOTE: "journal-text",
}


def counts_as_contact() -> Q:
    """Of a link to a contact moment. Notes are no contact; what only some may know of must not show through a
    date that everybody sees (R10)."""
    return (
        Q(contactmoment__is_confidential=False)
        & ~Q(contactmoment__kind=Kind.NOTE)
        & ~Q(contactmoment__audience=Audience.NAMED)
        & _names_no_secret(OuterRef("contactmoment_id"))
    )


def _names_no_secret(moment: OuterRef) -> Q:
    """Of a contact moment: it is with no confidential employer, and with nobody known only at one."""
    with_secret = Employer.objects.filter(contact_moments=moment, is_confidential=True)
    known_elsewhere = Position.objects.filter(person=OuterRef("pk"), employer__is_confidential=False)
    secret_people = ContactPerson.objects.filter(
        ~Exists(known_elsewhere),
        pk__in=Position.objects.filter(employer__is_confidential=True).order_by().values("person_id"),
        contact_moments=moment,
    )
    return ~Q(Exists(with_secret)) & ~Q(Exists(secret_people))


@activity_source("contact", label=gettext_lazy("contact"), order=10)
class Contacts(ActivitySource):
    """At the employers of the contact, and where the people in it held a position that day."""

    act = Act.SEE_CONTACT_DATES

    def rows(self) -> list[Part]:
        moments: dict[str, Any] = {
            "record": "contactmoment_id",
            "at": "contactmoment__happened_at",
            "is_contact": counts_as_contact(),
            "user": "contactmoment__user_id",
            "theme": "contactmoment__theme_id",
        }
        named = ContactMoment.employers.through.objects.filter(contactmoment__withdrawn_on__isnull=True)
        day = TruncDate("contactmoment__happened_at")
        until_then = Q(contactperson__positions__ends_on__isnull=True) | Q(
            contactperson__positions__ends_on__gte=day
        )
        through_people = ContactMoment.people.through.objects.filter(
            until_then,
            contactmoment__withdrawn_on__isnull=True,
            contactperson__positions__starts_on__lte=day,
        )
        return [
            index_rows(named, employer="employer_id", **moments),
            index_rows(through_people, employer="contactperson__positions__employer_id", **moments),
        ]

    def content(self, keys: Collection[Key], user: "User") -> Part:
        readable = ContactMoment.objects.visible_to(user)
        rows = ContactMoment.objects.standing().filter(pk__in=[key.record_id for key in keys])
        is_readable: Any = Value(value=True)
        if user.can(Act.SEE_DOSSIERS):
            rows = rows.filter(pk__in=readable.order_by().values("pk"))
        else:
            is_readable = Exists(readable.filter(pk=OuterRef("pk")))
            # The bare dates of what is no secret: a confidential contact does not exist for this reader.
            bare = Q(is_confidential=False) & ~Q(audience=Audience.NAMED) & _names_no_secret(OuterRef("pk"))
            rows = rows.filter(Q(pk__in=readable.order_by().values("pk")) | bare)
        return as_content(
            rows.with_people_names(),
            kind="kind",
            subject="subject",
            notes="notes",
            user_id="user_id",
            user=colleague("user"),
            theme=Coalesce("theme__name", Value("")),
            people=F("people_names"),
            employers=ArraySubquery(
                ContactMoment.employers.through.objects.filter(contactmoment=OuterRef("pk"))
                .order_by("pk")
                .values("employer_id")
            ),
            is_confidential="is_confidential",
            is_readable=is_readable,
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        if not data["is_readable"]:
            title: Any = _("Contact")
            return Happening(
                at=key.at, kind="contact", title=title, detail=data["user"], icon="chat-dots", is_contact=True
            )
        title = str(Kind(data["kind"]).label)
        names = ", ".join(data["people"])
        if names:
            title = pgettext("phone with somebody", "%(kind)s with %(people)s") % {
                "kind": title,
                "people": names,
            }
        details = [data["user"]]
        if data["theme"]:
            details.append(_("theme %(theme)s") % {"theme": data["theme"]})
        return Happening(
            at=key.at,
            kind="contact",
            title=title[:1].upper() + title[1:],
            text=data["subject"],
            detail=" · ".join(details),
            icon=ICONS[Kind(data["kind"])],
            badge=("plain", _("confidential")) if data["is_confidential"] else None,
            record=record_of(key, {**data, "employer_id": self._at(key, data)}),
            is_contact=data["kind"] != Kind.NOTE,
        )

    @staticmethod
    def _at(key: Key, data: dict[str, Any]) -> int:
        """An employer of the contact itself: it can be on this page because somebody works here."""
        own: list[int] = data["employers"]
        return key.employer_id if key.employer_id in own or not own else own[0]
