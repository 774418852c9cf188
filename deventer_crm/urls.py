"""Addresses: Dutch paths, English names."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("deventer_crm.core.urls")),
    path("", include("deventer_crm.home.urls")),
    path("", include("accounts.urls")),
    path("", include("employers.urls")),
    path("", include("meetings.urls")),
    path("", include("budget.urls")),
    path("taal/", login_not_required(set_language), name="set_language"),
    path("beheer/", admin.site.urls),
]

if settings.DEBUG:
    from deventer_crm.home.gallery import urlpatterns as gallery

    urlpatterns += gallery
