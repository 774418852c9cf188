"""Two versions side by side: no migration takes away, renames or requires what the version before it does not
know of."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from deventer_crm.core.upgrades import ALLOWED, OURS, breaks


def of(*operations: Any) -> list[str]:
    migration = migrations.Migration("0009_proef", "core")
    migration.operations = list(operations)
    return [one.what for one in breaks(migration)]


def test_every_migration_lets_the_version_before_it_run() -> None:
    """Not the first of an app, before which there is no version."""
    loader = MigrationLoader(None)
    found = [
        one
        for (app, _name), migration in loader.disk_migrations.items()
        if app in OURS and not migration.initial
        for one in breaks(migration)
    ]
    assert {one.key: one.why for one in found if not one.is_allowed} == {}
    used = {key for one in found for key in (one.key, one.migration)}
    assert ALLOWED.keys() - used == set(), "reasons for what is not there any more"


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("reminder", "period"),
        migrations.RenameField("reminder", "period", "term"),
        migrations.DeleteModel("Reminder"),
        migrations.RenameModel("Reminder", "Memo"),
        migrations.AlterModelTable("Reminder", "memo"),
        migrations.AddField("reminder", "weight", models.IntegerField(default=0)),
        migrations.AddField("reminder", "note", models.CharField(max_length=9)),
        migrations.RunSQL("ALTER TABLE core_reminder DROP COLUMN period"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("reminder", "period")]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_breaks_is_seen(operation: Any) -> None:
    assert len(of(operation)) == 1


def test_what_only_adds_is_fine() -> None:
    assert (
        of(
            migrations.CreateModel("Memo", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("memo", "weight", models.IntegerField(default=0)),
            migrations.AddField("reminder", "weight", models.IntegerField(null=True)),
            migrations.AddField("reminder", "note", models.CharField(max_length=9, db_default="")),
            migrations.AddIndex("reminder", models.Index(fields=["period"], name="x")),
            migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("reminder", "x")]),
        )
        == []
    )


@pytest.mark.django_db
def test_the_command_says_that_nothing_is_to_come() -> None:
    call_command("upgrade_plan", json=True, stdout=(told := io.StringIO()))
    assert json.loads(told.getvalue()) == {"migrations": [], "side_by_side": True, "breaks": []}
