"""What the register told: more or fewer working persons, establishments that came, went and moved."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.formatting import nl_date, number, size_class
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, day_start, index_rows
from employers.activity.content import as_content
from employers.activity.registry import day_start_sql
from employers.models import Establishment
from employers.models.register import Source

if TYPE_CHECKING:
    from accounts.models import User

LABEL = gettext_lazy("register")
GROUP = "register"

# One row for each employer and reference date; its key is that of the first count of that date. The figure is
# that of R2: preferred source, newest count, nothing where somebody had left, inside the municipality.
TOTALS = """
SELECT t.employer_id, t.record_id, t.reference_date, t.jobs,
       lag(t.jobs) OVER (PARTITION BY t.employer_id ORDER BY t.reference_date) AS previous
  FROM (
    SELECT d.employer_id, d.record_id, d.reference_date,
           (SELECT SUM(CASE WHEN v.ended_on <= d.reference_date THEN 0 ELSE b.jobs END)
              FROM employers_establishment v
              LEFT JOIN LATERAL (
                SELECT c.jobs FROM employers_jobcount c
                 WHERE c.establishment_id = v.id AND c.reference_date <= d.reference_date
                 ORDER BY COALESCE(array_position({order}, c.source::text), 99),
                          c.reference_date DESC, c.version DESC
                 LIMIT 1) b ON TRUE
             WHERE v.employer_id = d.employer_id AND v.in_municipality) AS jobs
      FROM (
        SELECT v.employer_id, c.reference_date, MIN(c.id) AS record_id
          FROM employers_jobcount c JOIN employers_establishment v ON v.id = c.establishment_id
         WHERE v.in_municipality AND c.reference_date <= %s
         GROUP BY v.employer_id, c.reference_date) d) t
"""


#: The order of the sources of today, read in the same statement.
SOURCE_ORDER = """ARRAY(SELECT jsonb_array_elements_text(COALESCE((
    SELECT s.value FROM core_policysetting s WHERE s.name = 'job_source_order' AND s.starts_on <= %s
     ORDER BY s.starts_on DESC LIMIT 1), %s::jsonb)))"""
TOTALS = TOTALS.format(order=SOURCE_ORDER)


@activity_source("jobs", label=LABEL, group=GROUP, order=80)
class Jobs(ActivitySource):
    """More or fewer working persons than at the count before; by size class for who may not see numbers."""

    def rows(self) -> Part:
        at = day_start_sql("x.reference_date")
        statement = f"""SELECT x.employer_id, x.record_id, {at}, FALSE, FALSE, NULL, NULL
                          FROM ({TOTALS}) x WHERE x.jobs IS DISTINCT FROM x.previous"""  # noqa: S608 - own SQL
        return statement, self._values()

    def _values(self) -> list[Any]:
        today = clock.today()
        return [today, json.dumps(policy.DEFINITIONS["job_source_order"].default), today]

    def content(self, keys: Collection[Key], user: "User") -> Part:
        statement = f"""SELECT x.record_id,
                               jsonb_build_object('jobs', x.jobs, 'previous', x.previous, 'source',
                                 (SELECT c.source FROM employers_jobcount c WHERE c.id = x.record_id))
                          FROM ({TOTALS}) x WHERE x.employer_id = ANY(%s) AND x.record_id = ANY(%s)"""  # noqa: S608 - own SQL
        employers = sorted({key.employer_id for key in keys})
        return statement, [*self._values(), employers, [key.record_id for key in keys]]

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        text = jobs_text(data["previous"], data["jobs"], exact=user.can(Act.VIEW_EXACT_JOBS))
        if not text:
            return None
        detail = _("%(source)s, reference date %(day)s") % {
            "source": Source(data["source"]).label,
            "day": nl_date(key.at),
        }
        return Happening(at=key.at, kind=GROUP, title=_("Register"), text=text, detail=detail, icon="table")


def jobs_text(previous: int | None, total: int | None, *, exact: bool) -> str:
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


class Establishments(ActivitySource):
    """What the begin and the end of an establishment share."""

    def content(self, keys: Collection[Key], user: "User") -> Part:
        return as_content(
            Establishment.objects.filter(pk__in=[key.record_id for key in keys]),
            name="name",
            street="street",
            house_number="house_number",
            town="town",
            is_shielded="is_shielded",
            is_known="started_on",
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        return Happening(
            at=key.at,
            kind=GROUP,
            title=self.title(data),
            text=data["name"],
            detail=place_line(data),
            icon="buildings",
        )

    def title(self, data: dict[str, Any]) -> str:
        """What happened to it."""
        raise NotImplementedError


def place_line(data: dict[str, Any]) -> str:
    """Street, number and town; nothing of an address that is shielded."""
    if data["is_shielded"]:
        return ""
    street = f"{data['street']} {data['house_number']}".strip()
    return ", ".join(part for part in (street, data["town"]) if part)


@activity_source("opened", label=LABEL, group=GROUP, order=80)
class Opened(Establishments):
    """The day it began; else that of its first count, if others of the employer were counted before."""

    def rows(self) -> Part:
        first = """(SELECT MIN(c.reference_date) FROM employers_jobcount c WHERE c.establishment_id = v.id)"""
        of_all = """(SELECT MIN(c.reference_date) FROM employers_establishment o
                       JOIN employers_jobcount c ON c.establishment_id = o.id
                      WHERE o.employer_id = v.employer_id)"""
        statement = f"""SELECT x.employer_id, x.id, {day_start_sql("x.day")}, TRUE, FALSE, NULL, NULL FROM (
                          SELECT v.employer_id, v.id, COALESCE(v.started_on,
                                 CASE WHEN {first} > {of_all} THEN {first} END) AS day
                            FROM employers_establishment v) x WHERE x.day IS NOT NULL"""  # noqa: S608 - own SQL
        return statement, []

    def title(self, data: dict[str, Any]) -> str:
        return _("Establishment opened") if data["is_known"] else _("Establishment new in the register")


@activity_source("ended", label=LABEL, group=GROUP, order=80)
class Ended(Establishments):
    """The day it ended."""

    def rows(self) -> Part:
        return index_rows(
            Establishment.objects.filter(ended_on__isnull=False),
            employer="employer_id",
            record="pk",
            at=day_start(F("ended_on")),
            is_plan=True,
        )

    def title(self, data: dict[str, Any]) -> str:
        return _("Establishment closed")


ADDRESS = ["street", "house_number", "postcode"]
IMPORT = "register import"


@activity_source("moved", label=LABEL, group=GROUP, order=80)
class Moved(ActivitySource):
    """A delivery of the register gave an establishment another address; what a person changed is `change`."""

    def rows(self) -> Part:
        statement = """SELECT v.employer_id, e.id, e.at, FALSE, FALSE, NULL, NULL
                         FROM employers_establishment v
                         JOIN core_trailevent e
                           ON e.table_name = 'employers_establishment' AND e.object_id = v.id
                         JOIN pghistory_context c ON c.id = e.context_id
                        WHERE e.action = 'U' AND e.changed ?| %s::text[]
                          AND c.metadata ->> 'source' = %s"""
        return statement, [ADDRESS, IMPORT]

    def content(self, keys: Collection[Key], user: "User") -> Part:
        statement = """SELECT e.id, jsonb_build_object('name', v.name, 'is_shielded', v.is_shielded,
                                'town', v.town,
                                'street', COALESCE(e.after ->> 'street', v.street),
                                'house_number', COALESCE(e.after ->> 'house_number', v.house_number),
                                'old_street', COALESCE(e.before ->> 'street', v.street),
                                'old_number', COALESCE(e.before ->> 'house_number', v.house_number))
                         FROM core_trailevent e JOIN employers_establishment v ON v.id = e.object_id
                        WHERE e.id = ANY(%s) AND e.table_name = 'employers_establishment'"""
        return statement, [[key.record_id for key in keys]]

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        detail = ""
        if not data["is_shielded"]:
            old = f"{data['old_street']} {data['old_number']}".strip()
            detail = _("from %(old)s to %(new)s") % {"old": old, "new": place_line(data)}
        return Happening(
            at=key.at,
            kind=GROUP,
            title=_("Establishment moved"),
            text=data["name"],
            detail=detail,
            icon="geo-alt",
        )
