"""Rows that come with the product must also be there after a flush, so they are synced, not migrated."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def sync_after_migrate(app: AppConfig, load: Callable[[], None]) -> None:
    """Call `load` after every migrate and flush. It must add what is missing and undo nothing that an
    administrator changed. Nothing happens while tables of the app do not exist (a migration backwards)."""

    def sync(*, using: str = "default", **kwargs: Any) -> None:
        with connections[using].cursor() as cursor:
            tables = set(connections[using].introspection.table_names(cursor))
        if {model._meta.db_table for model in app.get_models()} <= tables:
            load()

    post_migrate.connect(sync, sender=app, weak=False, dispatch_uid=f"{load.__module__}.{load.__name__}")
