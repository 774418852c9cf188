"""Cells of a list by which people are reached, and by which a contact with them is logged."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deventer_crm.core.lists import Reader
from deventer_crm.core.templatetags.crm import icon
from employers.models import ContactPerson, Employer


def way_to(row: Employer | ContactPerson, way: object) -> SafeString:
    """A phone number or an address, with where the contact is logged and how that is called: who comes back
    from it is asked (crm.js)."""
    if not way:
        return SafeString("")
    below = "contact/nieuw/" if isinstance(row, Employer) else "contact/"
    name = row.name if isinstance(row, Employer) else str(row)
    return format_html(
        '<span data-contact-url="{}{}" data-contact-name="{}">{}</span>',
        row.get_absolute_url(),
        below,
        name,
        way,
    )


def log_contact(row: Employer, reader: Reader) -> SafeString:
    """The short way to logging a contact, for the thumb above all; on a wide screen only its icon."""
    word = _("Log a contact")
    return format_html(
        '<a class="log-contact" href="{}contact/nieuw/" title="{}"'
        ' aria-label="{}: {}">{}<span> {}</span></a>',
        row.get_absolute_url(),
        word,
        word,
        row.name,
        icon("chat-dots"),
        word,
    )
