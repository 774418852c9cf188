"""The import over the real broker, in a real worker."""

import datetime as dt
import time

import pytest
from django.core.files.base import ContentFile

from employers.models import Establishment, RegisterDelivery
from employers.register_import import deliveries

from .files import csv_text, lines

pytestmark = [pytest.mark.celery, pytest.mark.django_db(transaction=True)]
State = RegisterDelivery.State


def wait_for(delivery, state):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        delivery.refresh_from_db()
        if delivery.state in (state, State.FAILED, State.REFUSED):
            break
        time.sleep(0.1)
    assert delivery.state == state, delivery.problem


def test_a_worker_checks_and_imports_an_uploaded_file(worker, fa):
    file = ContentFile(csv_text(lines(50)).encode(), name="levering.csv")
    delivery = deliveries.upload(
        file, by=fa, source="lisa", reference_date=dt.date(2026, 4, 1), sbi_version=None, is_partial=False
    )
    wait_for(delivery, State.CHECKED)
    assert not Establishment.objects.exists()
    deliveries.start(delivery, by=fa)
    wait_for(delivery, State.DONE)
    assert Establishment.objects.count() == 50
    assert delivery.counts["new"] == 50
