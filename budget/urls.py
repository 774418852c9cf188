from django.urls import path

from budget.views import hours, imports, months, people, spending, year

app_name = "budget"

urlpatterns = [
    path("budget/", year.this_year, name="this_year"),
    path("budget/jaren/", year.years, name="years"),
    path("budget/tarieven/", year.rates, name="rates"),
    path("budget/<int:year>/", year.year, name="year"),
    path("budget/<int:year>/plan/", year.plan, name="plan"),
    path("budget/<int:year>/plan/overnemen/", year.copy, name="copy_plan"),
    path("budget/<int:year>/afsluiten/", year.lock, name="lock"),
    path("budget/<int:year>/besteding/", spending.spending, name="spending"),
    path("budget/<int:year>/uren/", spending.year_hours, name="year_hours"),
    path("budget/<int:year>/uren.xlsx", spending.year_hours_file, name="year_hours_file"),
    path("budget/<int:year>/maanden/", months.months, name="months"),
    path("budget/<int:year>/maanden/<int:month>/sluiten/", months.close, name="close_month"),
    path("budget/<int:year>/maanden/<int:month>/heropenen/", months.open_again, name="open_month"),
    path("budget/<int:year>/personen/", people.people, name="people"),
    path("budget/<int:year>/personen/<int:pk>/", people.person, name="person"),
    path("uren/", hours.hours, name="hours"),
    path("uren/maand/<int:year>/<int:month>/", months.month, name="month"),
    path("uren/week/", months.this_week, name="this_week"),
    path("uren/week/<int:year>/<int:week>/", months.week, name="week"),
    path("uren/overzicht/<int:year>/", spending.own_hours, name="own_hours"),
    path("uren/overzicht/<int:year>/uren.xlsx", spending.own_hours_file, name="own_hours_file"),
    path("uren/<int:pk>/verwijderen/", hours.remove, name="remove_hours"),
    path("uren/bevestigen/<int:year>/<int:month>/", hours.confirm, name="confirm_month"),
    path("uren/heropenen/<int:year>/<int:month>/", hours.reopen, name="reopen_month"),
    path("uren/inlezen/", imports.import_list, name="import_list"),
    path("uren/inlezen/nieuw/", imports.import_upload, name="import_upload"),
    path("uren/inlezen/personeelsnummers/", imports.staff_numbers, name="staff_numbers"),
    path("uren/inlezen/<int:pk>/", imports.import_detail, name="import_detail"),
    path("uren/inlezen/<int:pk>/kolommen/", imports.import_columns, name="import_columns"),
    path("uren/inlezen/<int:pk>/uitvoeren/", imports.import_start, name="import_start"),
    path("uren/inlezen/<int:pk>/weggooien/", imports.import_discard, name="import_discard"),
    path("uren/inlezen/<int:pk>/terugdraaien/", imports.import_undo, name="import_undo"),
    path("uren/inlezen/<int:pk>/geweigerd.csv", imports.import_refused, name="import_refused"),
    path("uren/inlezen/<int:pk>/rijen/<str:outcome>/", imports.import_rows, name="import_rows"),
]
