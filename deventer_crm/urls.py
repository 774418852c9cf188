"""Addresses: Dutch paths, English names."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("deventer_crm.core.urls")),
    path("", include("deventer_crm.home.urls")),
    path("", include("accounts.urls")),
    path("bedrijven/", include("employers.urls")),
    path("", include("meetings.urls")),
    path("", include("budget.urls")),
    path("beheer/", admin.site.urls),
]

if settings.DEBUG:
    from deventer_crm.home.gallery import urlpatterns as gallery

    urlpatterns += gallery
