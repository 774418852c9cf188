"""What the municipality decides about reminders in general."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.policy import define

define(
    "snooze_at_most_days",
    kind="count",
    default=60,
    label=_("A reminder can be put off for at most"),
    unit=_("days"),
)
define(
    "delegate_at_most_days",
    kind="count",
    default=60,
    label=_("A reminder can be passed to a colleague for at most"),
    unit=_("days"),
)
define(
    "free_days",
    kind="days",
    default=[],
    label=_("Free days of the municipality, besides the holidays"),
)
define(
    "bulk_acts_at_most",
    kind="count",
    default=500,
    label=_("One act on a list is about at most"),
    unit=_("rows"),
)
