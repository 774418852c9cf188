"""Reasons in the language of the reader. A reason knows keys, not names: of an employer that is confidential
the reader sees that there was one, no more (R10)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core.formatting import nl_date, number

from .inputs import Reason

#: Reasons that take only what is written here.
PLAIN = {
    "never_spoken": gettext_lazy("The college never spoke with this employer, as far as is recorded here."),
    "no_interest": gettext_lazy("No member of the college has this sector or area in particular."),
    "whole_college": gettext_lazy("The whole college can come on this day."),
    "meeting_gone": gettext_lazy("The draft that was made of it is gone; planned anew."),
    "restored": gettext_lazy("It is back in the plan and has no day yet."),
    "by_hand": gettext_lazy("Somebody chose this day or this member."),
    "no_members": gettext_lazy("Nobody of the college is in office on these days."),
    "no_days": gettext_lazy("There is no working day left to plan on."),
    "nobody_free": gettext_lazy("Nobody of the college has room on one of these days."),
    "unavailable": gettext_lazy("The members have no room on the days that are left."),
    "spoken_around": gettext_lazy("There is a visit in each quarter that is left, or too shortly before."),
    "month_full": gettext_lazy("The members have their number of visits in the months that are left."),
    "day_full": gettext_lazy("On the days that are left the members are somewhere else, not nearby."),
    "past": gettext_lazy("This day is over."),
    "closed_day": gettext_lazy("This is no working day."),
    "month_off": gettext_lazy("In this month there are no visits."),
    "clash_unavailable": gettext_lazy("This member has no room on this day."),
    "clash_month_full": gettext_lazy("This member has more visits in this month than agreed."),
    "clash_day_full": gettext_lazy("This member is somewhere else on this day, and not nearby."),
    "not_in_office": gettext_lazy("This member is not in the college on this day."),
    "clash_gone": gettext_lazy("The draft is gone from the agenda. Plan again to find another day."),
    "off_list": gettext_lazy("This employer is no longer on the list of the year."),
}


@dataclass(frozen=True)
class Names:
    """The names a reader may know, by key."""

    employers: Mapping[int, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)
    sectors: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)


def stored(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """As they are kept with a proposal."""
    return [{"code": reason.code, **reason.values} for reason in reasons]


def read(rows: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """What was kept, as reasons."""
    return [
        Reason(str(row.get("code", "")), {name: value for name, value in row.items() if name != "code"})
        for row in rows
    ]


def keys_in(reasons: Iterable[Reason], name: str) -> set[int]:
    """The keys of that kind that these reasons name."""
    return {int(reason.values[name]) for reason in reasons if name in reason.values}


def say(reason: Reason, names: Names) -> str:
    """One sentence; "" for a code that nobody knows any more."""
    if reason.code in PLAIN:
        return str(PLAIN[reason.code])
    speak = SENTENCES.get(reason.code)
    return speak(reason.values, names) if speak else ""


def _day(values: Mapping[str, Any], name: str = "on") -> str:
    try:
        return nl_date(dt.date.fromisoformat(str(values.get(name, ""))))
    except ValueError:
        return "–"


def _named(names: Mapping[int, str], values: Mapping[str, Any], name: str, other: str) -> str:
    return names.get(int(values.get(name) or 0)) or other


def _last_spoken(values: Mapping[str, Any], names: Names) -> str:
    return _("The college last spoke with this employer on %(day)s.") % {"day": _day(values)}


def _sector(values: Mapping[str, Any], names: Names) -> str:
    sector = _named(names.sectors, values, "sector", _("this sector"))
    return _("The sector %(sector)s goes with the remit.") % {"sector": sector}


def _area(values: Mapping[str, Any], names: Names) -> str:
    area = _named(names.areas, values, "area", _("this area"))
    return _("The area %(area)s is the district of this member.") % {"area": area}


def _sector_and_area(values: Mapping[str, Any], names: Names) -> str:
    return f"{_sector(values, names)} {_area(values, names)}"


def _spread(values: Mapping[str, Any], names: Names) -> str:
    member = _named(names.members, values, "member", _("Another member"))
    return _("%(member)s goes with it better, but has more visits or no room.") % {"member": member}


def _near(values: Mapping[str, Any], names: Names) -> str:
    other = _named(names.employers, values, "employer", _("another employer"))
    if "metres" in values:
        distance = number(int(values["metres"]))
        return _("On the same day as %(other)s, %(metres)s metres away.") % {
            "other": other,
            "metres": distance,
        }
    return _("On the same day as %(other)s, in the same neighbourhood (%(postcode)s).") % {
        "other": other,
        "postcode": values.get("postcode", ""),
    }


def _apart(values: Mapping[str, Any], names: Names) -> str:
    return _("In another quarter than the talk of %(day)s.") % {"day": _day(values)}


def _pace(values: Mapping[str, Any], names: Names) -> str:
    count = int(values.get("count") or 1)
    return ngettext(
        "%(count)d visit of the college a month keeps up with the year.",
        "%(count)d visits of the college a month keep up with the year.",
        count,
    ) % {"count": count}


def _part(values: Mapping[str, Any], names: Names) -> str:
    if int(values.get("of") or 1) == 1:
        return _("Once a year, around the middle.")
    return _("The %(number)d. of %(of)d, spread over the year.") % {
        "number": int(values.get("number") or 1),
        "of": int(values.get("of") or 1),
    }


def _late_part(values: Mapping[str, Any], names: Names) -> str:
    return _("Its part of the year is over; the first day that is left.")


def _some_college(values: Mapping[str, Any], names: Names) -> str:
    return _("%(present)d of %(all)d members of the college can come on this day.") % {
        "present": int(values.get("present") or 0),
        "all": int(values.get("all") or 0),
    }


def _cancelled(values: Mapping[str, Any], names: Names) -> str:
    words = {
        "employer": _("The employer called off the visit on %(day)s; planned anew."),
        "us": _("We called off the visit on %(day)s; planned anew."),
    }
    text = words.get(str(values.get("by")), _("The visit was called off on %(day)s; planned anew."))
    return text % {"day": _day(values)}


def _member_left(values: Mapping[str, Any], names: Names) -> str:
    member = _named(names.members, values, "member", _("The member"))
    return _("%(member)s is not in the college on the day it stood on; planned anew.") % {"member": member}


def _clash_spoken(values: Mapping[str, Any], names: Names) -> str:
    return _("There is another talk with this employer on %(day)s.") % {"day": _day(values)}


def _clash_cancelled(values: Mapping[str, Any], names: Names) -> str:
    return _("The appointment was called off. Plan again to find another day.")


SENTENCES = {
    "last_spoken": _last_spoken,
    "sector": _sector,
    "area": _area,
    "sector_and_area": _sector_and_area,
    "spread": _spread,
    "near": _near,
    "apart": _apart,
    "pace": _pace,
    "part": _part,
    "late_part": _late_part,
    "some_college": _some_college,
    "cancelled": _cancelled,
    "member_left": _member_left,
    "clash_spoken_around": _clash_spoken,
    "clash_cancelled": _clash_cancelled,
}
