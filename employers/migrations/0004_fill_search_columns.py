"""Rows that were there before the triggers get their search column: the triggers make it when a column they
read is set, to what it was. In batches with a commit after each, so that nobody waits for it; running it
twice changes nothing. Employers had theirs, and get their former names at the next refresh."""

from django.db import migrations

BATCH = 5_000
TABLES = {
    "employers_contactperson": "last_name",
    "employers_establishment": "name",
    "employers_followup": "what",
}


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, column in TABLES.items():
            after = 0
            while True:
                cursor.execute(
                    f"WITH batch AS (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}),"  # noqa: S608
                    f" done AS (UPDATE {table} t SET {column} = t.{column} FROM batch b WHERE t.id = b.id"
                    " AND t.search_text = '' RETURNING t.id)"
                    " SELECT max(id) FROM batch",
                    [after],
                )
                (last,) = cursor.fetchone()
                if last is None:
                    break
                after = last


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("employers", "0003_search_columns")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
