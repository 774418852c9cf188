"""Addresses of visits and meetings."""

from django.urls import URLPattern, path

from meetings.views import college

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("college/", college.college, name="college"),
]
