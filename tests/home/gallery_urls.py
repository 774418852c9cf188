"""Addresses with the gallery, which otherwise exists in DEBUG only."""

from deventer_crm.home.gallery import urlpatterns as gallery
from deventer_crm.urls import urlpatterns as all_others

urlpatterns = [*all_others, *(path for path in gallery if path not in all_others)]
