"""The page with every reminder rule and every job of the schedule, for those who keep the settings (R9)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import ROLE_LABELS, Act, Role
from deventer_crm.core import reminders
from deventer_crm.core.periodic import reconcile_rule_now
from deventer_crm.core.rule_runs import job_lines, rule_lines
from deventer_crm.core.tasks import send


def _allow(request: HttpRequest) -> None:
    if not request.user.can(Act.MANAGE_SETTINGS):
        raise PermissionDenied


def role_words(codes: tuple[str, ...]) -> str:
    """Roles as people name them."""
    return ", ".join(str(ROLE_LABELS[Role(code)]) for code in codes)


@require_safe
def rules_page(request: HttpRequest, site: Any) -> HttpResponse:
    """Every rule with who is asked, what its last run did and what is open."""
    _allow(request)
    rules = [
        {"line": line, "asks": role_words(line.rule.asks), "later": role_words(line.rule.later)}
        for line in rule_lines()
    ]
    context = {
        **site.each_context(request),
        "title": _("Reminder rules and jobs"),
        "rules": rules,
        "jobs": job_lines(),
    }
    return TemplateResponse(request, "admin/reminder_rules.html", context)


@require_POST
def run_rule(request: HttpRequest, kind: str, site: Any) -> HttpResponse:
    """Ask the worker to work out one rule now. Without a broker the next round of each hour does it."""
    _allow(request)
    rule = reminders.RULES.get(kind)
    if rule is None:
        raise Http404
    if send(reconcile_rule_now, kind):
        text = _("“%(rule)s” is being worked out. Look again in a few seconds.") % {"rule": rule.label}
        messages.success(request, text)
    else:
        text = _("The background work does not answer now; the round of each hour works it out.")
        messages.warning(request, text)
    return HttpResponseRedirect(reverse("admin:reminder_rules"))
