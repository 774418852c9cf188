"""Addresses below /lijsten/: what every list has besides its own page."""

from django.urls import path

from deventer_crm.core.lists import views

urlpatterns = [
    path("acties/", views.bulk_acts, name="bulk_acts"),
    path("acties/<int:pk>/terugdraaien/", views.bulk_undo, name="bulk_undo"),
    path("weergave/<int:pk>/", views.view_edit, name="view_edit"),
    path("weergave/<int:pk>/filters/", views.view_save, name="view_save"),
    path("weergave/<int:pk>/verwijderen/", views.view_delete, name="view_delete"),
    path("<slug:key>/weergave/", views.view_add, name="view_add"),
    path("<slug:key>/actie/<slug:code>/", views.bulk, name="bulk"),
    path("<slug:key>/bestand/<slug:kind>/", views.export, name="list_export"),
]
