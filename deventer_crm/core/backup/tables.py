"""What is in the tables, in numbers to compare: of each the rows and a checksum over all of them."""

from typing import Any

#: How values are written as text must not depend on who asks.
AS_TEXT = """
SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL search_path = public
"""
#: Adding up sees every row, a doubled one too, and needs no order and no memory.
CHECKSUM = """
SELECT count(*), COALESCE(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric), 0)::text
  FROM {table} t
"""
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind = 'r'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.relname
"""


def table_names(cursor: Any) -> list[str]:
    """Every table of ours, in order; not those of extensions."""
    cursor.execute(TABLES)
    return [name for (name,) in cursor.fetchall()]


def fingerprints(cursor: Any) -> dict[str, list[Any]]:
    """Table → [rows, checksum]; equal in two databases when they hold the same rows. Run in a transaction."""
    cursor.execute(AS_TEXT)
    found = {}
    for name in table_names(cursor):
        cursor.execute(CHECKSUM.format(table='"' + name.replace('"', '""') + '"'))
        rows, checksum = cursor.fetchone()
        found[name] = [rows, checksum]
    return found


def applied_migrations(cursor: Any) -> list[str]:
    """ "app.name" of every migration that this database has had; none in an empty one."""
    if "django_migrations" not in table_names(cursor):
        return []
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]
