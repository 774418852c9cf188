"""Forms of questions to colleagues without an account: asking, asking again, and the answer by the link."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock, workdays
from deventer_crm.core.forms import CrmForm, DayField
from employers.models import FollowUp, FollowUpRequest
from employers.passing_on import services
from employers.passing_on.rules import allowed_domains

if TYPE_CHECKING:
    from accounts.models import User

#: So many working days a colleague has to answer when nobody says otherwise.
USUAL_TERM = 5
MOST_LETTERS = 2000


def _domains_help() -> Any:
    domains = allowed_domains()
    if domains:
        return _("Only addresses at: %(domains)s.") % {"domains": ", ".join(domains)}
    return _("Any address is allowed, for no domains are set. Mail only to colleagues of the municipality.")


class PassOnForm(CrmForm):
    """Whom, what, and by when."""

    name = forms.CharField(
        label=_("Name of your colleague"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    question = forms.CharField(
        label=_("Your question"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "This is what your colleague reads, in the mail and on the page. Nothing else goes along."
        ),
    )
    answer_by = DayField(label=_("Answer wanted by"))

    def __init__(self, *args: Any, follow_up: FollowUp, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.follow_up = follow_up
        self.fields["question"].initial = f"{follow_up.employer.name}: {follow_up.what}"
        self.fields["answer_by"].initial = workdays.shift(clock.today(), USUAL_TERM)
        self.fields["email"].help_text = _domains_help()

    def ask(self) -> FollowUpRequest | None:
        """The question that was mailed; None: refused, and the form says why."""
        return self.attempt(lambda: services.pass_on(self.follow_up, by=self.user, **self.cleaned_data))


class AskAgainForm(CrmForm):
    """The same question once more, perhaps to a better address."""

    name = forms.CharField(label=_("Name of your colleague"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))
    answer_by = DayField(label=_("Answer wanted by"))

    def __init__(self, *args: Any, request: FollowUpRequest, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.request = request
        today = clock.today()
        self.fields["name"].initial, self.fields["email"].initial = request.name, request.email
        wanted = request.answer_by if request.answer_by > today else workdays.shift(today, USUAL_TERM)
        self.fields["answer_by"].initial = wanted
        self.fields["email"].help_text = _domains_help()

    def ask(self) -> FollowUpRequest | None:
        """The question that was mailed again; None: refused, and the form says why."""
        return self.attempt(lambda: services.ask_again(self.request, by=self.user, **self.cleaned_data))


class AnswerForm(CrmForm):
    """What the colleague says; nobody is logged in here."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": 5})
    )
    says_done = forms.TypedChoiceField(
        label=_("Is it done?"),
        choices=[("no", _("Not yet, or not by me")), ("yes", _("Yes, it is done"))],
        coerce=lambda value: value == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )
    promised_on = DayField(
        label=_("If not: on which day will it be done?"),
        required=False,
        help_text=_("Leave this empty when you do not know."),
    )

    def send(self, token: str) -> FollowUpRequest | None:
        """The answered question; None: refused, and the form says why. Raises Shut."""
        return self.attempt(lambda: services.answer_request(token, **self.cleaned_data))
