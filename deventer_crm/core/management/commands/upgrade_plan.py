"""`upgrade_plan --json`: what the migrations that are still to come mean for a version that runs now."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from deventer_crm.core.cli import JsonCommand
from deventer_crm.core.upgrades import OURS, breaks


class Command(JsonCommand):
    help = "Say which migrations are to come, and whether the version that runs now can go on beside them."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Nothing is asked."""

    def answer(self, **options: Any) -> Mapping[str, Any]:
        executor = MigrationExecutor(connection)
        plan = [step for step, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        fresh = not executor.loader.applied_migrations
        found = [
            {"migration": one.migration, "what": one.what, "why": one.why}
            for step in plan
            if step.app_label in OURS and not fresh
            for one in breaks(step)
            if not one.is_allowed
        ]
        return {
            "migrations": [f"{step.app_label}.{step.name}" for step in plan],
            "side_by_side": not found,
            "breaks": found,
        }
