from django.urls import path

from deventer_crm.home.views import choices, council, inbox, monitor, norms, search, week

app_name = "home"
urlpatterns = [
    path("", week.week, name="week"),
    path("mijn-week/beleidsafspraken/", week.commitments, name="week_commitments"),
    path("zoeken/", search.search, name="search"),
    path("monitor/", monitor.monitor, name="monitor"),
    path("monitor/raadsvraag/", council.council, name="council"),
    path("monitor/raadsvraag/pdf/", council.council_pdf, name="council_pdf"),
    path("monitor/<str:code>/norm/", norms.norm, name="norm"),
    path("monitor/<str:code>/norm/<int:pk>/intrekken/", norms.withdraw, name="norm_withdraw"),
    path("monitor/<str:code>/", monitor.commitment, name="monitor_evidence"),
    path("herinneringen/", inbox.reminders, name="reminders"),
    path("herinneringen/<int:pk>/uitstellen/", inbox.snooze, name="snooze"),
    path("herinneringen/<int:pk>/hervatten/", inbox.wake, name="wake"),
    path("herinneringen/voorkeuren/", choices.choices, name="reminder_choices"),
    path("herinneringen/<int:pk>/doorgeven/", inbox.give, name="reminder_give"),
    path("herinneringen/<int:pk>/teruggeven/", inbox.take_back, name="reminder_take_back"),
]
