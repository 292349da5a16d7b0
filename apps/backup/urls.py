"""Addresses of the backup pages."""

from apps.backup import export_pages, pages

PREFIX = "data/"
urlpatterns = [*pages.page_urls(), *export_pages.page_urls()]
