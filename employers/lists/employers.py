"""The list of employers, `/bedrijven/`."""

from typing import Any

from django.db.models import Case, IntegerField, When
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act, Role
from deventer_crm.core import clock, formatting
from deventer_crm.core.lists import (
    Column,
    Key,
    ListDefinition,
    Quick,
    Reader,
    Sort,
    Words,
    register,
)
from deventer_crm.core.search import fold
from deventer_crm.core.templatetags.crm import badge, mail_link, phone_link
from employers.lists.employer_filters import FILTERS, NEVER, narrow
from employers.lists.offers import NOBODY, offers
from employers.lists.ways import log_contact, way_to
from employers.models import (
    ContactMoment,
    Employer,
    EmployerTag,
    Establishment,
    Registration,
)
from employers.querysets import nearest

#: Shorter questions match too much to put the best first.
RANKED_FROM = 3
SEES_CONTACT, SEES_JOBS, SEES_DOSSIER = Act.SEE_CONTACT_DATES, Act.VIEW_EXACT_JOBS, Act.SEE_DOSSIERS


# ── columns ──────────────────────────────────────────────────────────────────────────────────────


def _name(row: Employer, reader: Reader) -> SafeString:
    from deventer_crm.core.lists.table import link

    shown = link(row.get_absolute_url(), row.name)
    if row.is_confidential:
        shown += SafeString(" ") + badge("plain", gettext("confidential"), "lock")
    return shown


def jobs_cell(count: int | None, reader: Reader) -> str:
    """The number for who may see it, else the size class (R2)."""
    if count is None:
        return gettext("unknown")
    return formatting.number(count) if reader.can(SEES_JOBS) else formatting.size_class(count)


def jobs_value(count: int | None) -> str:
    """In a file always the size class (R2)."""
    return gettext("unknown") if count is None else formatting.size_class(count).replace("\u00a0", " ")


def _load_labels(rows: list[Any], reader: Reader) -> None:
    found: dict[int, list[str]] = {}
    uses = EmployerTag.objects.filter(employer__in=[row.pk for row in rows]).order_by("tag__name")
    for employer_id, name in uses.values_list("employer_id", "tag__name"):
        found.setdefault(employer_id, []).append(name)
    for row in rows:
        row.listed_labels = ", ".join(found.get(row.pk, []))


def _load_numbers(rows: list[Any], reader: Reader) -> None:
    found: dict[int, list[str]] = {}
    numbers = Registration.objects.filter(employer__in=[row.pk for row in rows], ended_on__isnull=True)
    for employer_id, number in numbers.values_list("employer_id", "kvk_number"):
        found.setdefault(employer_id, []).append(number)
    for row in rows:
        row.listed_numbers = ", ".join(found.get(row.pk, []))


def _load_mailing(rows: list[Any], reader: Reader) -> None:
    """Which of them asked the trade register for no unsolicited mail."""
    asked = Registration.objects.filter(employer__in=[row.pk for row in rows], no_mailing=True)
    refused = set(asked.values_list("employer_id", flat=True))
    for row in rows:
        row.refuses_mail = row.pk in refused


def address_of(place: Establishment | None) -> str:
    """Nothing when the address is shielded."""
    return place.address if place is not None and not place.is_shielded else ""


def _last_contact_kind(row: Employer) -> str:
    return str(dict(ContactMoment.Kind.choices).get(row.last_contact_kind, row.last_contact_kind))


COLUMNS = (
    Column("name", _("Name"), lambda row, reader: row.name, cell=_name, sort="name"),
    Column("sector", _("Sector"), lambda row, reader: row.sector.name if row.sector else "", sort="sector"),
    Column("area", _("Area"), lambda row, reader: row.area.name if row.area else "", sort="area"),
    Column("track", _("Track"), lambda row, reader: row.track.name if row.track else "", shown=False),
    Column(
        "jobs",
        _("Working persons"),
        lambda row, reader: jobs_value(row.jobs),
        cell=lambda row, reader: jobs_cell(row.jobs, reader),
        sort="jobs",
        largest_first=True,
        is_number=True,
    ),
    Column(
        "contact",
        _("Last contact"),
        lambda row, reader: row.last_contact_at and clock.local_date(row.last_contact_at),
        cell=lambda row, reader: formatting.ago(row.last_contact_at, reader.today),
        sort="contact",
        right=SEES_CONTACT,
    ),
    Column(
        "contact_kind",
        _("Kind of the last contact"),
        lambda row, reader: _last_contact_kind(row),
        shown=False,
        right=SEES_CONTACT,
    ),
    Column(
        "contact_by",
        _("Last contact by"),
        lambda row, reader: str(row.last_contact_by or ""),
        shown=False,
        right=SEES_CONTACT,
    ),
    Column("manager", _("Account manager"), lambda row, reader: row.manager_name, sort="manager"),
    Column(
        "labels",
        _("Labels"),
        lambda row, reader: row.listed_labels,
        load=_load_labels,
        shown=False,
        shown_with=("label",),
        right=SEES_DOSSIER,
    ),
    Column("kind", _("Kind"), lambda row, reader: row.get_kind_display(), shown=False),
    Column(
        "address",
        _("Address"),
        lambda row, reader: address_of(row.main_establishment),
        shown=False,
    ),
    Column(
        "kvk",
        _("KVK number"),
        lambda row, reader: row.listed_numbers,
        load=_load_numbers,
        shown=False,
    ),
    Column(
        "phone",
        _("Phone"),
        lambda row, reader: row.phone,
        cell=lambda row, reader: way_to(row, phone_link(row.phone)),
        shown=False,
    ),
    Column(
        "email",
        _("E-mail address"),
        # A list of addresses is for mailing, so who asked for no mail is not in one.
        lambda row, reader: "" if row.refuses_mail else row.email,
        cell=lambda row, reader: way_to(row, mail_link(row.email)),
        load=_load_mailing,
        shown=False,
    ),
    Column(
        "log",
        _("Log"),
        lambda row, reader: None,
        cell=log_contact,
        right=Act.LOG_NOTE,
        in_export=False,
    ),
    Column("website", _("Website"), lambda row, reader: row.website, shown=False),
    Column(
        "retired",
        _("No longer used since"),
        lambda row, reader: row.retired_on,
        cell=lambda row, reader: formatting.nl_date(row.retired_on),
        shown=False,
        shown_with=("use",),
    ),
)

BY_NAME = (Key("sort_name"), Key("pk"))
BY_NAME_BACK = (Key("sort_name", True), Key("pk", True))
SORTS = {
    "name": Sort(BY_NAME),
    "-name": Sort(BY_NAME_BACK),
    "sector": Sort((Key("sector__name", nulls="last"), *BY_NAME)),
    "-sector": Sort((Key("sector__name", True, "last"), *BY_NAME)),
    "area": Sort((Key("area__name", nulls="last"), *BY_NAME)),
    "-area": Sort((Key("area__name", True, "last"), *BY_NAME)),
    # The order itself tells who has more, so it is for who may know how many (R2).
    "jobs": Sort((Key("jobs", nulls="first"), *BY_NAME_BACK), right=SEES_JOBS, in_export=False),
    "-jobs": Sort((Key("jobs", True, "last"), *BY_NAME), right=SEES_JOBS, in_export=False),
    "contact": Sort((Key("last_contact_at", nulls="first"), Key("pk")), right=SEES_CONTACT),
    "-contact": Sort((Key("last_contact_at", True, "last"), Key("pk", True)), right=SEES_CONTACT),
    "manager": Sort((Key("manager_name", nulls="last"), *BY_NAME)),
    "-manager": Sort((Key("manager_name", True, "last"), *BY_NAME)),
}

JOINED = {"sector": "sector", "area": "area", "track": "track", "address": "main_establishment"}


def dress(rows: Any, reader: Reader, codes: frozenset[str]) -> Any:
    """Rows with what these columns show, and no more joins than that."""
    joins = [path for code, path in JOINED.items() if code in codes]
    if "contact_by" in codes:
        joins.append("last_contact_by")
    if "manager" in codes:
        rows = rows.with_manager(reader.today)
    return (rows.select_related(*joins) if joins else rows).defer("search_text")


def search_sort(rows: Any, text: str) -> tuple[Any, Sort]:
    """Names that begin with what was asked come first."""
    if len(text) < RANKED_FROM:
        return rows, SORTS["name"]
    begins = Case(When(sort_name__startswith=fold(text), then=0), default=1, output_field=IntegerField())
    return rows.annotate(begins=begins), Sort((Key("begins"), *BY_NAME))


def counted(count: int) -> str:
    """ "312 bedrijven"."""
    return ngettext("%(count)s employer", "%(count)s employers", count) % {"count": formatting.number(count)}


def _is_manager(reader: Reader) -> bool:
    return bool(reader.user.has_role(Role.ACCOUNT_MANAGER))


EMPLOYERS = register(
    ListDefinition(
        key="employers",
        url="employers:list",
        right=Act.SEE_HEADERS,
        words=Words(
            title=_("Employers"),
            search=_("Name, address, town or KVK number"),
            counted=counted,
            nothing=_("No employer matches this"),
            nothing_hint=_(
                "Take a filter away, or search for a part of the name, the street or the KVK number."
            ),
        ),
        base=lambda reader: Employer.objects.visible_to(reader.user).filter(merged_into__isnull=True),
        search=lambda rows, text, reader: rows.search(text),
        search_sort=search_sort,
        nearest=nearest,
        filters=FILTERS,
        narrow=narrow,
        offers=offers("sector", "area", "track", "manager", "label"),
        columns=COLUMNS,
        sorts=SORTS,
        default_sort="name",
        dress=dress,
        empty_template="employers/employer_list_empty.html",
        row_name=lambda row: str(row.name),
        row_url=lambda row: reverse("employers:detail", args=[row.pk]),
        is_off=lambda row: row.retired_on is not None,
        quicks=(
            Quick("mine", _("my employers"), {"manager": "me"}, only_for=_is_manager),
            Quick("nobody", _("without an account manager"), {"manager": NOBODY}, right=Act.SEE_DOSSIERS),
            Quick("top", _("on the list of this year"), {"top": "yes"}),
            Quick(
                "mine_long",
                _("mine, no contact for a year"),
                {"manager": "me", "contact": "365"},
                right=SEES_CONTACT,
                only_for=_is_manager,
            ),
            Quick(
                "long",
                _("on the list, no contact for a year"),
                {"top": "yes", "contact": "365"},
                right=SEES_CONTACT,
            ),
            Quick("never", _("never contacted"), {"contact": NEVER}, right=SEES_CONTACT),
        ),
        file_name=_("employers"),
        places="employers.list",
    )
)
