"""Reminders for tests: about a commitment, unless a test says otherwise."""

import datetime as dt
from typing import Any

import factory
from django.contrib.contenttypes.models import ContentType
from factory.django import DjangoModelFactory

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.models import Commitment, Quarter, QuarterlyReport, Reminder
from deventer_crm.home.reports.services import begin_report, freeze_report, save_text
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


def make_report(quarter: Quarter, *, by: User, freeze: bool = False, **texts: str) -> QuarterlyReport:
    """The report of a quarter with these texts (`C1="…"`), the one there is already when there is one."""
    report = QuarterlyReport.objects.filter(year=quarter.year, quarter=quarter.number).first()
    if report is None:
        report = begin_report(quarter.year, quarter.number, by=by)
        for code, text in texts.items():
            save_text(report, Commitment.objects.get(code=code), text, by=by)
    if freeze and report.is_draft:
        report = freeze_report(report, by=by)
    return report
