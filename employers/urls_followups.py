"""Addresses of single promises and actions, below /toezeggingen/."""

from django.urls import path

from employers.views import followups

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
    path("<int:pk>/", followups.follow_up, name="follow_up"),
    path("<int:pk>/wijzigen/", followups.follow_up_edit, name="follow_up_edit"),
    *(
        path(f"<int:pk>/{WORDS[act]}/", page.view(), name=f"follow_up_{act}")
        for act, page in followups.ACTS.items()
    ),
]
