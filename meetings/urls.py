"""Addresses of the agenda, invitations and the college's visits."""

from django.urls import URLPattern, path

from meetings.views import agenda, blocked, college, feed, invitation, meeting, moment, steps

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("college/", college.college, name="college"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nieuw/", meeting.plan, name="plan"),
    path("agenda/maand/<int:year>/<int:month>/", agenda.month, name="month"),
    path("agenda/week/<int:year>/<int:week>/", agenda.week, name="week"),
    path("agenda/geblokkeerd/", blocked.blocked_times, name="blocked"),
    path("agenda/geblokkeerd/nieuw/", blocked.add, name="blocked_add"),
    path("agenda/geblokkeerd/<int:pk>/", blocked.edit, name="blocked_edit"),
    path("agenda/geblokkeerd/<int:pk>/stoppen/", blocked.end, name="blocked_end"),
    path("agenda/abonnement/", feed.subscription, name="subscription"),
    path("agenda/abonnement/eigen-agenda/", feed.own_calendar, name="own_calendar"),
    path("kalender/<str:token>.ics", feed.feed, name="feed"),
    path("agenda/moment/", moment.moment, name="moment"),
    path("agenda/<int:pk>/", meeting.detail, name="detail"),
    path("agenda/<int:pk>/wijzigen/", meeting.edit, name="edit"),
    path("agenda/<int:pk>/inplannen/", steps.plan_draft, name="plan_draft"),
    path("agenda/<int:pk>/gehouden/", steps.hold, name="hold"),
    path("agenda/<int:pk>/aanwezig/", steps.attendance, name="attendance"),
    path("agenda/<int:pk>/verslag/", steps.report, name="report"),
    path("agenda/<int:pk>/afronden/", steps.close, name="close"),
    path("agenda/<int:pk>/vervolg/", steps.close_and_plan, name="close_and_plan"),
    path("agenda/<int:pk>/verzetten/", steps.move, name="move"),
    path("agenda/<int:pk>/afzeggen/", steps.cancel, name="cancel"),
    path("agenda/<int:pk>/terugzetten/", steps.back, name="back"),
    path("uitnodigingen/", invitation.invitations, name="invitations"),
    path("uitnodigingen/nieuw/", invitation.add, name="invitation_add"),
    path("uitnodigingen/<int:pk>/", invitation.detail, name="invitation"),
    path("uitnodigingen/<int:pk>/wijzigen/", invitation.edit, name="invitation_edit"),
    path("uitnodigingen/<int:pk>/intrekken/", invitation.withdraw, name="invitation_withdraw"),
]
