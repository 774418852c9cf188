from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetConfig(AppConfig):
    """Budget per track and hours: the 80/20 agreement."""

    name = "budget"
    verbose_name = _("budget and hours")
