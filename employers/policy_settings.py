"""What the municipality decides about employers and the yearly list."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.policy import define

define(
    "job_source_order",
    kind="texts",
    default=["lisa", "kvk", "own"],
    label=_("Order of the sources of jobs"),
)
define("top_list_includes_ties", kind="bool", default=True, label=_("All tied on the last place are in"))
define(
    "last_contact_long_ago",
    kind="count",
    default=365,
    label=_("No contact for so long is long"),
    unit=_("days"),
)
define(
    "top_list_frozen_by",
    kind="month_day",
    default="03-01",
    label=_("List of the largest employers not frozen: to the lead from"),
)
define(
    "register_old_after",
    kind="count",
    default=14,
    label=_("The register is old after"),
    unit=_("months"),
)
define(
    "follow_up_term_action",
    kind="count",
    default=10,
    label=_("Action: due after"),
    unit=_("working days"),
)
define(
    "follow_up_term_promise_to",
    kind="count",
    default=10,
    label=_("Promise to an employer: due after"),
    unit=_("working days"),
)
define(
    "follow_up_term_promise_by",
    kind="count",
    default=15,
    label=_("Promise by an employer: due after"),
    unit=_("working days"),
)
define(
    "follow_up_due_days",
    kind="count",
    default=5,
    label=_("Promise or action due: reminder before it"),
    unit=_("working days"),
)
define(
    "follow_up_late_lead",
    kind="count",
    default=10,
    label=_("Promise or action late: to the lead after"),
    unit=_("days"),
)
define(
    "promise_unconfirmed_days",
    kind="count",
    default=5,
    label=_("Promise not confirmed: reminder after"),
    unit=_("working days"),
)
define(
    "soon_there_days_ahead",
    kind="count",
    default=14,
    label=_("Who else is there: look ahead"),
    unit=_("days"),
)
define(
    "soon_there_days_back",
    kind="count",
    default=7,
    label=_("Who else is there: look back"),
    unit=_("days"),
)
