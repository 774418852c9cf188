"""Addresses below /bedrijven/lijsten/: lists of organisations and people from a spreadsheet."""

from django.urls import path

from employers.views import sheet_import

urlpatterns = [
    path("", sheet_import.sheet_list, name="sheet_list"),
    path("nieuw/", sheet_import.sheet_upload, name="sheet_upload"),
    path("<int:pk>/", sheet_import.sheet_detail, name="sheet_detail"),
    path("<int:pk>/kolommen/", sheet_import.sheet_columns, name="sheet_columns"),
    path("<int:pk>/uitvoeren/", sheet_import.sheet_start, name="sheet_start"),
    path("<int:pk>/weggooien/", sheet_import.sheet_discard, name="sheet_discard"),
    path("<int:pk>/terugdraaien/", sheet_import.sheet_undo, name="sheet_undo"),
    path("<int:pk>/geweigerd.csv", sheet_import.sheet_refused, name="sheet_refused"),
    path("<int:pk>/rijen/<str:outcome>/", sheet_import.sheet_rows, name="sheet_rows"),
    path("<int:pk>/rijen/<int:row_pk>/beslissen/", sheet_import.sheet_decide, name="sheet_decide"),
]
