"""Addresses below /bedrijven/ and /contactpersonen/."""

from django.urls import URLPattern, URLResolver, include, path

from employers import urls_followups, urls_import, urls_portfolios, urls_sheets, urls_toplist
from employers.views import (
    contact,
    dossier,
    employers,
    erasure,
    followups,
    listing,
    memberships,
    people,
    question,
    signals,
)

app_name = "employers"
employer_patterns: list[URLPattern | URLResolver] = [
    path("", listing.employer_list, name="list"),
    path("import/", include(urls_import.urlpatterns)),
    path("lijsten/", include(urls_sheets.urlpatterns)),
    path("top/", include(urls_toplist.urlpatterns)),
    path("vestigingen/", listing.establishment_list, name="establishments"),
    path("nieuw/", employers.employer_add, name="add"),
    path("<int:pk>/", dossier.employer_detail, name="detail"),
    path("<int:pk>/tijdlijn/", dossier.employer_timeline, name="timeline"),
    path("<int:pk>/wijzigen/", employers.employer_edit, name="edit"),
    path("<int:pk>/accountmanager/", employers.account_manager, name="manager"),
    path("<int:pk>/samenvoegen/", employers.employer_group, name="group"),
    path("<int:pk>/samenvoegen/<int:grouping_pk>/terugdraaien/", employers.employer_ungroup, name="ungroup"),
    path("<int:pk>/niet-meer-gebruiken/", employers.employer_retire, name="retire"),
    path("<int:pk>/weer-gebruiken/", employers.employer_reuse, name="reuse"),
    path("<int:pk>/wie-kent-wie/", people.who_knows_whom, name="knowing"),
    path("<int:pk>/leden/", memberships.members, name="members"),
    path("<int:pk>/lidmaatschap/", memberships.membership_add, name="membership_add"),
    path("lidmaatschappen/<int:pk>/beeindigen/", memberships.membership_end, name="membership_end"),
    path("<int:pk>/toezegging/", followups.follow_up_add, name="follow_up_add"),
    path("<int:pk>/signalen/klopt-niet/", signals.signal_object, name="signal_object"),
    path("<int:pk>/signalen/<int:objection_pk>/terug/", signals.signal_withdraw, name="signal_withdraw"),
    path("<int:pk>/contact/", contact.contact_add, name="contact_add"),
    path("<int:pk>/contact/nieuw/", contact.contact_new, name="contact_new"),
    path("<int:pk>/contact/<int:moment_pk>/wijzigen/", contact.contact_edit, name="contact_edit"),
    path("<int:pk>/contact/<int:moment_pk>/intrekken/", contact.contact_withdraw, name="contact_withdraw"),
]

person_patterns = [
    path("", listing.person_list, name="people"),
    path("nieuw/", people.person_add, name="person_add"),
    path("<int:pk>/", people.person_detail, name="person"),
    path("<int:pk>/wijzigen/", people.person_edit, name="person_edit"),
    path("<int:pk>/contact/", contact.person_contact, name="person_contact"),
    path("<int:pk>/anonimiseren/", erasure.person_anonymise, name="person_anonymise"),
    path("<int:pk>/functie/", people.position_add, name="position_add"),
    path("functies/<int:pk>/wijzigen/", people.position_edit, name="position_edit"),
    path("functies/<int:pk>/beeindigen/", people.position_end, name="position_end"),
]

urlpatterns = [
    path("bedrijven/", include(employer_patterns)),
    path("contactpersonen/", include(person_patterns)),
    path("toezeggingen/", listing.follow_up_list, name="follow_ups"),
    path("toezeggingen/", include(urls_followups.urlpatterns)),
    path("vraag/<str:token>/", question.question, name="question"),
    path("portefeuilles/", include(urls_portfolios.urlpatterns)),
]
