from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Visits, meetings and invitations: the college at the table with its companies."""

    name = "meetings"
    verbose_name = _("visits and meetings")
