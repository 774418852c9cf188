"""Addresses for machines: probes of containers, proxies and monitoring."""

from django.urls import path

from deventer_crm.core import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("healthz", health.healthz, name="healthz"),
]
