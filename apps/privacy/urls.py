"""Addresses of the privacy pages."""

from apps.privacy import encryption_pages

PREFIX = "data/"
urlpatterns = [*encryption_pages.page_urls()]
