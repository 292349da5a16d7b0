"""Addresses of the platform's own host (``platform.localhost``)."""

from django.urls import include, path
from django.views.generic import RedirectView

from apps.accounts.urls import sign_in_urls
from apps.tenancy.admin import platform_site

urlpatterns = [
    path("admin/", platform_site.urls),
    path("accounts/", include(sign_in_urls)),
    path("", RedirectView.as_view(url="/admin/")),
]
handler404 = "apps.core.error_pages.not_found"
handler403 = "apps.core.error_pages.forbidden"
handler500 = "apps.core.error_pages.server_error"
