"""The tasks of this app that the schedule starts (settings.CELERY_BEAT_SCHEDULE)."""

from django.utils.translation import gettext_lazy as _

from deventer_crm.core.tasks import crm_task


@crm_task(
    name="meetings.evening_before", single=True, time_limit=600, label=_("Mail the college about tomorrow")
)
def evening_before() -> None:
    """At six in the evening: the mails about tomorrow."""
    from meetings.evening import mail_evening_before

    mail_evening_before()
