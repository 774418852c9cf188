"""Addresses below /bedrijven/top/."""

from django.urls import path

from employers.views import toplist

urlpatterns = [
    path("", toplist.this_year, name="top_this_year"),
    path("<int:year>/", toplist.top, name="top"),
    path("<int:year>/vastzetten/", toplist.freeze, name="top_freeze"),
    path("<int:year>/aanpassen/", toplist.adjust, name="top_adjust"),
    path("<int:year>/aanpassen/<int:pk>/terugdraaien/", toplist.withdraw, name="top_withdraw"),
]
