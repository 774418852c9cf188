from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetConfig(AppConfig):
    """Budget per track and hours: the 80/20 agreement."""

    name = "budget"
    verbose_name = _("budget and hours")

    def ready(self) -> None:
        """Hours can be logged with a contact: the section registers itself when it is read."""
        from budget import contact_section  # noqa: F401 - read for what it registers
