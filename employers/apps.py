from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmployersConfig(AppConfig):
    """Employers, their register, their people, and what was said with them."""

    name = "employers"
    verbose_name = _("employers")
