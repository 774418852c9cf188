"""What the municipality decides about visits, invitations and meetings (R5, R7)."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.policy import define

define(
    "invitation_counts",
    kind="bool",
    default=True,
    label=_("A personal invitation alone meets the yearly duty"),
)
define(
    "top_list_nothing_from",
    kind="month_day",
    default="04-01",
    label=_("Largest employer with nothing yet: to the account manager from"),
)
define(
    "top_list_nothing_secretary",
    kind="month_day",
    default="09-01",
    label=_("Largest employer with nothing yet: to the secretary from"),
)
define(
    "top_list_nothing_lead",
    kind="month_day",
    default="11-01",
    label=_("Largest employer with nothing yet: to the lead from"),
)
define(
    "invitation_answer_days",
    kind="count",
    default=14,
    label=_("An invitation without an answer is asked after"),
    unit=_("days"),
)
define(
    "report_due_days",
    kind="count",
    default=5,
    label=_("The report is there within"),
    unit=_("working days"),
)
define(
    "report_escalates_days",
    kind="count",
    default=15,
    label=_("A missing report: to the lead after"),
    unit=_("working days"),
)
define(
    "boards_planned_by",
    kind="month_day",
    default="05-01",
    label=_("The meeting of the boards is planned by"),
)
define(
    "boards_not_planned_lead",
    kind="month_day",
    default="09-01",
    label=_("The meeting of the boards is not planned: to the lead from"),
)
define(
    "themed_planned_by",
    kind="month_day",
    default="07-01",
    label=_("The themed meeting is planned by"),
)
define(
    "plan_visits_a_month",
    kind="count",
    default=2,
    label=_("Annual plan: visits of a college member in a month, at most"),
)
define(
    "plan_visits_a_day",
    kind="count",
    default=2,
    label=_("Annual plan: visits of a college member on one day, at most"),
)
define(
    "plan_months_without_visits",
    kind="texts",
    default=["7", "8"],
    label=_("Annual plan: months without visits (1 to 12)"),
)
define(
    "plan_nearby_metres",
    kind="count",
    default=1500,
    label=_("Annual plan: companies on one day lie at most so far apart"),
    unit=_("metres"),
)
define(
    "plan_days_between_visits",
    kind="count",
    default=90,
    label=_("Annual plan: days between two visits to one company, at least"),
    unit=_("days"),
)
define(
    "plan_first_days",
    kind="count",
    default=21,
    label=_("Annual plan: a proposal lies at least so far ahead"),
    unit=_("days"),
)
