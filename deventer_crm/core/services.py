"""Writes every app shares."""

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from deventer_crm.core.models import AccessEvent, Tracked


class StaleRecord(Exception):
    """Somebody else saved the record since this editor opened it. Carries the stored record."""

    def __init__(self, stored: Tracked) -> None:
        super().__init__("the record was changed meanwhile")
        self.stored = stored

    def message(self) -> str:
        """Who and when, for the editor whose save was refused."""
        who = self.stored.modified_by
        return _("%(who)s changed this on %(when)s, after you opened it. Your text is still here.") % {
            "who": who.get_full_name() if who else _("The system"),
            "when": timezone.localtime(self.stored.modified_at).strftime("%d-%m-%Y %H:%M"),
        }


T = TypeVar("T", bound=Tracked)


def save_tracked(
    obj: T, *, by: models.Model | None, expected_version: int | None = None, validate: bool = True
) -> T:
    """Validate and save a tracked record with who did it; the version counts up by one.

    `expected_version`: what the editor's form was based on; raises StaleRecord when the stored row has moved
    on. Raises ValidationError when a rule of the model is broken, also when somebody else took the name, the
    seat or the period between the check and the save."""
    try:
        return _save(obj, by, expected_version, validate)
    except IntegrityError:
        if validate:
            obj.full_clean()  # now that the other row is there, the rule says so in words
        raise


@transaction.atomic
def _save(obj: T, by: models.Model | None, expected_version: int | None, validate: bool) -> T:
    obj.modified_by_id = by.pk if by else None
    if obj.pk is None:
        obj.created_by_id = by.pk if by else None
    elif expected_version is not None:
        rows = type(obj)._default_manager.filter(pk=obj.pk, version=expected_version)
        # The conditional update is the lock: of two savers one finds no row.
        if not rows.update(version=F("version") + 1):
            raise StaleRecord(type(obj)._default_manager.select_related("modified_by").get(pk=obj.pk))
        obj.version = expected_version + 1
    else:
        obj.version += 1
    if validate:
        obj.full_clean()
    obj.save()
    return obj


def log_view(record: models.Model, user: Any) -> None:
    """R13: leave a line when somebody looks at a record that is confidential."""
    if getattr(record, "is_confidential", False):
        log_access(
            AccessEvent.Verb.VIEW_CONFIDENTIAL, user=user, target=f"{record._meta.label_lower}:{record.pk}"
        )


def log_access(
    verb: AccessEvent.Verb, *, user: Any = None, target: str = "", origin: str = "", **detail: Any
) -> AccessEvent:
    """Append one line to the access log (R13). `target` names a record as "app.model:id", never a person."""
    person = user if getattr(user, "is_authenticated", False) else None
    return AccessEvent.objects.create(
        verb=verb, user=person, target=target[:100], origin=origin[:64], detail=detail
    )
