"""Sets the organisation of a request from its host name."""

from __future__ import annotations

from collections.abc import Callable

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
    OrganisationState.PROVISIONING: 503,
    OrganisationState.FAILED: 503,
    OrganisationState.DELETED: 404,
}


class OrganisationMiddleware:
    """An unknown host gets a plain 404; a suspended organisation gets its reason."""

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
        if organisation is None:
            connection.set_schema_to_public()
            request.urlconf = (
                settings.PUBLIC_SCHEMA_URLCONF if host.kind == "platform" else "config.urls_first_run"
            )
            request.tenant = None
            return None
        request.tenant = organisation
        status = NOT_SERVED.get(organisation.state)
        if status:
            connection.set_schema_to_public()
            return _not_served(request, organisation, status)
        connection.set_tenant(organisation)
        return None


def _not_served(request: HttpRequest, organisation: object, status: int) -> HttpResponse:
    detail = getattr(organisation, "state_reason", "") or _("This organisation is not available just now.")
    if request.path.startswith("/api/"):
        return api_error(status, "organisation_unavailable", detail)
    return render(request, "tenancy/not_served.html", {"name": organisation, "detail": detail}, status=status)
