from django.urls import path

from deventer_crm.home.views import choices, council, inbox, monitor, norms, reports, search, week

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
    path("rapportages/", reports.reports, name="reports"),
    path("rapportages/beginnen/", reports.begin, name="report_begin"),
    path("rapportages/vergelijken/", reports.compare, name="reports_compare"),
    path("rapportages/<int:pk>/", reports.report, name="report"),
    path("rapportages/<int:pk>/tekst/<int:commitment>/", reports.text, name="report_text"),
    path("rapportages/<int:pk>/bewijs/<int:commitment>/", reports.evidence, name="report_evidence"),
    path("rapportages/<int:pk>/vastzetten/", reports.freeze, name="report_freeze"),
    path("rapportages/<int:pk>/publiceren/", reports.publish, name="report_publish"),
    path("rapportages/<int:pk>/corrigeren/", reports.correct, name="report_correct"),
    path("rapportages/<int:pk>/weggooien/", reports.drop, name="report_drop"),
    path("rapportages/<int:pk>/rapportage.pdf", reports.pdf, name="report_pdf"),
    path("rapportages/<int:pk>/openbaar.pdf", reports.public_pdf, name="report_public"),
    path("rapportages/<int:pk>/cijfers.xlsx", reports.figures, name="report_figures"),
    path("herinneringen/", inbox.reminders, name="reminders"),
    path("herinneringen/<int:pk>/uitstellen/", inbox.snooze, name="snooze"),
    path("herinneringen/<int:pk>/hervatten/", inbox.wake, name="wake"),
    path("herinneringen/voorkeuren/", choices.choices, name="reminder_choices"),
    path("herinneringen/<int:pk>/doorgeven/", inbox.give, name="reminder_give"),
    path("herinneringen/<int:pk>/teruggeven/", inbox.take_back, name="reminder_take_back"),
]
