"""What may stand between braces in the text of a mail, and putting the values in.

One of these words in the text becomes what it says for the invitation at hand: "{datum}" becomes "dinsdag 12
mei 2026". A word that is not here is refused when the text is saved, so that no guest reads it."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LINK = "antwoordlink"

#: Word → what it becomes, as the help under the text says it.
PLACEHOLDERS: dict[str, Any] = {
    "aanhef": gettext_lazy("salutation with the last name"),
    "naam": gettext_lazy("first and last name of who is invited"),
    "bedrijf": gettext_lazy("employer of who is invited"),
    "collegelid": gettext_lazy("college member in whose name it goes, else the municipality"),
    "datum": gettext_lazy("day of the meeting"),
    "tijd": gettext_lazy("time of the meeting"),
    "plaats": gettext_lazy("where the meeting is"),
    "onderwerp": gettext_lazy("title of the meeting"),
    LINK: gettext_lazy("link by which the guest answers"),
    "antwoorddatum": gettext_lazy("last day on which the link works"),
    "afzender": gettext_lazy("name of the colleague who sends it"),
    "gemeente": gettext_lazy("name of the municipality"),
}
#: Uses that ask for an answer and so need the link.
ASKING = frozenset({"appointment", "personal", "group", "ask_again", "discreet"})
#: What a mail about something confidential may say (R10): nothing about the meeting.
DISCREET_WORDS = frozenset({"aanhef", "naam", LINK, "antwoorddatum", "afzender", "gemeente"})

_WORD = re.compile(r"\{([^{}\n]*)\}")
_BRACE = re.compile(r"[{}]")


def words_in(text: str) -> list[str]:
    """The words between braces, in order."""
    return _WORD.findall(text)


def problems_with(use: str, subject: str, text: str) -> dict[str, list[str]]:
    """By field: words nobody knows, a brace that stands alone, a link in the subject, no link where an
    answer is asked, and what a discreet mail may not say. Empty when the text can be sent."""
    found: dict[str, list[str]] = {}
    for field, value in (("subject", subject), ("text", text)):
        said = _sayings(use, field, value)
        if said:
            found[field] = said
    if use in ASKING and LINK not in words_in(text):
        found.setdefault("text", []).append(
            _("Put {antwoordlink} in the text: without it nobody can answer.")
        )
    return found


def _sayings(use: str, field: str, value: str) -> list[str]:
    said = []
    words = words_in(value)
    unknown = sorted({word for word in words if word not in PLACEHOLDERS})
    if unknown:
        said.append(
            _("These words mean nothing here: %(words)s.")
            % {"words": ", ".join(f"{{{word}}}" for word in unknown)}
        )
    if _BRACE.search(_WORD.sub("", value)):
        said.append(_("A brace { or } stands alone. Write {naam} with both."))
    if field == "subject" and LINK in words:
        said.append(_("The link belongs in the text."))
    if use == "discreet":
        loud = sorted({word for word in words if word in PLACEHOLDERS and word not in DISCREET_WORDS})
        if loud:
            said.append(
                _("A mail about something confidential may not tell %(words)s.")
                % {"words": ", ".join(f"{{{word}}}" for word in loud)}
            )
    return said


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in it. A word without a value stays as it is: nothing is lost unseen."""
    return _WORD.sub(lambda match: values.get(match[1], match[0]), text)
