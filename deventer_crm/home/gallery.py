"""The component gallery, `/onderdelen/`: every part of the look in every state, empty and full. DEBUG only.

Who builds a page looks here first; the screenshots and the accessibility check run over it. All data is made
up.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput

NAMES = (
    "Eikzorg Koperkade, Proefziekenhuis en Voorbeeldklinieken",
    "Koperkade Zorggroep",
    "Bronsgroep N.V.",
    "Proefwerkplaats Zilverlinde B.V.",
    "Werfbouw",
    "Vlietdata",
    "Lindelab",
    "Noorddok",
    "Meeuw ICT",
    "Grachtzorg",
    "Reigerhal",
    "Hooghout Interieurbouw",
    "Beukfabriek",
    "Wilgadvies",
    "Laagveen",
    "IJzerwerf",
    "Zuiddak Systemen",
    "Oeverchemie",
    "Palmpers",
    "Kadekern",
)
_DUTY = {"v": "visited", "r": "received", "p": "planned", "i": "invited", "n": "none"}
DUTIES = [_DUTY[letter] for letter in "vpvnvvvvvpppinnvnrvi"]


@dataclass(frozen=True)
class Row:
    """A line of the sample monitor."""

    code: str
    sentence: str
    norm: str
    value: int
    target: int
    planned: int
    state: str
    outlook: str
    wish: bool = False


class SampleForm(CrmForm):
    """One field of every sort."""

    subject = forms.CharField(label=_("About what"), help_text=_("One sentence is enough."))
    mail = forms.EmailField(label=_("E-mail address"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("call", _("Telephone")), ("mail", _("Mail"))])
    on = forms.DateField(label=_("Date"), widget=DayInput())
    present = forms.MultipleChoiceField(
        label=_("Present"),
        choices=[("a", "S. Staal"), ("b", "P. Proef")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    place = forms.ChoiceField(
        label=_("Place"),
        choices=[("there", _("at the company")), ("here", _("at the town hall"))],
        widget=forms.RadioSelect,
    )
    notes = forms.CharField(label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(label=_("File"), required=False)
    confirmed = forms.BooleanField(label=_("The company has confirmed this"), required=False)


def _sample(today: dt.date) -> dict[str, object]:
    return {
        "today": today,
        "now": clock.now(),
        "days": [today + dt.timedelta(days=shift) for shift in (-11, 0, 1, 3, 12)],
        "past": [None, *(today - dt.timedelta(days=shift) for shift in (0, 1, 12, 36, 130, 900))],
        "states": ["achieved", "on_track", "at_risk", "missed", "not_measured"],
        "duties": ["visited", "received", "planned", "invited", "none"],
        "meeting_states": ["draft", "planned", "held", "reported", "closed", "cancelled"],
        "answers": ["accepted", "declined", "none"],
        "tiles": [
            {"rank": i + 1, "name": name, "duty": duty, "url": "#tiles"}
            for i, (name, duty) in enumerate(zip(NAMES, DUTIES, strict=True))
        ],
        "chips": [
            SimpleNamespace(label=_("Jobs"), value=_("250 or more"), remove_url="?a=1"),
            SimpleNamespace(label=_("Last contact"), value=_("before 1 November"), remove_url="?b=1"),
            SimpleNamespace(label=_("Account manager"), value=_("me"), remove_url="?c=1"),
        ],
        "rows": [
            Row(
                "C1",
                _("The 20 largest employers are visited or invited each year"),
                "20",
                12,
                20,
                4,
                "at_risk",
                _("16 on 31 December: 4 planned, 4 employers nothing yet"),
            ),
            Row(
                "C2",
                _("Boards and college meet every year"),
                "1",
                1,
                1,
                0,
                "achieved",
                _("Held on 14 April"),
                True,
            ),
            Row(
                "C3", _("The chairs meet three times a year"), "3", 1, 3, 2, "on_track", _("2 planned"), True
            ),
            Row("C4", _("A themed meeting together"), "1", 0, 1, 0, "missed", _("The year is over"), True),
            Row(
                "C6", _("Every employer has an account manager"), "100%", 91, 100, 0, "missed", _("9 without")
            ),
            Row(
                "C11", _("Questions are answered in time"), "–", 0, 0, 0, "not_measured", _("No measure yet")
            ),
        ],
        "spark": [("2022", 1180), ("2023", 1215), ("2024", 1240), ("2025", 1190), ("2026", 1120)],
        "spark_up": [("2022", 310), ("2023", None), ("2024", 355), ("2025", 402), ("2026", 455)],
        "spark_one": [("2026", 80)],
        "shares": [
            {"label": _("Reserved"), "share": Decimal("0.80")},
            {"label": _("Spent"), "share": Decimal("0.76")},
            {"label": _("Expected"), "share": Decimal("0.77")},
        ],
        "no_shares": [{"label": _("Reserved"), "share": None}, {"label": _("Spent"), "share": Decimal(1)}],
        "norm": Decimal("0.8"),
        "tolerance": Decimal("0.02"),
        "months": [("jul", 150, 41), ("aug", 96, 30), ("sep", 168, 56), ("okt", 178, 47), ("nov", 121, 32)],
        "numbers": [1, 4, 19, 312, 960, 1120],
    }


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; `?kaal` without messages."""
    today = clock.today()
    if "kaal" not in request.GET:
        messages.success(request, _("The visit is planned."))
        messages.warning(request, _("Somebody of another department is there on the same day."))
        messages.error(request, _("The register file could not be read."))
    wrong = SampleForm(
        {"subject": "", "mail": "geen-adres", "kind": "call", "notes": _("What was typed stays.")}
    )
    wrong.full_clean()
    context = _sample(today) | {
        "form": SampleForm(initial={"on": today}),
        "wrong": wrong,
        "page_obj": Paginator(range(9612), 25).get_page(7),
        "crumbs": [(_("Employers"), "#"), ("Proefwerkplaats Zilverlinde B.V.", "#")],
    }
    return render(request, "home/gallery.html", context)


urlpatterns = [path("onderdelen/", gallery, name="gallery")]
