"""Addresses below /bedrijven/import/."""

from django.urls import path

from employers.views import imports

urlpatterns = [
    path("", imports.import_list, name="import_list"),
    path("nieuw/", imports.import_upload, name="import_upload"),
    path("<int:pk>/", imports.import_detail, name="import_detail"),
    path("<int:pk>/kolommen/", imports.import_columns, name="import_columns"),
    path("<int:pk>/uitvoeren/", imports.import_start, name="import_start"),
    path("<int:pk>/weggooien/", imports.import_discard, name="import_discard"),
    path("<int:pk>/geweigerd.csv", imports.import_refused, name="import_refused"),
    path("<int:pk>/rijen/<str:outcome>/", imports.import_rows, name="import_rows"),
    path("<int:pk>/rijen/<int:row_pk>/beslissen/", imports.import_decide, name="import_decide"),
]
