"""An employer keeps the names it had, whoever renames it: a person, an import, or plain SQL."""

import pgtrigger

#: The search column is made by refresh_employers() from the register too; until that ran after a change of
#: the name, the new name stands before what was there, so that it is found at once. An ORM save writes all
#: columns back as they were when the row was read: whatever is not renamed keeps what the database has.
FUNCTION = """
IF TG_OP = 'UPDATE' AND lower(unaccent(NEW.name)) = lower(unaccent(OLD.name)) THEN
    NEW.former_names := OLD.former_names;
    NEW.search_text := OLD.search_text;
    NEW.sort_name := OLD.sort_name;
    RETURN NEW;
END IF;
NEW.sort_name := left(regexp_replace(lower(unaccent(NEW.name)), '^[^a-z0-9]+', ''), 200);
IF TG_OP = 'UPDATE' THEN
    NEW.former_names := array_remove(array_remove(OLD.former_names, NEW.name), OLD.name) || OLD.name::text;
    NEW.search_text := lower(unaccent(NEW.name)) || ' ' || OLD.search_text;
ELSIF NEW.search_text = '' THEN
    NEW.search_text := lower(unaccent(NEW.name));
END IF;
RETURN NEW;
"""


def keeps_names() -> pgtrigger.Trigger:
    """For `Meta.triggers` of Employer. `former_names` is changed by a new name, or by setting it alone."""
    return pgtrigger.Trigger(
        name="keeps_names",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("name"),  # type: ignore[no-untyped-call]  # untyped
        func=FUNCTION,
    )
