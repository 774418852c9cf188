"""What is in the database, as text: for tests that look for something that must not be there."""

from collections.abc import Iterator

from django.db import connection


def find_in_database(needle: str) -> list[str]:
    """ "table.column" of every text, JSON or array value in the public schema that holds the needle, in any
    capitals. Goes by the catalogue, so a new table is searched without anybody thinking of it."""
    return [place for place, found in _places(needle) if found]


def _places(needle: str) -> Iterator[tuple[str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND (data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'bytea')"
            " OR udt_name = 'citext') ORDER BY 1, 2"
        )
        for table, column in cursor.fetchall():
            quoted = f"{connection.ops.quote_name(table)}.{connection.ops.quote_name(column)}"
            cursor.execute(
                f"SELECT EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)}"
                f" WHERE strpos(lower({quoted}::text), lower(%s)) > 0)",
                [needle],
            )
            yield f"{table}.{column}", cursor.fetchone()[0]
