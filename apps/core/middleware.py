"""Request middleware without tables: health, request ids, body limit, module switch."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import cached_property

from apps.core.formats import zone_of
from apps.core.logs import request_id_var
from apps.core.modules import app_of_view, module_key_of_app
from apps.core.start_checks import ready_parts
from apps.core.tenant import is_public, switch_on

GetResponse = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers /health/live and /health/ready on every host, before any tenant look-up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/health/live":
            return JsonResponse({"status": "live"})
        if request.path == "/health/ready":
            return self._ready()
        return self.get_response(request)

    @staticmethod
    def _ready() -> HttpResponse:
        """503 without the database. Without another part the rest works on: it is named, and the answer is
        200, or one store's outage would take every server out of a balancer."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Exception:
            return JsonResponse({"status": "not ready", "database": "down"}, status=503)
        finally:
            connection.close()
        return JsonResponse({"status": "ready", "database": "up", **ready_parts()})


class RequestIdMiddleware:
    """Gives each request an id that logs, answers and the audit share."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex[:16]
        token = request_id_var.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            request_id_var.reset(token)
        response["X-Request-ID"] = request.request_id
        return response


class SafeHeadersMiddleware:
    """Headers of every answer that Django's own middleware doesn't know; refuses TRACE.

    Nothing that people read stays in a cache unless its view says so (ASVS 14.3.2), nothing of ours is
    embedded by other sites, and no page uses the device's sensors. A sign-out empties the browser's cache.
    """

    POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponse(status=405)
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", self.POLICY)
        if request.path == "/accounts/logout/" and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The library's, with the policy of the settings written once: it is the same for every answer but those
    whose view changed it or used a nonce."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        own = getattr(request, "_csp_nonce", None) or any(name.startswith("_csp") for name in vars(response))
        if own or not self._usual:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._usual)
        return response

    @cached_property
    def _usual(self) -> str:
        """Empty where the settings say more than one policy for all (the library knows what then)."""
        policy = settings.CONTENT_SECURITY_POLICY
        more = settings.DEBUG or getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None)
        return "" if more or set(policy) != {"DIRECTIVES"} else build_policy()


def api_error(status: int, code: str, detail: str, field: str = "") -> HttpResponse:
    """An answer in the shape of the API for faults found before the API is reached."""
    body = {
        "success": False,
        "message": detail,
        "errors": [{"field": field, "code": code, "detail": detail}],
        "meta": {"request_id": request_id_var.get()},
    }
    return HttpResponse(json.dumps(body), status=status, content_type="application/json")


class BodyLimitMiddleware:
    """Refuses bodies over 10 MB (uploads: over the upload limit) before they are read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raw = request.META.get("CONTENT_LENGTH") or "0"
        if not raw.isdigit():
            return api_error(400, "invalid", "The Content-Length header is not a number.")
        is_upload = (request.content_type or "").startswith("multipart/")
        limit = settings.MAX_UPLOAD_BYTES if is_upload else settings.MAX_BODY_BYTES
        if int(raw) > limit:
            return api_error(413, "too_large", f"The request is larger than {limit // (1024 * 1024)} MB.")
        return self.get_response(request)


class ZoneMiddleware:
    """Times of the request in the person's own time zone when he set one, else in the organisation's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_public():
            return self.get_response(request)
        by_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
        user = request.user if by_cookie and not request.META.get("HTTP_AUTHORIZATION") else None
        with timezone.override(zone_of(user)):
            return self.get_response(request)


class ModuleSwitchMiddleware:
    """404 for every page and address of a module that this organisation has switched off."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *_args: object) -> HttpResponse | None:
        key = module_key_of_app(app_of_view(view))
        if key and not switch_on(key):
            if request.path.startswith("/api/"):
                return api_error(404, "not_found", "Not found.")
            raise Http404("module is off")
        return None
