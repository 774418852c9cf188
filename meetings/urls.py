"""Addresses of the agenda, invitations and the college's visits."""

from django.urls import URLPattern, path

from meetings.views import agenda, answer, college, guests, invitation, mailing, meeting, steps

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
    path("agenda/<int:pk>/verslag/", steps.report, name="report"),
    path("agenda/<int:pk>/afronden/", steps.close, name="close"),
    path("agenda/<int:pk>/verzetten/", steps.move, name="move"),
    path("agenda/<int:pk>/afzeggen/", steps.cancel, name="cancel"),
    path("agenda/<int:pk>/terugzetten/", steps.back, name="back"),
    path("agenda/<int:pk>/gasten/", guests.guests, name="guests"),
    path("agenda/<int:pk>/gasten/toevoegen/", guests.add, name="guests_add"),
    path("agenda/<int:pk>/gasten/weghalen/", guests.remove, name="guests_remove"),
    path("agenda/<int:pk>/gasten/uitnodigen/", guests.invite, name="guests_invite"),
    path("agenda/<int:pk>/gasten/herinneren/", guests.ask_again, name="guests_ask_again"),
    path("agenda/<int:pk>/gasten/presentielijst/", guests.sheet, name="guest_sheet"),
    path("agenda/<int:pk>/deur/", guests.door, name="door"),
    path("agenda/<int:pk>/deur/inloop/", guests.walk_in, name="walk_in"),
    path("uitnodiging/<str:token>/", answer.answer, name="answer"),
    path("uitnodigingen/", invitation.invitations, name="invitations"),
    path("uitnodigingen/nieuw/", invitation.add, name="invitation_add"),
    path("uitnodigingen/mailen/", mailing.mail, name="invitation_mail"),
    path("uitnodigingen/<int:pk>/opnieuw/", mailing.send_again, name="invitation_send_again"),
    path("uitnodigingen/<int:pk>/herinneren/", mailing.ask_again, name="invitation_ask_again"),
    path("uitnodigingen/<int:pk>/", invitation.detail, name="invitation"),
    path("uitnodigingen/<int:pk>/wijzigen/", invitation.edit, name="invitation_edit"),
    path("uitnodigingen/<int:pk>/intrekken/", invitation.withdraw, name="invitation_withdraw"),
]
