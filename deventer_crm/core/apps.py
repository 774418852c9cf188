from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

REGISTRATION_ROOMS = (
    "policy_settings",
    "commitments",
    "reminders",
    "timeline",
    "panels",
    "lists",
    "periodic",
    "retention",
    "hand_over",
    "search",
    "contact_section",
    "mail_kinds",
    "report_section",
)


class CoreConfig(AppConfig):
    """The ground floor: knows no domain, holds the registries the apps register with."""

    name = "deventer_crm.core"
    label = "core"
    verbose_name = _("core")

    def ready(self) -> None:
        autodiscover_modules(*REGISTRATION_ROOMS)
