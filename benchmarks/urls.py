"""The addresses of the application, and the floor."""

from django.urls import include, path

from benchmarks.floor import floor

urlpatterns = [
    path("bench/floor/", floor, name="bench_floor"),
    path("", include("deventer_crm.urls")),
]
