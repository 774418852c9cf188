"""Declares which business tables leave a trail. The trigger is in the database, so QuerySet.update(), the
admin and raw SQL leave one too (R13). Who and from where come from pghistory's context, which
core.middleware sets for requests and core.tasks for jobs."""

import pgtrigger

#: Book-keeping that says nothing about the business; a change of these alone is no event.
NOISE = ("created_at", "created_by_id", "modified_at", "modified_by_id", "version")

FUNCTION = """
IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); row_id := OLD.id; END IF;
IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); row_id := NEW.id; END IF;
IF TG_OP = 'UPDATE' THEN
    SELECT COALESCE(array_agg(n.key ORDER BY n.key), ARRAY[]::text[]) INTO names
      FROM jsonb_each(new_row) n
     WHERE n.value IS DISTINCT FROM old_row -> n.key AND n.key <> ALL (ARRAY[{noise}]::text[]);
    IF cardinality(names) = 0 THEN RETURN NULL; END IF;
    SELECT COALESCE(array_agg(x), ARRAY[]::text[]) INTO shown FROM unnest(names) x WHERE x <> ALL (hidden);
ELSIF TG_OP = 'DELETE' THEN
    SELECT COALESCE(array_agg(n.key ORDER BY n.key), ARRAY[]::text[]) INTO shown
      FROM jsonb_each(old_row) n WHERE n.key <> ALL (hidden);
END IF;
INSERT INTO core_trailevent (at, action, table_name, object_id, changed, before, after, context_id)
VALUES (
    clock_timestamp(), left(TG_OP, 1), TG_TABLE_NAME, row_id, to_jsonb(names),
    (SELECT COALESCE(jsonb_object_agg(x, old_row -> x), '{{}}'::jsonb) FROM unnest(shown) x),
    CASE WHEN TG_OP = 'DELETE' THEN '{{}}'::jsonb
         ELSE (SELECT COALESCE(jsonb_object_agg(x, new_row -> x), '{{}}'::jsonb) FROM unnest(shown) x) END,
    _pgh_attach_context()
);
RETURN NULL;
"""


def leaves_trail(*, hidden: tuple[str, ...] = (), derived: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """A trigger for `Meta.triggers` of a model with an integer key.

    `hidden`: columns whose value must never be copied (names of people, contact data, free text); of those
    only the name of the field is kept. `derived`: columns kept equal to other rows, which leave a trail of
    their own. An insert copies no values: the row itself and the `before` of its first change tell them."""

    def quoted(columns: tuple[str, ...]) -> str:
        return ", ".join(f"'{column}'" for column in columns)

    return pgtrigger.Trigger(
        name="trail",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=FUNCTION.format(noise=quoted((*NOISE, *derived))),
        declare=[
            ("old_row", "jsonb := '{}'::jsonb"),
            ("new_row", "jsonb := '{}'::jsonb"),
            ("names", "text[] := ARRAY[]::text[]"),
            ("shown", "text[] := ARRAY[]::text[]"),
            ("hidden", f"text[] := ARRAY[{quoted((*hidden, *derived))}]::text[]"),
            ("row_id", "bigint"),
        ],
    )
