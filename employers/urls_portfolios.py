"""Addresses below /portefeuilles/."""

from django.urls import path

from employers.views import handover, portfolios

urlpatterns = [
    path("", portfolios.portfolio_list, name="portfolios"),
    path("nieuw/", portfolios.portfolio_add, name="portfolio_add"),
    path("<int:pk>/wijzigen/", portfolios.portfolio_edit, name="portfolio_edit"),
    path("<int:pk>/beeindigen/", portfolios.portfolio_end, name="portfolio_end"),
    path("voorstellen/", portfolios.proposals, name="proposals"),
    path("vervanging/nieuw/", portfolios.cover_add, name="cover_add"),
    path("vervanging/<int:pk>/wijzigen/", portfolios.cover_edit, name="cover_edit"),
    path("vervanging/<int:pk>/beeindigen/", portfolios.cover_end, name="cover_end"),
    path("overdragen/", handover.handover_add, name="handover_add"),
    path("overdrachten/<int:pk>/", handover.handover_detail, name="handover"),
    path("overdrachten/<int:pk>/terugdraaien/", handover.handover_undo, name="handover_undo"),
    path("overdrachten/<int:pk>/dossier/", handover.handover_sheet, name="handover_sheet"),
    path("overdrachten/<int:pk>/dossier.pdf", handover.handover_pdf, name="handover_pdf"),
]
