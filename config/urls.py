"""Addresses of an organisation's host. An app's own pages are in its ``urls.py``."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import include, path

from apps.core.admin.site import admin_site
from apps.core.api.docs import docs_view, schema_view
from apps.core.api.routes import api_urlpatterns, branch
from apps.tenancy.first_run import status


def _app_pages() -> list[object]:
    """``urls.py`` of every app, at the prefix that it names in ``PREFIX``; portal (the root) last."""
    pages = []
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and config.label != "tenancy" and find_spec(f"{config.name}.urls"):
            module = import_module(f"{config.name}.urls")
            pages.append(path(module.PREFIX, include(module)))
    return sorted(pages, key=lambda item: str(item.pattern) == "")


urlpatterns = [
    path("admin/", admin_site.urls),
    path("api/schema/", schema_view, name="api_schema"),
    path("api/docs/", docs_view, name="api_docs"),
    branch("api/v1/", api_urlpatterns()),
    path("setup/status/", status, name="setup_status"),
    *_app_pages(),
]

handler404 = "apps.core.error_pages.not_found"
handler403 = "apps.core.error_pages.forbidden"
handler500 = "apps.core.error_pages.server_error"
