"""Addresses of the agenda, invitations and the college's visits."""

from django.urls import URLPattern, path

from meetings.views import afterwards, agenda, college, invitation, items, meeting, minutes, series, steps

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("college/", college.college, name="college"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nieuw/", meeting.plan, name="plan"),
    path("agenda/vastleggen/", afterwards.afterwards, name="afterwards"),
    path("agenda/reeksen/", series.series_list, name="series_list"),
    path("agenda/reeksen/<slug:code>/", series.series, name="series"),
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
    path("agenda/<int:pk>/rollen/", items.roles, name="roles"),
    path("agenda/<int:pk>/deelnemers-bijwerken/", items.renew, name="renew"),
    path("agenda/<int:pk>/agendapunten/", items.items, name="items"),
    path("agenda/<int:pk>/agendapunten/pdf/", items.items_pdf, name="items_pdf"),
    path("agenda/<int:pk>/agendapunten/<int:item_pk>/", items.item_edit, name="item_edit"),
    path("agenda/<int:pk>/agendapunten/<int:item_pk>/verplaatsen/", items.item_move, name="item_move"),
    path("agenda/<int:pk>/agendapunten/<int:item_pk>/weghalen/", items.item_remove, name="item_remove"),
    path("agenda/<int:pk>/stukken/nieuw/", items.document_add, name="document_add"),
    path("agenda/<int:pk>/stukken/<int:document_pk>/", items.document_edit, name="document_edit"),
    path(
        "agenda/<int:pk>/stukken/<int:document_pk>/ontvangen/",
        items.document_received,
        name="document_received",
    ),
    path(
        "agenda/<int:pk>/stukken/<int:document_pk>/weghalen/", items.document_remove, name="document_remove"
    ),
    path("agenda/<int:pk>/notulen/", minutes.minutes, name="minutes"),
    path("agenda/<int:pk>/notulen/vaststellen/", minutes.adopt, name="minutes_adopt"),
    path("agenda/<int:pk>/notulen/vrijgeven/", minutes.adoption_back, name="minutes_back"),
    path("agenda/<int:pk>/tafelblad/", series.table_sheet, name="table_sheet"),
    path("agenda/<int:pk>/tafelblad/pdf/", series.table_sheet_pdf, name="table_sheet_pdf"),
    path("agenda/<int:pk>/tafelblad/vaststellen/", series.table_sheet_freeze, name="table_sheet_freeze"),
    path("agenda/<int:pk>/tafelblad/vrijgeven/", series.table_sheet_release, name="table_sheet_release"),
    path("uitnodigingen/", invitation.invitations, name="invitations"),
    path("uitnodigingen/nieuw/", invitation.add, name="invitation_add"),
    path("uitnodigingen/<int:pk>/", invitation.detail, name="invitation"),
    path("uitnodigingen/<int:pk>/wijzigen/", invitation.edit, name="invitation_edit"),
    path("uitnodigingen/<int:pk>/intrekken/", invitation.withdraw, name="invitation_withdraw"),
]
