from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The roof: mijn week, the commitments monitor, reminders, navigation."""

    name = "deventer_crm.home"
    label = "home"
    verbose_name = _("home")

    def ready(self) -> None:
        from deventer_crm.home.seed import sync_after_migrate

        # The roof has no models and so no signal of its own; the commitments are core's rows.
        post_migrate.connect(
            sync_after_migrate, sender=installed.get_app_config("core"), dispatch_uid="home.commitments"
        )
