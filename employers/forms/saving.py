"""Saving a versioned form together with what must happen in the same transaction."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from deventer_crm.core.forms import VersionedModelForm


def save_form(
    form: VersionedModelForm,
    *,
    by: Any,
    before: Callable[[Any], None] | None = None,
    after: Callable[[Any], None] | None = None,
) -> Any | None:
    """Save a valid form with `before(instance)` and `after(record)` around it, all or nothing. None: it was
    not saved, and the form carries the errors."""

    @transaction.atomic
    def save() -> Any | None:
        if before is not None:
            before(form.instance)
        record = form.save_as(by)
        if record is None:
            # Somebody else was first: the form says who; what `before` wrote goes with it.
            transaction.set_rollback(True)
        elif after is not None:
            after(record)
        return record

    return form.attempt(save)
