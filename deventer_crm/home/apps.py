from django.apps import AppConfig
from django.apps import apps as installed
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The roof: mijn week, the commitments monitor, reminders, navigation."""

    name = "deventer_crm.home"
    label = "home"
    verbose_name = _("home")

    def ready(self) -> None:
        from deventer_crm.core.reference import sync_after_migrate
        from deventer_crm.home.seed import load_commitments

        # The roof has no models and so no signal of its own; the commitments are core's rows.
        sync_after_migrate(installed.get_app_config("core"), load_commitments)
