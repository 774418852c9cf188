"""Addresses of the agenda, invitations and the college's visits."""

from django.urls import URLPattern, path

from meetings.views import aftermath, agenda, briefing, college, invitation, meeting, report, steps

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("college/", college.college, name="college"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nieuw/", meeting.plan, name="plan"),
    path("agenda/<int:pk>/", meeting.detail, name="detail"),
    path("agenda/<int:pk>/wijzigen/", meeting.edit, name="edit"),
    path("agenda/<int:pk>/inplannen/", steps.plan_draft, name="plan_draft"),
    path("agenda/<int:pk>/gehouden/", steps.hold, name="hold"),
    path("agenda/<int:pk>/aanwezig/", steps.attendance, name="attendance"),
    path("agenda/<int:pk>/briefing/", briefing.briefing, name="briefing"),
    path("agenda/<int:pk>/briefing/pdf/", briefing.briefing_pdf, name="briefing_pdf"),
    path("agenda/<int:pk>/briefing/schrijven/", briefing.briefing_edit, name="briefing_edit"),
    path("agenda/<int:pk>/verslag/", report.report, name="report"),
    path("agenda/<int:pk>/verslag/concept/", report.draft, name="report_draft"),
    path("agenda/<int:pk>/verslag/aftekenen/", report.sign_off, name="report_sign_off"),
    path("agenda/<int:pk>/beloofd/", aftermath.promise, name="promise"),
    path("agenda/<int:pk>/terugkoppeling/", aftermath.feedback, name="feedback"),
    path("agenda/<int:pk>/afronden/", steps.close, name="close"),
    path("agenda/<int:pk>/verzetten/", steps.move, name="move"),
    path("agenda/<int:pk>/afzeggen/", steps.cancel, name="cancel"),
    path("agenda/<int:pk>/terugzetten/", steps.back, name="back"),
    path("uitnodigingen/", invitation.invitations, name="invitations"),
    path("uitnodigingen/nieuw/", invitation.add, name="invitation_add"),
    path("uitnodigingen/<int:pk>/", invitation.detail, name="invitation"),
    path("uitnodigingen/<int:pk>/wijzigen/", invitation.edit, name="invitation_edit"),
    path("uitnodigingen/<int:pk>/intrekken/", invitation.withdraw, name="invitation_withdraw"),
]
