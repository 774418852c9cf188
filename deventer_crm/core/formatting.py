"""How dates, numbers and names look to people: pure functions, used by templates, exports and mails.

Each takes None and gives "" (or a word that says so), because a page never breaks on an empty field.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils import dateformat, formats, timezone
from django.utils.translation import get_language, gettext, ngettext

from deventer_crm.core import clock

NARROW_SPACE = "\u00a0"
MINUS = "\u2212"
SOFT_HYPHEN = "\u00ad"
EN_DASH = "\u2013"

Number = int | float | Decimal

# R2: upper bounds of the size classes; everything above the last bound is the open class.
SIZE_BOUNDS = (1, 4, 9, 19, 49, 99, 199, 499, 799, 999)

_DATE_FORMS = {
    "": "j F Y",
    "long": "j F Y",
    "short": "j M",
    "short_year": "j M Y",
    "weekday": "l j F",
    "weekday_year": "l j F Y",
    "month": "F Y",
    "day": "j F",
}


def size_class(jobs: int | None) -> str:
    """The size class of R2 for a number of jobs, for everyone without the right to exact figures."""
    if jobs is None:
        return ""
    if jobs <= 0:
        return "0"
    lower = 1
    for upper in SIZE_BOUNDS:
        if jobs <= upper:
            return str(upper) if lower == upper else f"{lower}{EN_DASH}{upper}"
        lower = upper + 1
    return f"\u2265{NARROW_SPACE}{_grouped(lower)}"


def _grouped(value: Number, decimals: int | None = 0) -> str:
    return str(formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True))


def number(value: Number | None, decimals: int = 0) -> str:
    """A number with the thousands separator of the language, and a real minus sign."""
    if value is None:
        return ""
    return _grouped(value, decimals).replace("-", MINUS)


def signed(value: Number | None, decimals: int = 0) -> str:
    """A change: always with its sign, so that 0 reads as no change."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    text = number(value, decimals)
    return f"+{text}" if value > 0 else text


def euro(value: Number | None) -> str:
    """Euros; cents only when there are any."""
    if value is None:
        return ""
    amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    decimals = 0 if amount == amount.to_integral_value() else 2
    sign = MINUS if amount < 0 else ""
    return f"\u20ac{NARROW_SPACE}{sign}{_grouped(abs(amount), decimals)}"


def hours(value: Number | None) -> str:
    """Hours, at most two decimals, with the unit. Dutch keeps "uur" for one and for many."""
    if value is None:
        return ""
    amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    shown = amount.normalize()
    exponent = shown.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    text = number(amount, decimals)
    return ngettext("%(hours)s hour", "%(hours)s hours", 1 if amount == 1 else 2) % {"hours": text}


#: Part of what a browser sends → its name. In this order: Edge and Opera call themselves Chrome as well,
#: and everybody calls itself Safari; Android says Linux too, an iPhone says Mac OS.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """ "Firefox, Windows" for the line a browser sends about itself; unknown ones are shown as sent."""
    found = [next((name for sign, name in known if sign in user_agent), "") for known in (BROWSERS, MACHINES)]
    return ", ".join(filter(None, found)) or user_agent[:60]


def percent(share: Number | None, decimals: int = 0) -> str:
    """A share between 0 and 1 as a percentage."""
    if share is None:
        return ""
    value = (Decimal(str(share)) * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{number(value, decimals)}%"


def ratio(share: Number | None) -> str:
    """A share of the first of two tracks as "76/24". The two always add up to 100."""
    if share is None:
        return ""
    first = int((Decimal(str(share)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return f"{first}/{100 - first}"


def _as_date(value: dt.date | dt.datetime) -> dt.date:
    if isinstance(value, dt.datetime):
        return clock.local_date(value) if timezone.is_aware(value) else value.date()
    return value


def nl_date(value: dt.date | dt.datetime | None, form: str = "") -> str:
    """A date in words of the active language; `form` is one of the keys of `_DATE_FORMS`, or "time"
    for a moment ("3 december 2026, 10.00 uur").

    Raises ValueError for an unknown form: a typing error in a template should be seen.
    """
    if value is None or value == "":
        return ""
    if form == "time":
        if not isinstance(value, dt.datetime):
            return nl_date(value)
        return gettext("%(date)s, %(time)s") % {"date": nl_date(value), "time": clock_time(value)}
    if form not in _DATE_FORMS:
        raise ValueError(f"unknown date form {form!r}; use one of {sorted(_DATE_FORMS)} or 'time'")
    text = str(dateformat.format(_as_date(value), _DATE_FORMS[form]))
    # Django writes short Dutch months with a capital; Dutch does not.
    return text.lower() if (get_language() or "").startswith("nl") else text


def clock_time(value: dt.datetime | dt.time | None) -> str:
    """A time of day: "10.00 uur" in Dutch, "10:00" in English."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if (get_language() or "").startswith("nl"):
        return f"{value:%H.%M} uur"
    return f"{value:%H:%M}"


def ago(value: dt.date | dt.datetime | None, today: dt.date) -> str:
    """How long ago in words people use; None is "never", a day to come is "in 3 days"."""
    if value is None or value == "":
        return gettext("never")
    days = (today - _as_date(value)).days
    near = {0: gettext("today"), 1: gettext("yesterday"), -1: gettext("tomorrow")}
    if days in near:
        return near[days]
    return _far(days)


def _far(days: int) -> str:
    """Days, weeks, months or years: the unit people would say."""
    if days < 0:
        return ngettext("in %(count)d day", "in %(count)d days", -days) % {"count": -days}
    if days < 21:
        return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    if days < 61:
        weeks = days // 7
        return ngettext("%(count)d week ago", "%(count)d weeks ago", weeks) % {"count": weeks}
    if days < 730:
        months = round(days / 30.44)
        return ngettext("%(count)d month ago", "%(count)d months ago", months) % {"count": months}
    years = days // 365
    return ngettext("%(count)d year ago", "%(count)d years ago", years) % {"count": years}


def due_words(due_on: dt.date, today: dt.date, soon_days: int = 7) -> tuple[str, str]:
    """Code and words of a due date: ("late", "11 days late"), ("today", …), ("soon", "Friday"),
    ("later", "3 December"). `soon_days` is counted in calendar days."""
    days = (due_on - today).days
    if days < 0:
        return "late", ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
    if days == 0:
        return "today", gettext("today")
    if days == 1:
        return "soon", gettext("tomorrow")
    if days < soon_days:
        return "soon", dateformat.format(due_on, "l")
    if due_on.year == today.year:
        return "later", nl_date(due_on, "day")
    return "later", nl_date(due_on)


# Groups of consonants that begin a Dutch syllable; longer ones first.
_ONSETS = re.compile(
    r"(?:sch|spr|str|[bgkpstvfdczw]?[rl]|s[clmnpt]|kn|gn|[tdz]w|ch|qu|sj|tj|[bcdfghjklmnpqrstvwxz])$"
)
_BETWEEN_VOWELS = re.compile(r"(?<=[aeiouy])([bcdfghjklmnpqrstvwxz]+)(?=[aeiouy])", re.IGNORECASE)


def soft_hyphens(name: str | None, longest: int = 11, shortest: int = 4) -> str:
    """A name whose words of more than `longest` letters may break between syllables, for narrow tiles.

    Browsers hyphenate only with a dictionary of the language, which many lack. Invisible where the word fits;
    each part keeps at least `shortest` letters.
    """
    return re.sub(rf"[^\W\d_]{{{longest + 1},}}", lambda word: _with_breaks(word[0], shortest), name or "")


def _with_breaks(word: str, shortest: int) -> str:
    places: list[int] = []
    for cluster in _BETWEEN_VOWELS.finditer(word):
        onset = _ONSETS.search(cluster[1].lower())
        place = cluster.end() - (len(onset[0]) if onset else 1)
        if place - (places[-1] if places else 0) >= shortest and len(word) - place >= shortest:
            places.append(place)
    parts = [word[a:b] for a, b in zip([0, *places], [*places, len(word)], strict=True)]
    return SOFT_HYPHEN.join(parts)


def initials(name: str | None) -> str:
    """First letters of the first and the last word that begin with a capital: "J. de Voorbeeld" → "JV"."""
    words = [word for word in (name or "").replace(".", " ").split() if word[:1].isalpha()]
    capitals = [word for word in words if word[0].isupper()] or words
    if not capitals:
        return ""
    letters = capitals[0][0] if len(capitals) == 1 else capitals[0][0] + capitals[-1][0]
    return letters.upper()
