from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EmployersConfig(AppConfig):
    """Employers, their register, their people, and what was said with them."""

    name = "employers"
    verbose_name = _("employers")

    def ready(self) -> None:
        from employers.reference_data import sync_after_migrate

        post_migrate.connect(sync_after_migrate, sender=self, dispatch_uid="employers.reference_data")
