from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.core.management import call_command
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


def make_cache_table(*, using: str = "default", **kwargs: Any) -> None:
    """post_migrate: the counts of failed log-ins live in a table that no model describes."""
    call_command("createcachetable", database=using, verbosity=0)


class AccountsConfig(AppConfig):
    """People who log in, what they may do, and the members of the college."""

    name = "accounts"
    verbose_name = _("users and college")

    def ready(self) -> None:
        from accounts import access_log
        from accounts.checks import check_required_roles
        from accounts.models import User
        from accounts.roles import sync_roles_after_migrate
        from accounts.services import forget_old_addresses

        register(check_required_roles)
        access_log.connect()
        post_save.connect(forget_old_addresses, sender=User, dispatch_uid="accounts.old_addresses")
        post_migrate.connect(sync_roles_after_migrate, sender=self, dispatch_uid="accounts.sync_roles")
        post_migrate.connect(make_cache_table, sender=self, dispatch_uid="accounts.cache_table")
