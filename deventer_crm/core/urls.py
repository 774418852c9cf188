"""Addresses for machines (probes of containers, proxies and monitoring), and what every list has."""

from django.urls import include, path

from deventer_crm.core import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("healthz", health.healthz, name="healthz"),
    path("lijsten/", include("deventer_crm.core.lists.urls")),
]
