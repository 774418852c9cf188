"""How the person who asks wants to be reminded."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deventer_crm.core.forms import sent
from deventer_crm.core.preferences import Wish, kinds_for, set_wishes, wishes_of
from deventer_crm.home.forms import WishForm


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Everybody has their own; there is no address for somebody else's."""
    wishes, posted = wishes_of(request.user), sent(request)
    forms = [
        WishForm(posted, rule=rule, wish=wishes.get(rule.kind, Wish())) for rule in kinds_for(request.user)
    ]
    valid = [form.is_valid() for form in forms]  # all of them, so that every mistake shows
    if posted is not None and all(valid):
        set_wishes(request.user, {form.rule.kind: form.wish for form in forms})
        messages.success(request, _("Your choices are kept."))
        return redirect("home:reminder_choices")
    context = {"forms": forms, "gets_mail": request.user.mails_digest}
    return render(request, "home/reminder_choices.html", context, status=422 if posted is not None else 200)
