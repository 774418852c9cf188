"""What people changed in the data of an employer, folded: one line for each person and moment, with the names
of the fields and never their values; and which employers were grouped."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.names import COLLEAGUE_SQL
from deventer_crm.core.timeline import Happening
from employers.activity import ActivitySource, Key, Part, activity_source, index_rows
from employers.activity.content import as_content, colleague
from employers.hidden import hidden_keys
from employers.models import Employer, EmployerGrouping, Establishment, Registration

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User

LABEL = gettext_lazy("changed data")
GROUP = "change"


def _words(model: "type[Model]", name: str) -> Any:
    field: Any = model._meta.get_field(name)
    return field.verbose_name


ADDRESS = gettext_lazy("address of an establishment")
#: Columns whose change is told, by table, with the words for them. What follows from others is not here.
FIELDS: dict[str, dict[str, Any]] = {
    Employer._meta.db_table: {
        name: _words(Employer, name.removesuffix("_id"))
        for name in (
            "name kind is_natural_person is_relation phone email website area_id sector_id track_id "
            "is_confidential retired_on"
        ).split()
    },
    Registration._meta.db_table: {
        name: _words(Registration, name) for name in ("kvk_number", "legal_form", "no_mailing")
    },
    Establishment._meta.db_table: {
        "name": gettext_lazy("name of an establishment"),
        "street": ADDRESS,
        "house_number": ADDRESS,
        "house_letter": ADDRESS,
        "house_addition": ADDRESS,
        "postcode": ADDRESS,
        "town": ADDRESS,
        "is_shielded": ADDRESS,
        "phone": gettext_lazy("phone of an establishment"),
        "sbi_id": gettext_lazy("SBI code"),
        "is_main": gettext_lazy("main establishment"),
        "started_on": gettext_lazy("begin of an establishment"),
        "ended_on": gettext_lazy("end of an establishment"),
    },
}
#: How many names of fields a line shows.
MOST_FIELDS = 5

# Changes by people at a screen, by employer and request: an import and a command say what they did elsewhere.
FOLDED = """
SELECT e.employer_id, MIN(e.id) AS record_id, MIN(e.at) AS at, (c.metadata ->> 'user')::bigint AS user_id,
       jsonb_agg(DISTINCT e.table_name || '.' || f.name) AS fields
  FROM (
    SELECT t.object_id AS employer_id, t.id, t.at, t.table_name, t.changed, t.context_id
      FROM core_trailevent t
     WHERE t.table_name = 'employers_employer' AND t.action = 'U' AND t.changed ?| %s::text[]
    UNION ALL
    SELECT r.employer_id, t.id, t.at, t.table_name, t.changed, t.context_id
      FROM employers_registration r
      JOIN core_trailevent t ON t.table_name = 'employers_registration' AND t.object_id = r.id
     WHERE t.action = 'U' AND t.changed ?| %s::text[]
    UNION ALL
    SELECT v.employer_id, t.id, t.at, t.table_name, t.changed, t.context_id
      FROM employers_establishment v
      JOIN core_trailevent t ON t.table_name = 'employers_establishment' AND t.object_id = v.id
     WHERE t.action = 'U' AND t.changed ?| %s::text[]
  ) e
  JOIN pghistory_context c ON c.id = e.context_id
  CROSS JOIN LATERAL jsonb_array_elements_text(e.changed) f(name)
 WHERE c.metadata ->> 'source' = 'web' AND c.metadata ->> 'user' IS NOT NULL
   AND e.table_name || '.' || f.name = ANY(%s::text[])
 GROUP BY e.employer_id, e.context_id, c.metadata ->> 'user'
"""


def _folded_values() -> list[Any]:
    employer, registration, establishment = (list(columns) for columns in FIELDS.values())
    known = [f"{table}.{column}" for table, columns in FIELDS.items() for column in columns]
    return [employer, registration, establishment, known]


@activity_source("change", label=LABEL, group=GROUP, order=90)
class Changes(ActivitySource):
    """One line for each person and request; read from the trail (R13)."""

    def rows(self) -> Part:
        statement = f"""SELECT x.employer_id, x.record_id, x.at, FALSE, FALSE, u.id, NULL
                          FROM ({FOLDED}) x LEFT JOIN accounts_user u ON u.id = x.user_id
                         WHERE EXISTS (SELECT 1 FROM employers_employer e WHERE e.id = x.employer_id)"""  # noqa: S608 - own SQL
        return statement, _folded_values()

    def content(self, keys: Collection[Key], user: "User") -> Part:
        statement = f"""SELECT x.record_id, jsonb_build_object('fields', x.fields, 'user', {COLLEAGUE_SQL})
                          FROM ({FOLDED}) x LEFT JOIN accounts_user u ON u.id = x.user_id
                         WHERE x.employer_id = ANY(%s) AND x.record_id = ANY(%s)"""  # noqa: S608 - own SQL
        employers = sorted({key.employer_id for key in keys})
        return statement, [*_folded_values(), employers, [key.record_id for key in keys]]

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        words = list(dict.fromkeys(_words_of(field) for field in sorted(data["fields"], key=_order)))
        shown = ", ".join(words[:MOST_FIELDS])
        if len(words) > MOST_FIELDS:
            more = len(words) - MOST_FIELDS
            shown = ngettext("%(fields)s and %(more)s more", "%(fields)s and %(more)s more", more) % {
                "fields": shown,
                "more": more,
            }
        return Happening(
            at=key.at, kind=GROUP, title=_("Changed"), text=shown, detail=data["user"], icon="pencil"
        )


def _words_of(field: str) -> str:
    table, _dot, column = field.partition(".")
    return str(FIELDS[table][column])


def _order(field: str) -> tuple[int, int]:
    """As the tables and columns stand above."""
    table, _dot, column = field.partition(".")
    return list(FIELDS).index(table), list(FIELDS[table]).index(column)


class Groupings(ActivitySource):
    """What grouping and taking it back share: a line at both employers, for who may know of both (R10)."""

    moment: str

    def rows(self) -> list[Part]:
        rows = EmployerGrouping.objects.filter(**{f"{self.moment}__isnull": False})
        return [
            index_rows(rows, employer=side, record="pk", at=self.moment, user=self.by)
            for side in ("survivor_id", "absorbed_id")
        ]

    by: str

    def content(self, keys: Collection[Key], user: "User") -> Part:
        rows = EmployerGrouping.objects.filter(pk__in=[key.record_id for key in keys])
        hidden = hidden_keys(Employer, user)
        if hidden != []:
            rows = rows.exclude(Q(survivor__in=hidden) | Q(absorbed__in=hidden))
        return as_content(
            rows,
            survivor=F("survivor__name"),
            absorbed=F("absorbed__name"),
            reason="reason",
            user=colleague(self.by.removesuffix("_id")),
        )

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        return Happening(
            at=key.at,
            kind=GROUP,
            title=self.title(),
            text=_("%(absorbed)s under %(survivor)s") % data,
            detail=" · ".join(part for part in (data["user"], data["reason"]) if part),
            icon="link-45deg",
        )

    def title(self) -> str:
        """What was done."""
        raise NotImplementedError


@activity_source("grouping", label=LABEL, group=GROUP, order=90)
class Grouped(Groupings):
    """Two employers became one."""

    moment, by = "created_at", "created_by_id"

    def title(self) -> str:
        return _("Grouped")


@activity_source("grouping_undone", label=LABEL, group=GROUP, order=90)
class Ungrouped(Groupings):
    """That was taken back."""

    moment, by = "undone_at", "modified_by_id"

    def title(self) -> str:
        return _("Grouping taken back")
