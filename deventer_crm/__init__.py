"""Deventer CRM: the project package. Importing the Celery application here lets tasks find it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
