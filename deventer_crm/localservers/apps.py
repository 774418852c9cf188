from django.apps import AppConfig


class LocalServersConfig(AppConfig):
    """Only carries the management commands; it has no tables and starts nothing by itself."""

    name = "deventer_crm.localservers"
    label = "localservers"
