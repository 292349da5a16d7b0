"""Addresses of the privacy pages."""

from apps.privacy import consent_pages, encryption_pages, notice_pages, personal_pages

PREFIX = "data/"
urlpatterns = [
    *personal_pages.page_urls(),
    *encryption_pages.page_urls(),
    *notice_pages.page_urls(),
    *consent_pages.page_urls(),
]
