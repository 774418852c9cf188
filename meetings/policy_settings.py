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
    "invitation_link_days",
    kind="count",
    default=60,
    label=_("The link of an invitation without a meeting works for"),
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
    "meeting_minutes",
    kind="count",
    default=60,
    label=_("A meeting without an end takes"),
    unit=_("minutes"),
)
define(
    "agenda_from_hour",
    kind="count",
    default=9,
    label=_("Moments for meetings are proposed from"),
    unit=_("o'clock"),
)
define(
    "agenda_until_hour",
    kind="count",
    default=17,
    label=_("Moments for meetings are proposed until"),
    unit=_("o'clock"),
)
define(
    "signal_companies",
    kind="count",
    default=3,
    label=_("A theme is a signal when so many companies mention it"),
    unit=_("companies"),
)
define(
    "agenda_document_days",
    kind="count",
    default=1,
    label=_("A document for a meeting is asked after, so many days after it was expected"),
    unit=_("days"),
)
define(
    "college_left_lead_days",
    kind="count",
    default=14,
    label=_("A college member left and something still waits: to the lead after"),
    unit=_("days"),
)
define(
    "briefing_due_days",
    kind="count",
    default=3,
    label=_("The briefing of a visit of the college is ready"),
    unit=_("working days before it"),
)
define(
    "briefing_secretary_days",
    kind="count",
    default=1,
    label=_("A missing briefing: to the secretary"),
    unit=_("working days before the visit"),
)
define(
    "report_sign_off_days",
    kind="count",
    default=5,
    label=_("The account manager signs a report off within"),
    unit=_("working days"),
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
define(
    "workforce_themes",
    kind="texts",
    default=["werk-en-scholing"],
    label=_("Monitor: codes of the themes that are about hiring and retraining (C7)"),
)
