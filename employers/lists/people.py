"""The list of contact persons, `/contactpersonen/`: filtered by what their organisation is."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core import formatting
from deventer_crm.core.lists import Column, Filter, Key, ListDefinition, Quick, Reader, Sort, Words, register
from deventer_crm.core.lists.table import link
from deventer_crm.core.templatetags.crm import badge, mail_link, phone_link
from employers.lists.employer_filters import on_top_list, top_choice
from employers.lists.offers import MINE, NOBODY, fixed, from_offers, offers, people_of, whose
from employers.lists.ways import way_to
from employers.models import AccountAssignment, ContactPerson, Employer, EmployerTag, Membership, Position


def employer_says(value: int, reader: Reader) -> str:
    """The name of the employer a link came from; nothing for one that does not exist for this reader."""
    found = Employer.objects.visible_to(reader.user).filter(pk=value).values_list("name", flat=True).first()
    return found or "–"


FILTERS = (
    Filter("employer", _("Employer"), kind="hidden", says=employer_says),
    Filter("sector", _("Sector"), choices=from_offers("sector"), everything=_("all sectors")),
    Filter("area", _("Area"), choices=from_offers("area"), everything=_("all areas")),
    Filter("kind", _("Organisation"), choices=fixed(Employer.Kind.choices), everything=_("all kinds")),
    Filter("top", _("Top list"), choices=top_choice, everything=_("all employers")),
    Filter(
        "seat",
        _("Seat"),
        choices=fixed(
            [("any", _("chair or board member")), *(row for row in Position.Seat.choices if row[0])]
        ),
        everything=_("with or without a seat"),
    ),
    Filter(
        "member",
        _("Member of"),
        choices=from_offers("association"),
        everything=_("whichever association, or none"),
    ),
    Filter("label", _("Label"), choices=from_offers("label"), everything=_("all labels")),
    Filter("manager", _("Account manager"), choices=people_of("manager"), everything=_("everybody")),
    Filter(
        "channel",
        _("Prefers"),
        lambda rows, value, reader: rows.filter(preferred_channel=value),
        choices=fixed([row for row in ContactPerson.Channel.choices if row[0]]),
        everything=_("whatever they prefer"),
    ),
    Filter(
        "informed",
        _("Informed"),
        lambda rows, value, reader: rows.filter(informed_on__isnull=value == "no"),
        choices=fixed([("no", _("not informed yet")), ("yes", _("informed"))]),
        everything=_("informed or not"),
    ),
)


HERE = OuterRef("employer")


def _managed(value: str, reader: Reader) -> Q:
    assigned = AccountAssignment.objects.filter(employer=HERE).on(reader.today)
    if value == NOBODY:
        return ~Q(Exists(assigned))
    return Q(Exists(assigned.filter(user_id=whose(value, reader))))


def _labelled(value: str, reader: Reader) -> Q:
    return Q(Exists(EmployerTag.objects.filter(employer=HERE, tag_id=value)))


def _member(value: str, reader: Reader) -> Q:
    return Q(Exists(Membership.objects.filter(employer=HERE, association=int(value)).on(reader.today)))


#: What a filter on the organisation asks of a position that somebody holds there today.
OF_THE_POSITION: dict[str, Callable[[Any, Reader], Q]] = {
    "employer": lambda value, reader: Q(employer=value),
    "sector": lambda value, reader: Q(employer__sector=value),
    "area": lambda value, reader: Q(employer__area=value),
    "kind": lambda value, reader: Q(employer__kind=value),
    "top": lambda value, reader: Q(employer__in=on_top_list(reader)),
    "seat": lambda value, reader: ~Q(seat="") if value == "any" else Q(seat=value),
    "member": _member,
    "label": _labelled,
    "manager": _managed,
}


def narrow(rows: Any, values: dict[str, Any], reader: Reader) -> Any:
    """All that is asked of the organisation must be true of one position, which this reader may see."""
    wanted = [asks(values[name], reader) for name, asks in OF_THE_POSITION.items() if name in values]
    if not wanted:
        return rows
    held = Position.objects.visible_to(reader.user).on(reader.today).filter(*wanted).order_by()
    return rows.filter(pk__in=held.values("person_id"))


# ── columns ──────────────────────────────────────────────────────────────────────────────────────


def _load_positions(rows: list[Any], reader: Reader) -> None:
    """Positions of today that this reader may see, the newest first."""
    held: dict[int, list[Position]] = {row.pk: [] for row in rows}
    positions = Position.objects.visible_to(reader.user).on(reader.today).filter(person__in=list(held))
    joined = positions.select_related("employer__sector", "employer__area").order_by("-starts_on", "pk")
    for position in joined:
        held[position.person_id].append(position)
    for row in rows:
        row.held = held[row.pk]


def _name(row: ContactPerson, reader: Reader) -> SafeString:
    shown = link(row.get_absolute_url(), row)
    return shown + SafeString(" ") + badge("plain", gettext("has objected")) if row.has_objected else shown


def _positions_cell(row: Any, reader: Reader) -> SafeString:
    lines = (
        format_html(
            '{}, <a href="{}">{}</a>',
            position.title,
            reverse("employers:detail", args=[position.employer_id]),
            position.employer.name,
        )
        for position in row.held
    )
    inside = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
    return format_html("<span>{}</span>", inside) if inside else inside


def _joined(parts: Any) -> str:
    return "; ".join(dict.fromkeys(str(part) for part in parts if part))


def _seats(row: Any) -> str:
    return _joined(position.get_seat_display() for position in row.held if position.seat)


COLUMNS = (
    Column("name", _("Name"), lambda row, reader: str(row), cell=_name, sort="name"),
    Column(
        "position",
        _("Position"),
        lambda row, reader: _joined(f"{held.title}, {held.employer.name}" for held in row.held),
        cell=_positions_cell,
        load=_load_positions,
    ),
    Column(
        "employer",
        _("Employer"),
        lambda row, reader: _joined(held.employer.name for held in row.held),
        load=_load_positions,
        shown=False,
    ),
    Column(
        "seat",
        _("Seat"),
        lambda row, reader: _seats(row),
        load=_load_positions,
        shown=False,
        shown_with=("seat",),
    ),
    Column(
        "sector",
        _("Sector"),
        lambda row, reader: _joined(held.employer.sector for held in row.held),
        load=_load_positions,
        shown=False,
        shown_with=("sector",),
    ),
    Column(
        "area",
        _("Area"),
        lambda row, reader: _joined(held.employer.area for held in row.held),
        load=_load_positions,
        shown=False,
        shown_with=("area",),
    ),
    Column(
        "phone",
        _("Phone"),
        lambda row, reader: row.phone,
        cell=lambda row, reader: way_to(row, phone_link(row.phone)),
    ),
    Column(
        "mobile",
        _("Mobile phone"),
        lambda row, reader: row.mobile,
        cell=lambda row, reader: way_to(row, phone_link(row.mobile)),
    ),
    Column(
        "email",
        _("E-mail address"),
        lambda row, reader: row.email,
        cell=lambda row, reader: way_to(row, mail_link(row.email)),
    ),
    Column(
        "channel",
        _("Prefers"),
        lambda row, reader: row.get_preferred_channel_display() if row.preferred_channel else "",
        shown=False,
        shown_with=("channel",),
    ),
    Column(
        "informed",
        _("Informed on"),
        lambda row, reader: row.informed_on,
        cell=lambda row, reader: formatting.nl_date(row.informed_on),
        shown=False,
        shown_with=("informed",),
    ),
    Column("source", _("Source"), lambda row, reader: row.source, shown=False),
)

BY_NAME = ("last_name", "first_name", "pk")
SORTS = {
    "name": Sort(tuple(Key(name) for name in BY_NAME)),
    "-name": Sort(tuple(Key(name, True) for name in BY_NAME)),
}


def counted(count: int) -> str:
    """ "312 contactpersonen"."""
    words = ngettext("%(count)s contact person", "%(count)s contact persons", count)
    return words % {"count": formatting.number(count)}


PEOPLE = register(
    ListDefinition(
        key="people",
        url="employers:people",
        right=Act.SEE_DOSSIERS,
        words=Words(
            title=_("Contact persons"),
            search=_("Name, position or employer"),
            counted=counted,
            nothing=_("Nobody matches this"),
            nothing_hint=_("Search for a part of the name, the position or the employer."),
        ),
        base=lambda reader: ContactPerson.objects.visible_to(reader.user).filter(anonymised_on__isnull=True),
        search=lambda rows, text, reader: rows.search(text, reader.user),
        filters=FILTERS,
        narrow=narrow,
        offers=offers("sector", "area", "association", "label", "manager"),
        columns=COLUMNS,
        sorts=SORTS,
        default_sort="name",
        dress=lambda rows, reader, codes: rows.defer("search_text"),
        empty_template="employers/person_list_empty.html",
        # Who objected is not passed on (R13).
        export_rows=lambda rows, reader: rows.filter(has_objected=False),
        quicks=(
            Quick(
                "mine",
                _("of my employers"),
                {"manager": MINE},
                only_for=lambda reader: bool(reader.user.has_role("AM")),
            ),
            Quick("top", _("on the list of this year"), {"top": "yes"}),
            Quick("board", _("chairs and board members"), {"seat": "any"}),
            Quick("uninformed", _("not informed yet"), {"informed": "no"}),
        ),
        file_name=_("contact-persons"),
        places="people.list",
    )
)
