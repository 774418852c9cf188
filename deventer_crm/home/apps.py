from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The roof: mijn week, the commitments monitor, reminders, navigation."""

    name = "deventer_crm.home"
    label = "home"
    verbose_name = _("home")
