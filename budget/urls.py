from django.urls import path

from budget import views

app_name = "budget"

urlpatterns = [
    path("budget/", views.this_year, name="this_year"),
    path("budget/<int:year>/", views.year, name="year"),
    path("budget/<int:year>/plan/", views.plan, name="plan"),
    path("budget/<int:year>/uren/", views.year_hours, name="year_hours"),
    path("uren/", views.hours, name="hours"),
    path("uren/<int:pk>/verwijderen/", views.remove, name="remove_hours"),
    path("uren/bevestigen/<int:year>/<int:month>/", views.confirm, name="confirm_month"),
    path("uren/heropenen/<int:year>/<int:month>/", views.reopen, name="reopen_month"),
]
