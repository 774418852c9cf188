"""Addresses of single promises and actions, below /toezeggingen/."""

from django.urls import path

from employers.views import followups, ledger, passing_on

#: The act in Dutch, as the address says it.
WORDS = {
    "confirm": "bevestigen",
    "fulfil": "nagekomen",
    "report_back": "terugkoppelen",
    "drop": "vervallen",
    "reassign": "toewijzen",
    "reopen": "heropenen",
}

urlpatterns = [
    path("overzicht/", ledger.overview, name="follow_up_ledger"),
    path("weeklijst/", ledger.weekly, name="follow_up_weekly"),
    path("weeklijst/pdf/", ledger.weekly_pdf, name="follow_up_weekly_pdf"),
    path("<int:pk>/", followups.follow_up, name="follow_up"),
    path("<int:pk>/wijzigen/", followups.follow_up_edit, name="follow_up_edit"),
    path("<int:pk>/doorgeven/", passing_on.pass_on, name="follow_up_pass_on"),
    path("vragen/<int:pk>/opnieuw/", passing_on.ask_again, name="follow_up_request_again"),
    path("vragen/<int:pk>/intrekken/", passing_on.withdraw, name="follow_up_request_withdraw"),
    path("vragen/<int:pk>/antwoord/", passing_on.handle, name="follow_up_request_handle"),
    *(
        path(f"<int:pk>/{WORDS[act]}/", page.view(), name=f"follow_up_{act}")
        for act, page in followups.ACTS.items()
    ),
]
