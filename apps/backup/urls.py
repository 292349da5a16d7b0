"""Addresses of the backup pages."""

from apps.backup.pages import page_urls

PREFIX = "data/"
urlpatterns = page_urls()
