"""Addresses before the first organisation exists."""

from django.urls import include, path

urlpatterns = [path("", include("apps.tenancy.urls_first_run"))]
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"
