"""Whether two versions can run side by side during an upgrade: the rule is expand first, contract later.

New code runs while old code still serves: what a migration adds may not trouble the old code, and what it
takes away the old code may not need any more. So a column or table goes in a release after the one that
stopped using it, and a new column that must have a value gets it from the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.migrations import Migration, operations
from django.db.models import NOT_PROVIDED

OURS = frozenset({"core", "accounts", "employers", "meetings", "budget"})

BEFORE_RELEASE = "from before the first release: no older version serves anybody"

#: "app.migration", or "app.migration: what" for one thing in it → why it is safe although it looks otherwise.
ALLOWED: dict[str, str] = {
    "budget.0002_hours": BEFORE_RELEASE,
    "employers.0002_daily_tool": BEFORE_RELEASE,
    "meetings.0004_series": BEFORE_RELEASE,
    "meetings.0007_briefing": BEFORE_RELEASE,
}


@dataclass(frozen=True)
class Break:
    """One thing by which the version before would stop working."""

    migration: str
    what: str
    why: str

    @property
    def key(self) -> str:
        return f"{self.migration}: {self.what}"

    @property
    def is_allowed(self) -> bool:
        return self.migration in ALLOWED or self.key in ALLOWED


def breaks(migration: Migration) -> Iterator[Break]:
    """What in this migration breaks the version before it; nothing that is about a table that the same
    migration made."""
    name = f"{migration.app_label}.{migration.name}"
    made = {one.name.lower() for one in migration.operations if isinstance(one, operations.CreateModel)}
    for one in _flat(migration.operations):
        table = str(getattr(one, "model_name", getattr(one, "name", ""))).lower()
        found = None if table in made else _trouble(one)
        if found:
            yield Break(name, *found)


def _flat(listed: Sequence[operations.base.Operation]) -> Iterator[operations.base.Operation]:
    for one in listed:
        if isinstance(one, operations.SeparateDatabaseAndState):
            yield from _flat(list(one.database_operations))
        else:
            yield one


READS, ASKS = "old code still reads it", "old code asks for the old name"
#: Operation → what it does, and why that breaks the version before.
TAKES_AWAY: dict[type[operations.base.Operation], tuple[str, str]] = {
    operations.RemoveField: ("remove {0.model_name}.{0.name}", READS),
    operations.RenameField: ("rename {0.model_name}.{0.old_name}", ASKS),
    operations.DeleteModel: ("delete {0.name}", READS),
    operations.RenameModel: ("rename {0.old_name}", ASKS),
    operations.AlterModelTable: ("move {0.name}", ASKS),
}


def _trouble(one: operations.base.Operation) -> tuple[str, str] | None:
    for kind, (what, why) in TAKES_AWAY.items():
        if isinstance(one, kind):
            return what.format(one), why
    if isinstance(one, operations.AddField) and _needs_a_value(one.field):
        why = "old code adds rows without it: give it db_default, or null"
        return f"add {one.model_name}.{one.name}", why
    if isinstance(one, operations.RunSQL) and " DROP COLUMN " in f" {one.sql} ".upper():
        return "drop in SQL", READS
    return None


def _needs_a_value(field: "models.Field[object, object]") -> bool:
    """Whether the database refuses a row that leaves it out: Django's own default is not the database's."""
    if field.many_to_many or field.null or isinstance(field, models.GeneratedField):
        return False
    return field.db_default is NOT_PROVIDED
