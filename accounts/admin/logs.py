"""To look at only: the trail, the access log, jobs, reminders and mails."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_base import ReadOnlyAdmin
from accounts.visibility import visible_trail, with_who
from deventer_crm.core.mails import MAIL_KINDS, try_again
from deventer_crm.core.models import (
    AccessEvent,
    Digest,
    Heartbeat,
    JobRun,
    OutgoingMail,
    Reminder,
    TrailEvent,
)


@admin.register(TrailEvent)
class TrailEventAdmin(ReadOnlyAdmin):
    """What changed in business records (R13)."""

    list_display = ("at", "action", "table_name", "object_id", "changed_fields", "who")
    list_filter = ("action", "at")
    list_select_related = ("context",)
    search_fields = ("=object_id", "table_name")
    search_help_text = _("Number of a record, or name of a table.")
    fields = ("at", "action", "table_name", "object_id", "changed", "before", "after", "who", "where")
    readonly_fields = ("who", "where")
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrailEvent]:
        return with_who(visible_trail(super().get_queryset(request), request.user))

    @admin.display(description=_("fields"))
    def changed_fields(self, obj: TrailEvent) -> str:
        return ", ".join(obj.changed)

    @admin.display(description=_("who"))
    def who(self, obj: Any) -> str:
        return str(obj.who_name or "")

    @admin.display(description=_("from where"))
    def where(self, obj: TrailEvent) -> str:
        metadata = obj.context.metadata if obj.context else {}
        return " ".join(
            str(metadata[key]) for key in ("source", "url", "job", "command") if metadata.get(key)
        )


@admin.register(AccessEvent)
class AccessEventAdmin(ReadOnlyAdmin):
    """Log-in, refusal, confidential records looked at, exports (R13)."""

    list_display = ("at", "verb", "user", "target", "origin")
    list_filter = ("verb", "at")
    list_select_related = ("user",)
    search_fields = ("target", "origin", "user__email", "user__last_name")


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """What periodic jobs did."""

    list_display = ("name", "started_at", "finished_at", "state", "counts")
    list_filter = ("name", "state")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When the worker and beat last said that they live."""

    list_display = ("name", "at")


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Reminders; what one is about is shown by number, for the record may be confidential (R10)."""

    list_display = ("kind", "recipient", "period", "due_on", "state", "is_escalation")
    list_filter = ("kind", "state", "is_escalation")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "recipient__last_name", "period")
    exclude = ("target_type",)


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """Reminder mails: whether and when they went. What was in them is for the person alone."""

    list_display = ("day", "recipient", "state", "reminder_count", "attempts", "sent_at", "error")
    list_filter = ("state", "day")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "recipient__last_name")
    exclude: Any = ("content",)


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """Mails to people outside: whether and when they went, and trying one again that was given up. To whom
    it went and what it said is for who wrote it, on the page of what it is about (R10)."""

    list_display = ("claimed_at", "kind_name", "state", "attempts", "retry_at", "sent_at", "error", "by")
    list_filter = ("state", ("retry_at", admin.EmptyFieldListFilter), "claimed_at")
    list_select_related = ("by",)
    search_fields = ("=message_id",)
    search_help_text = _("Message-ID of a mail.")
    exclude: Any = ("to", "reply_to", "subject", "text", "html", "attachments", "about_type", "about_id")
    actions = ("send_again",)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_name(self, obj: OutgoingMail) -> str:
        known = MAIL_KINDS.get(obj.kind)
        return str(known.label) if known else obj.kind

    @admin.action(description=_("Try the mails again that were given up"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        chosen = [mail for mail in queryset if mail.is_given_up]
        for mail in chosen:
            try_again(mail)
        said = ngettext("%(count)d mail is tried again.", "%(count)d mails are tried again.", len(chosen))
        self.message_user(request, said % {"count": len(chosen)}, messages.SUCCESS)
