"""Addresses below /lijsten/: what every list has besides its own page."""

from django.urls import path

from deventer_crm.core.lists import views

urlpatterns = [
    path("acties/", views.bulk_acts, name="list_acts"),
    path("acties/<int:pk>/terugdraaien/", views.bulk_undo, name="list_undo"),
    path("weergave/<int:pk>/", views.view_edit, name="list_view_edit"),
    path("weergave/<int:pk>/filters/", views.view_save, name="list_view_save"),
    path("weergave/<int:pk>/verwijderen/", views.view_delete, name="list_view_delete"),
    path("<slug:key>/weergave/", views.view_add, name="list_view_add"),
    path("<slug:key>/actie/<slug:code>/", views.bulk, name="list_act"),
    path("<slug:key>/bestand/<slug:kind>/", views.export, name="list_export"),
]
