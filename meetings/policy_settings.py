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
