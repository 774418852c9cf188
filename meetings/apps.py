from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Visits, meetings and invitations: the college at the table with its companies."""

    name = "meetings"
    verbose_name = _("visits and meetings")

    def ready(self) -> None:
        from accounts.models import User
        from deventer_crm.core.reference import sync_after_migrate
        from meetings.calendar.feed import end_with_account
        from meetings.reference_data import load_reference_data
        from meetings.reference_data_mails import load_mail_texts

        sync_after_migrate(self, load_reference_data)
        post_save.connect(end_with_account, sender=User, dispatch_uid="meetings.end_feed")
        sync_after_migrate(self, load_mail_texts)
