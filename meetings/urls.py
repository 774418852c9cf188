"""Addresses of the agenda, invitations and the college's visits."""

from django.urls import URLPattern, path

from meetings.views import agenda, college, invitation, leavers, meeting, steps

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("college/", college.college, name="college"),
    path("college/<int:pk>/overdracht/", leavers.member_sheet, name="member_sheet"),
    path("college/<int:pk>/overdracht/pdf/", leavers.member_pdf, name="member_pdf"),
    path("toezeggingen/opnieuw-toewijzen/", leavers.reassign, name="reassign"),
    path("toezeggingen/opnieuw-toewijzen/<int:pk>/", leavers.reassign_member, name="reassign_member"),
    path("toezeggingen/opnieuw-toewijzen/collega/", leavers.reassign_closed, name="reassign_closed"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nieuw/", meeting.plan, name="plan"),
    path("agenda/<int:pk>/", meeting.detail, name="detail"),
    path("agenda/<int:pk>/wijzigen/", meeting.edit, name="edit"),
    path("agenda/<int:pk>/inplannen/", steps.plan_draft, name="plan_draft"),
    path("agenda/<int:pk>/gehouden/", steps.hold, name="hold"),
    path("agenda/<int:pk>/aanwezig/", steps.attendance, name="attendance"),
    path("agenda/<int:pk>/verslag/", steps.report, name="report"),
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
