"""Sets the organisation of a request from its host name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_tenants.utils import remove_www

from apps.core.middleware import api_error
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import Host, host_find

NOT_SERVED: dict[str, int] = {
    OrganisationState.SUSPENDED: 403,
    OrganisationState.SCHEDULED: 403,
    OrganisationState.DELETED: 404,
}
IN_WORK = (OrganisationState.PROVISIONING, OrganisationState.FAILED, OrganisationState.REMOVING)
SETUP_URLCONF = "config.urls_first_run"


class OrganisationMiddleware:
    """An unknown host gets a plain 404; a suspended organisation gets its reason; a new one its progress."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            hostname = remove_www(request.get_host().rsplit(":", 1)[0].lower())
        except DisallowedHost:
            return HttpResponse("Bad host name.", status=400, content_type="text/plain")
        host = host_find(hostname)
        if host.kind == "unknown":
            return HttpResponse("No organisation here.", status=404, content_type="text/plain")
        refused = self._enter(request, host)
        return refused or self.get_response(request)

    def _enter(self, request: HttpRequest, host: Host) -> HttpResponse | None:
        organisation = host.organisation
        request.setting_up = None  # type: ignore[attr-defined]
        if organisation is None:
            connection.set_schema_to_public()
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF if host.kind == "platform" else SETUP_URLCONF
            return None
        if organisation.state in IN_WORK:
            return self._enter_setup(request, organisation)
        status = NOT_SERVED.get(organisation.state)
        if status or not host.has_schema or organisation.upgrade_error:
            connection.set_schema_to_public()
            return _not_served(request, organisation, status or 503)
        request.tenant = organisation  # type: ignore[attr-defined]
        connection.set_tenant(organisation)
        return None

    @staticmethod
    def _enter_setup(request: HttpRequest, organisation: Any) -> HttpResponse | None:
        """The progress page instead of every page, until the organisation is there, or gone."""
        connection.set_schema_to_public()
        if request.path.startswith("/api/"):
            return _not_served(request, organisation, 503)
        request.urlconf = SETUP_URLCONF
        request.setting_up = organisation  # type: ignore[attr-defined]
        return None


def _not_served(request: HttpRequest, organisation: Any, status: int) -> HttpResponse:
    detail = organisation.state_reason or _("This organisation is not available just now.")
    if request.path.startswith("/api/"):
        return api_error(status, "organisation_unavailable", detail)
    context = {"title": organisation.name, "name": organisation.name, "detail": detail, "status": status}
    return render(request, "tenancy/not_served.html", context, status=status)
