"""The list of establishments, `/bedrijven/vestigingen/`: what the register tells, place by place."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core import formatting, policy
from deventer_crm.core.lists import Column, Filter, Key, ListDefinition, Quick, Reader, Sort, Words, register
from deventer_crm.core.lists.table import link
from employers.lists.employer_filters import by_manager
from employers.lists.employers import jobs_cell, jobs_value
from employers.lists.offers import fixed, offers, people_of, picks
from employers.models import Establishment, JobCount
from employers.selectors.history import Count, History

FILTERS = (
    picks("area", _("Area"), "area_id", _("all areas")),
    picks("sector", _("Sector of the employer"), "employer__sector_id", _("all sectors")),
    Filter(
        "manager",
        _("Account manager"),
        lambda rows, value, reader: by_manager(rows, value, reader, "employer"),
        choices=people_of("manager"),
        everything=_("everybody"),
    ),
    Filter(
        "main",
        _("Main establishment"),
        lambda rows, value, reader: rows.filter(is_main=value == "yes"),
        choices=fixed([("yes", _("main establishment")), ("no", _("other establishment"))]),
        everything=_("main or not"),
    ),
    Filter(
        "where",
        _("Where"),
        lambda rows, value, reader: rows.filter(in_municipality=value == "here"),
        choices=fixed([("here", _("inside the municipality")), ("outside", _("outside the municipality"))]),
        everything=_("inside or outside"),
    ),
    Filter(
        "use",
        _("Use"),
        choices=fixed([("ended", _("ended"))]),
        everything=_("in use"),
    ),
)


def narrow(rows: Any, values: dict[str, Any], reader: Reader) -> Any:
    """What ended is asked for, never in between."""
    ended = Q(ended_on__isnull=False, ended_on__lte=reader.today)
    return rows.filter(ended) if "use" in values else rows.exclude(ended)


def _load_jobs(rows: list[Any], reader: Reader) -> None:
    """Jobs of each today (R2), by the source that counts first."""
    counts: dict[int, list[Count]] = {}
    stored = JobCount.objects.filter(establishment__in=[row.pk for row in rows]).order_by()
    for pk, on, source, version, jobs in stored.values_list(
        "establishment_id", "reference_date", "source", "version", "jobs"
    ):
        counts.setdefault(pk, []).append(Count(on, source, version, jobs))
    history = History(rows, counts, tuple(policy.value("job_source_order")))
    for row in rows:
        row.listed_jobs = history.jobs_of(row, reader.today)


def _address(row: Establishment, reader: Reader) -> str:
    return gettext("shielded") if row.is_shielded else row.address


COLUMNS = (
    Column(
        "name",
        _("Establishment"),
        lambda row, reader: row.name,
        cell=lambda row, reader: link(reverse("employers:detail", args=[row.employer_id]), row.name),
        sort="name",
    ),
    Column(
        "number",
        _("Establishment number"),
        lambda row, reader: row.number,
    ),
    Column(
        "employer",
        _("Employer"),
        lambda row, reader: row.employer.name,
        cell=lambda row, reader: link(reverse("employers:detail", args=[row.employer_id]), row.employer.name),
    ),
    Column("address", _("Address"), _address),
    Column("area", _("Area"), lambda row, reader: row.area.name if row.area else ""),
    Column("sbi", _("SBI code"), lambda row, reader: str(row.sbi) if row.sbi else ""),
    Column(
        "jobs",
        _("Working persons"),
        lambda row, reader: jobs_value(row.listed_jobs),
        cell=lambda row, reader: jobs_cell(row.listed_jobs, reader),
        load=_load_jobs,
        is_number=True,
    ),
    Column(
        "sector",
        _("Sector of the employer"),
        lambda row, reader: row.employer.sector.name if row.employer.sector else "",
        shown=False,
        shown_with=("sector",),
    ),
    Column(
        "main",
        _("Main establishment"),
        lambda row, reader: gettext("yes") if row.is_main else "",
        shown=False,
    ),
    Column(
        "started",
        _("Started on"),
        lambda row, reader: row.started_on,
        cell=lambda row, reader: formatting.nl_date(row.started_on),
        shown=False,
    ),
    Column(
        "ended",
        _("Ended on"),
        lambda row, reader: row.ended_on,
        cell=lambda row, reader: formatting.nl_date(row.ended_on),
        shown=False,
        shown_with=("use",),
    ),
)

SORTS = {
    "name": Sort((Key("name"), Key("pk"))),
    "-name": Sort((Key("name", True), Key("pk", True))),
}


def dress(rows: Any, reader: Reader, codes: frozenset[str]) -> Any:
    """Rows with what these columns show, and no more joins than that."""
    joins = ["employer__sector" if "sector" in codes else "employer"]
    joins += [name for name in ("area", "sbi") if name in codes]
    return rows.select_related(*joins).defer("search_text", "register_values", "employer__search_text")


def counted(count: int) -> str:
    """ "312 vestigingen"."""
    words = ngettext("%(count)s establishment", "%(count)s establishments", count)
    return words % {"count": formatting.number(count)}


ESTABLISHMENTS = register(
    ListDefinition(
        key="establishments",
        url="employers:establishments",
        right=Act.SEE_HEADERS,
        words=Words(
            title=_("Establishments"),
            search=_("Name, address, postcode or number"),
            counted=counted,
            nothing=_("No establishment matches this"),
            nothing_hint=_("Take a filter away, or search for a part of the name or the street."),
        ),
        base=lambda reader: Establishment.objects.visible_to(reader.user),
        search=lambda rows, text, reader: rows.search(text),
        filters=FILTERS,
        narrow=narrow,
        offers=offers("area", "sector", "manager"),
        columns=COLUMNS,
        sorts=SORTS,
        default_sort="name",
        dress=dress,
        empty_template="employers/employer_list_empty.html",
        row_name=lambda row: str(row.name),
        is_off=lambda row: row.ended_on is not None,
        quicks=(
            Quick(
                "mine",
                _("of my employers"),
                {"manager": "me"},
                only_for=lambda reader: bool(reader.user.has_role("AM")),
            ),
            Quick("outside", _("outside the municipality"), {"where": "outside"}),
            Quick("ended", _("ended"), {"use": "ended"}),
        ),
        file_name=_("establishments"),
        places="establishments.list",
    )
)
