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

from apps.core.middleware import api_error
from apps.tenancy.hosts import Host, host_reached
from apps.tenancy.lifecycle import EFFECTS
from apps.tenancy.services.maintenance import Maintenance, maintenance_of

SETUP_URLCONF = "config.urls_first_run"
CLOSED_URLCONF = "config.urls_closed"


class OrganisationMiddleware:
    """An unknown host gets a plain 404; a suspended organisation gets its reason; a new one its progress."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            hostname = request.get_host().rsplit(":", 1)[0].lower()
        except DisallowedHost:
            return HttpResponse("Bad host name.", status=400, content_type="text/plain")
        host = host_reached(hostname)
        if host.kind == "unknown":
            return HttpResponse("No organisation here.", status=404, content_type="text/plain")
        refused = self._enter(request, host)
        return refused or self.get_response(request)

    def _enter(self, request: HttpRequest, host: Host) -> HttpResponse | None:
        organisation = host.organisation
        request.setting_up = None  # type: ignore[attr-defined]  # our middleware and views put it on the request
        if organisation is None:
            connection.set_schema_to_public()
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF if host.kind == "platform" else SETUP_URLCONF
            return None
        effect = EFFECTS[organisation.state]
        if effect.setting_up:
            return self._enter_setup(request, organisation)
        status = effect.status
        if effect.door and request.path.startswith(effect.door):
            connection.set_schema_to_public()
            request.urlconf = CLOSED_URLCONF
            request.closing = organisation  # type: ignore[attr-defined]  # our middleware and views put it on the request
            return None
        if status or not host.has_schema or organisation.upgrade_error:
            connection.set_schema_to_public()
            return _not_served(request, organisation, status or 503)
        rest = maintenance_of(organisation)
        if rest is not None and not operator_passes(request, organisation):
            connection.set_schema_to_public()
            return _resting(request, organisation, rest)
        request.tenant = organisation  # type: ignore[attr-defined]  # our middleware and views put it on the request
        connection.set_tenant(organisation)
        return None

    @staticmethod
    def _enter_setup(request: HttpRequest, organisation: Any) -> HttpResponse | None:
        """The progress page instead of every page, until the organisation is there, or gone."""
        connection.set_schema_to_public()
        if request.path.startswith("/api/"):
            return _not_served(request, organisation, 503)
        request.urlconf = SETUP_URLCONF
        request.setting_up = organisation  # type: ignore[attr-defined]  # our middleware and views put it on the request
        return None


_passes: list[Callable[[HttpRequest, Any], bool]] = []


def register_operator_pass(function: Callable[[HttpRequest, Any], bool]) -> None:
    """Called once by ``platform``: whether this browser is an operator's inside the organisation."""
    _passes[:] = [function]


def operator_passes(request: HttpRequest, organisation: Any) -> bool:
    """Whether maintenance doesn't hold for this request."""
    return any(function(request, organisation) for function in _passes)


def _resting(request: HttpRequest, organisation: Any, rest: Maintenance) -> HttpResponse:
    """503 with the time to come back, for people and for programs."""
    detail = rest.text or _("We are working on the system. Nothing is lost; please come back a little later.")
    if request.path.startswith("/api/"):
        response = api_error(503, "maintenance", detail)
    else:
        context = {
            "title": _("Maintenance"),
            "name": organisation.name,
            "detail": detail,
            "until": rest.until,
        }
        response = render(request, "tenancy/not_served.html", context, status=503)
    response["Retry-After"] = str(rest.retry_after)
    response["Cache-Control"] = "no-store"
    return response


def _not_served(request: HttpRequest, organisation: Any, status: int) -> HttpResponse:
    detail = organisation.state_reason or _("This organisation is not available just now.")
    if request.path.startswith("/api/"):
        return api_error(status, "organisation_unavailable", detail)
    context = {"title": organisation.name, "name": organisation.name, "detail": detail, "status": status}
    return render(request, "tenancy/not_served.html", context, status=status)
