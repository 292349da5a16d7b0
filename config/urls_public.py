"""Addresses of the platform's own host (``platform.localhost``)."""

from django.urls import path
from django.views.generic import RedirectView

from apps.tenancy.admin import platform_site

urlpatterns = [
    path("admin/", platform_site.urls),
    path("", RedirectView.as_view(url="/admin/")),
]
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"
