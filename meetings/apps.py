from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Visits, meetings and invitations: the college at the table with its companies."""

    name = "meetings"
    verbose_name = _("visits and meetings")

    def ready(self) -> None:
        from meetings.reference_data import sync_after_migrate

        post_migrate.connect(sync_after_migrate, sender=self, dispatch_uid="meetings.reference_data")
