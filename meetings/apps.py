from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Visits, meetings and invitations: the college at the table with its companies."""

    name = "meetings"
    verbose_name = _("visits and meetings")

    def ready(self) -> None:
        from deventer_crm.core.reference import sync_after_migrate
        from meetings.reference_data import load_reference_data
        from meetings.reference_data_mails import load_mail_texts

        sync_after_migrate(self, load_reference_data)
        sync_after_migrate(self, load_mail_texts)
