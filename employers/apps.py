from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmployersConfig(AppConfig):
    """Employers, their register, their people, and what was said with them."""

    name = "employers"
    verbose_name = _("employers")

    def ready(self) -> None:
        from deventer_crm.core.reference import sync_after_migrate
        from employers.reference_data import load_reference_data

        sync_after_migrate(self, load_reference_data)
