"""How a person is called, in a query: the same words as str() of the record, without reading the record."""

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim


def full_name(path: str = "") -> Trim:
    """First and last name of a colleague or a contact person. `path`: of the foreign key, empty for the
    queried model itself."""
    prefix = f"{path}__" if path else ""
    return Trim(Concat(f"{prefix}first_name", Value(" "), f"{prefix}last_name"))


def colleague_name(path: str = "") -> Any:
    """As str(user): the full name, else the mail address; null without a user."""
    email = f"{path}__email" if path else "email"
    return Coalesce(NullIf(full_name(path), Value("")), F(email), output_field=CharField())


#: The same in a statement of one's own, for a user called `u`; empty without one.
COLLEAGUE_SQL = "COALESCE(NULLIF(btrim(concat(u.first_name, ' ', u.last_name)), ''), u.email, '')"
