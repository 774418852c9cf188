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
define(
    "portfolio_area_first",
    kind="bool",
    default=True,
    label=_("Proposed account manager: the portfolio of the area goes before that of the sector"),
)
define(
    "signal_shrinking_percent",
    kind="number",
    default=10,
    label=_("Signal of fewer working persons: from"),
    unit=_("percent"),
)
define(
    "signal_shrinking_jobs",
    kind="count",
    default=5,
    label=_("Signal of fewer working persons: from so many"),
    unit=_("persons"),
)
define(
    "signal_growing_percent",
    kind="number",
    default=20,
    label=_("Signal of fast growth: from"),
    unit=_("percent"),
)
define(
    "signal_growing_jobs",
    kind="count",
    default=10,
    label=_("Signal of fast growth: from so many"),
    unit=_("persons"),
)
define(
    "signal_director_days",
    kind="count",
    default=180,
    label=_("Signal of a change of director: shown for"),
    unit=_("days"),
)
define(
    "signal_director_titles",
    kind="texts",
    default=["directeur", "director", "dga", "ceo", "bestuurder", "bestuursvoorzitter"],
    label=_("Signal of a change of director: words in the position"),
)
define(
    "signal_promise_late_days",
    kind="count",
    default=1,
    label=_("Signal of a late promise: from so many days late"),
    unit=_("days"),
)
define(
    "sheet_import_keep_days",
    kind="count",
    default=30,
    label=_("Import of a list: can be taken back for"),
    unit=_("days"),
)
define(
    "pass_on_domains",
    kind="texts",
    default=[],
    label=_("Passing on by mail: only to addresses at these domains (empty: any domain)"),
)
define(
    "pass_on_link_days",
    kind="count",
    default=30,
    label=_("Passing on by mail: the link works for at least"),
    unit=_("days"),
)
define(
    "pass_on_unanswered_days",
    kind="count",
    default=5,
    label=_("Question to a colleague not answered: reminder after"),
    unit=_("working days"),
)
define(
    "pass_on_keep_months",
    kind="count",
    default=6,
    label=_("Name and address of a colleague without an account: emptied after"),
    unit=_("months"),
)
define(
    "weekly_list_days",
    kind="count",
    default=14,
    label=_("Weekly list of promises: what is due within"),
    unit=_("days"),
)
