"""What the municipality decides about the budget and hours."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.policy import define

define(
    "budget_split_in_hours",
    kind="bool",
    default=False,
    label=_("The 80/20 agreement is measured in hours instead of euros"),
)
define(
    "min_booked_hours",
    kind="count",
    default=200,
    label=_("Spending is judged from so many booked hours on"),
    unit=_("hours"),
)
define(
    "joint_hours_sector_share",
    kind="number",
    default=80,
    label=_("Share of the sectors in joint hours"),
    unit=_("percent"),
)
define(
    "hours_confirmed_by_day",
    kind="count",
    default=5,
    label=_("Hours are confirmed on this day of the next month"),
)
for _kind, _hours, _label in (
    ("call", 0.25, _("Usual hours of a phone call, proposed when a contact is logged")),
    ("mail", 0.25, _("Usual hours of an e-mail, proposed when a contact is logged")),
    ("chat", 0.5, _("Usual hours of a chat on the street, proposed when a contact is logged")),
    ("note", 0.25, _("Usual hours of a note, proposed when a contact is logged")),
):
    define(f"standard_hours_{_kind}", kind="number", default=_hours, label=_label, unit=_("hours"))
