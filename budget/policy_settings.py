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
define(
    "standard_hours_meeting",
    kind="number",
    default=2,
    label=_("Usual hours of a meeting of a kind without hours of its own"),
    unit=_("hours"),
)
define(
    "joint_hours_by_employers",
    kind="bool",
    default=False,
    label=_("Joint hours of a meeting are split by the employers that were there"),
)
define(
    "per_person_figures",
    kind="bool",
    default=False,
    label=_("The works council agreed: the team lead sees booked hours per person"),
)
define(
    "cost_codes_sectors",
    kind="texts",
    default=[],
    label=_("Cost codes of the sectors, in a file of hours"),
)
define(
    "cost_codes_inner_city",
    kind="texts",
    default=[],
    label=_("Cost codes of the inner city, in a file of hours"),
)
define(
    "cost_codes_none",
    kind="texts",
    default=[],
    label=_("Cost codes that cannot be assigned to a track, in a file of hours"),
)
define(
    "hours_import_keep_days",
    kind="count",
    default=30,
    label=_("An import of hours can be taken back for"),
    unit=_("days"),
)
