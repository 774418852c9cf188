"""Which day the seats of a series are looked at."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.forms import CrmForm, DayField


class DayForm(CrmForm):
    """One day."""

    day = DayField(label=_("Seats as on"))
