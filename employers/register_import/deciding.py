"""A person decides about a doubtful row: the same establishment, or not (R11)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import transaction

from employers.models import DeliveryRow, Establishment, RegisterDelivery
from employers.spreadsheets.columns import Columns
from employers.spreadsheets.errors import RefusedFile

from .applying import apply_decided
from .matching import Delivery, match_as_decided, newest_reference_date
from .running import register_lock
from .staging import Stage

Outcome = DeliveryRow.Outcome


def decide(row: DeliveryRow, establishment: Establishment | None, *, by: Any) -> DeliveryRow:
    """Import a doubtful row after all, as `establishment` or, with None, as one of its own.

    A row somebody decided about meanwhile is returned as it is. Raises RegisterBusy while an import runs and
    RefusedFile("cannot_decide") when the row cannot be imported: an older file never makes anything new."""
    with register_lock(row.delivery.source), transaction.atomic():
        row = DeliveryRow.objects.select_for_update(of=("self",)).select_related("delivery").get(pk=row.pk)
        delivery = row.delivery
        if row.outcome != Outcome.DOUBTFUL or delivery.state != RegisterDelivery.State.DONE:
            return row
        columns = Columns(delivery.preview["positions"], tuple(delivery.preview["header"]))
        newest = newest_reference_date(delivery.source)
        terms = Delivery(
            source=delivery.source,
            reference_date=delivery.reference_date,
            sbi_version=delivery.sbi_version or 2008,
            is_partial=True,
            older=newest is not None and delivery.reference_date < newest,
        )
        with Stage(columns, delivery.reference_date) as stage:
            stage.fill([(row.number or 1, tuple(row.values))], lambda rows: None)
            outcome = match_as_decided(terms, establishment.pk if establishment else None)
            if outcome not in (Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED):
                raise RefusedFile("cannot_decide")
            with pghistory.context(source="register import", delivery=delivery.pk):
                establishment_id = apply_decided(terms, delivery.pk, by.pk if by else None)
        row.outcome = outcome
        row.establishment_id = establishment_id
        row.values = []
        row.save(update_fields=["outcome", "establishment", "values"])
        found = delivery.counts
        found["doubtful"] -= 1
        found[outcome] += 1
        RegisterDelivery.objects.filter(pk=delivery.pk).update(counts=found)
    return row
