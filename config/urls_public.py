"""Addresses of the platform's own host (``platform.localhost``)."""

from django.urls import include, path
from django.views.generic import RedirectView

from apps.accounts.urls import sign_in_urls
from apps.core.api.docs import SchemaView, docs_view
from apps.platform import public_views
from apps.platform.admin import platform_site
from apps.platform.urls import look_urls

urlpatterns = [
    path("admin/", platform_site.urls),
    path("api/schema/", SchemaView.as_view(urlconf="config.urls_public"), name="api_schema"),
    path("api/docs/", docs_view, name="api_docs"),
    path("api/v1/", include("apps.platform.host_api.urls")),
    path("accounts/", include(sign_in_urls)),
    path("organisation/", include(look_urls)),
    path("sign-up/", public_views.sign_up, name="sign_up"),
    path("sign-up/<str:token>/", public_views.confirm, name="sign_up_confirm"),
    path("sign-up/<str:token>/progress/", public_views.progress, name="sign_up_progress"),
    path("", RedirectView.as_view(url="/admin/")),
]
handler404 = "apps.core.error_pages.not_found"
handler403 = "apps.core.error_pages.forbidden"
handler500 = "apps.core.error_pages.server_error"
