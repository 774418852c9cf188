"""Reminders for tests: about a commitment, unless a test says otherwise."""

import datetime as dt
from typing import Any

import factory
from django.contrib.contenttypes.models import ContentType
from factory.django import DjangoModelFactory

from deventer_crm.core import clock
from deventer_crm.core.models import Commitment, Reminder
from tests.accounts.factories import UserFactory


class ReminderFactory(DjangoModelFactory):
    """`ReminderFactory(recipient=…, target=…, due_in=-3)`; due_in in days from today."""

    class Meta:
        model = Reminder

    class Params:
        due_in = 0

    kind = "proef"
    recipient = factory.SubFactory(UserFactory)
    period = factory.Sequence(lambda number: f"2026-{number}")
    due_on = factory.LazyAttribute(lambda row: clock.today() + dt.timedelta(days=row.due_in))
    raised_on = factory.LazyFunction(clock.today)
    news_on = factory.LazyFunction(clock.today)

    @classmethod
    def _create(cls, model_class: type[Reminder], *args: Any, **kwargs: Any) -> Reminder:
        target = kwargs.pop("target", None) or Commitment.objects.get(code="C2")
        kwargs["target_type"] = ContentType.objects.get_for_model(target)
        kwargs["target_id"] = target.pk
        return super()._create(model_class, *args, **kwargs)
