"""Taking a person out of the books (R13): the events stay, the values go."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pghistory
from django.db import transaction
from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast
from django.http import QueryDict

from deventer_crm.core import clock
from deventer_crm.core.lists.address import TEXT
from deventer_crm.core.mails import withdraw_mails
from deventer_crm.core.models import Digest, OutgoingMail, SavedView, Tracked
from deventer_crm.core.services import save_tracked
from employers.models import ContactPerson, Employer, Position
from employers.retention import ERASERS, FREE_TEXTS, FreeText

if TYPE_CHECKING:
    from accounts.models import User

#: What stands where a name stood; in Dutch, for it is stored among Dutch text.
NAME_REMOVED = "[naam verwijderd]"
BLANK_NAME = "geanonimiseerd"


@transaction.atomic
def anonymise_person(person: ContactPerson, *, by: "User") -> ContactPerson:
    """Blank a contact person everywhere: the person, the titles of positions, and the name in texts.

    Texts of moments and meetings the person took part in lose the name, the first and last name apart, the
    e-mail address and the phone number; other texts only the full name, for a last name can be a word too.
    The trail keeps that and when this was done, and by whom; it never held the values (core.trail). A second
    call changes nothing."""
    if person.anonymised_on is not None:
        return person
    today = clock.today()
    with pghistory.context(source="retention"):
        for erase in ERASERS:
            erase(person)
        _clean_texts(person, by)
        for position in person.positions.all():
            position.title = ""
            position.is_primary = False
            if position.ends_on is None or position.ends_on > today:
                position.ends_on = max(today, position.starts_on)
            save_tracked(position, by=by, validate=False)  # an empty title is the point
        person.first_name, person.last_name = "", BLANK_NAME
        person.email = person.phone = person.mobile = person.source = ""
        person.preferred_channel = ContactPerson.Channel.ANY
        person.informed_on = None
        person.anonymised_on = today
        save_tracked(person, by=by, validate=False)  # an empty source is the point
    return person


@dataclass(frozen=True)
class Preview:
    """What anonymise_person() would blank: fields of the person with what is in them, titles of positions,
    and of each kind of record how many texts are about this person or name them."""

    fields: list[tuple[Any, str]]
    titles: list[str]
    texts: list[tuple[Any, int]]


#: What of a person is blanked, in the order of the page.
PERSON_FIELDS = ("first_name", "last_name", "email", "phone", "mobile", "source", "informed_on")


def preview_of(person: ContactPerson, *, by: "User") -> Preview:
    """For who must decide: one query for each kind of text. Titles at employers this reader may not know
    (R10) go as well and are not shown."""
    fields = [
        (ContactPerson._meta.get_field(name).verbose_name, str(value))  # type: ignore[union-attr]  # fields
        for name in PERSON_FIELDS
        if (value := getattr(person, name))
    ]
    shown = Position.objects.visible_to(by).filter(person=person).exclude(title="")
    titles = list(shown.order_by("pk").values_list("title", flat=True))
    texts = []
    for text in FREE_TEXTS.values():
        found = _texts_with(person, text).distinct().count()
        if found:
            texts.append((text.model._meta.verbose_name_plural, found))
    return Preview(fields, titles, texts)


def _texts_with(person: ContactPerson, text: FreeText) -> Any:
    """Rows that are about a person, or name them in full."""
    rows: Any = text.model._base_manager
    wanted = Q(pk__in=[])
    if person.first_name:
        for field in text.fields:
            wanted |= Q(**{f"{field}__icontains": str(person)})
    if text.of_person:
        wanted |= Q(pk__in=rows.filter(**{text.of_person: person}).values("pk"))
    return rows.filter(wanted)


def _clean_texts(person: ContactPerson, by: "User") -> None:
    full = str(person)
    own = _pattern([full, person.first_name, person.last_name, person.email, person.phone, person.mobile])
    only_full = _pattern([full] if person.first_name else [])
    for text in FREE_TEXTS.values():
        mentions = Q()
        for field in text.fields:
            mentions |= Q(**{f"{field}__icontains": full})
        rows: Any = text.model._base_manager
        about = rows.filter(**{text.of_person: person}) if text.of_person else rows.none()
        about_keys = set(about.values_list("pk", flat=True))
        for row in rows.filter(pk__in=about_keys):
            _clean_row(row, text, own, by)
        if only_full:
            for row in rows.filter(mentions).exclude(pk__in=about_keys):
                _clean_row(row, text, only_full, by)
    _clean_mails(full)
    _clean_outgoing_mails(person, own)
    _forget_questions([full if person.first_name else "", person.email, person.phone, person.mobile], by)
    if person.first_name:
        _forget_former_names(full)


def _forget_former_names(full: str) -> None:
    """A business that had the name of its owner keeps the name it has now, which is the register's, and loses
    the ones before."""
    from employers.services import refresh_employers

    # A search column has every former name, folded; the names themselves are compared below.
    touched = []
    for employer in Employer.objects.exclude(former_names=[]).search(full):
        kept = [name for name in employer.former_names if full.casefold() not in name.casefold()]
        if kept != employer.former_names:
            Employer.objects.filter(pk=employer.pk).update(former_names=kept)
            touched.append(employer.pk)
    refresh_employers(touched)


def _forget_questions(terms: list[str], by: "User") -> None:
    """A saved view keeps what was searched: when that was this person, the view goes on without it."""
    meant = [" ".join(term.split()).casefold() for term in terms if term.strip()]
    for view in SavedView.objects.filter(Q(query__startswith=f"{TEXT}=") | Q(query__contains=f"&{TEXT}=")):
        asked = QueryDict(view.query, mutable=True)
        said = " ".join(asked.get(TEXT, "").split()).casefold()
        if any(term in said for term in meant):
            del asked[TEXT]
            view.query = asked.urlencode()
            save_tracked(view, by=by, validate=False)


def _clean_row(row: Model, text: FreeText, pattern: re.Pattern[str] | None, by: "User") -> None:
    if pattern is None:
        return
    changed = []
    for field in text.fields:
        before = getattr(row, field)
        after = pattern.sub(NAME_REMOVED, before)
        if after != before:
            longest = row._meta.get_field(field).max_length  # type: ignore[union-attr]  # a text field
            if text.once:
                number = f" {row.pk}"
                after = (after[: longest - len(number)] if longest else after) + number
            setattr(row, field, after[:longest] if longest else after)
            changed.append(field)
    if not changed:
        return
    if isinstance(row, Tracked):
        save_tracked(row, by=by, validate=False)
    else:
        row.save(update_fields=changed)


def _clean_mails(full: str) -> None:
    """Reminder mails keep what they said, to say the same when they are sent again."""
    pattern = _pattern([full])
    if pattern is None:
        return
    said = Digest.objects.annotate(said=Cast("content", TextField())).filter(said__icontains=full)
    for digest in said:
        cleaned = _cleaned(digest.content, pattern)
        if cleaned != digest.content:
            digest.content = cleaned
            digest.save(update_fields=["content"])


def _clean_outgoing_mails(person: ContactPerson, pattern: re.Pattern[str] | None) -> None:
    """Mails to this person, and those that name the person: the address, the name and what went along go."""
    if pattern is None:
        return
    wanted = Q(pk__in=[])
    for term in filter(None, (person.email, str(person) if person.first_name else "")):
        for field in ("to", "reply_to", "subject", "text", "html"):
            wanted |= Q(**{f"{field}__icontains": term})
    for mail in OutgoingMail.objects.filter(wanted):
        if person.email and person.email.casefold() in (mail.to.casefold(), mail.reply_to.casefold()):
            withdraw_mails(OutgoingMail.objects.filter(pk=mail.pk))
        for field in ("to", "reply_to"):
            if person.email and getattr(mail, field).casefold() == person.email.casefold():
                setattr(mail, field, "")
        for field in ("subject", "text", "html"):
            setattr(mail, field, pattern.sub(NAME_REMOVED, getattr(mail, field)))
        mail.attachments = []
        mail.save(update_fields=["to", "reply_to", "subject", "text", "html", "attachments"])


def _cleaned(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(NAME_REMOVED, value)
    if isinstance(value, list):
        return [_cleaned(item, pattern) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, pattern) for key, item in value.items()}
    return value


def _pattern(terms: list[str]) -> re.Pattern[str] | None:
    """Whole words, the longest first; capitals count only in single names, which can be words."""
    known = sorted({term.strip() for term in terms if len(term.strip()) > 1}, key=len, reverse=True)
    if not known:
        return None
    parts = [f"(?i:{re.escape(term)})" if " " in term or "@" in term else re.escape(term) for term in known]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")
