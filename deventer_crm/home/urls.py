from django.urls import path

from deventer_crm.home.views import choices, inbox, monitor, search, week

app_name = "home"
urlpatterns = [
    path("", week.week, name="week"),
    path("zoeken/", search.search, name="search"),
    path("monitor/", monitor.monitor, name="monitor"),
    path("monitor/<str:code>/", monitor.commitment, name="monitor_evidence"),
    path("herinneringen/", inbox.reminders, name="reminders"),
    path("herinneringen/<int:pk>/uitstellen/", inbox.snooze, name="snooze"),
    path("herinneringen/<int:pk>/hervatten/", inbox.wake, name="wake"),
    path("herinneringen/voorkeuren/", choices.choices, name="reminder_choices"),
    path("herinneringen/<int:pk>/doorgeven/", inbox.give, name="reminder_give"),
    path("herinneringen/<int:pk>/teruggeven/", inbox.take_back, name="reminder_take_back"),
]
