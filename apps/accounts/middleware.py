"""Language, actor and sign-in of a request; refusals go to the access log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.door import door_open
from apps.accounts.preferences import LANGUAGE_COOKIE
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.sessions import MUST_ENROL, session_watch
from apps.core.actor import Actor, reset_actor, set_actor
from apps.core.address import client_address
from apps.core.middleware import api_error

ENROL_PAGES = {
    "security", "factor_totp", "factor_sent", "factor_passkey", "factor_passkey_options", "backup_codes",
    "confirm", "second_step", "second_step_send", "logout", "language", "brand_css", "first_run_status",
}  # fmt: skip
GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """The language that the person chose (cookie set at sign-in and by the switch), else the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = translation.get_language() or "en"
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class ActorMiddleware:
    """Makes the signed-in person the actor of everything that the request does."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = set_actor(RequestActor(request))  # type: ignore[arg-type]  # it has what an Actor has, read late
        try:
            self._watch(request)
            response = self.get_response(request)
            if response.status_code == 403:
                _log_refusal(request)
            return response
        finally:
            reset_actor(token)

    @staticmethod
    def _watch(request: HttpRequest) -> None:
        """End browser sessions that idled or lasted too long. API calls with a token load no session."""
        by_token = request.META.get("HTTP_AUTHORIZATION") and request.path.startswith("/api/")
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not by_token and request.user.is_authenticated:
            session_watch(request)
            request.bahi_session_user = request.user  # type: ignore[attr-defined]  # our middleware and views put it on the request
            request.bahi_must_enrol = request.session.get(MUST_ENROL, False)  # type: ignore[attr-defined]  # our middleware and views put it on the request

    def process_view(self, request: HttpRequest, view: object, *_args: object) -> HttpResponse | None:
        """Nobody goes on without the second factor that his organisation requires, and people of customers
        only where their door is open."""
        match = request.resolver_match
        user = getattr(request, "bahi_session_user", None)
        if user is not None and not door_open(user, match, request.method or "get"):
            return _sent_away(request)
        if not getattr(request, "bahi_must_enrol", False) or (match and match.url_name in ENROL_PAGES):
            return None
        if request.path.startswith("/api/"):
            text = _("Your organisation requires a second factor. Please set one up first.")
            return api_error(403, "second_factor_setup_required", text)
        return redirect("security")


def _sent_away(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return api_error(403, "permission_denied", _("This is not open to customers and vendors."))
    if request.path == "/":
        return redirect(settings.PORTAL_HOME)
    raise Http404("closed to people of customers")


def _log_refusal(request: HttpRequest) -> None:
    """One entry a minute for one person and address of a page: a loop must not fill the log."""
    user = getattr(request, "bahi_api_user", None) or request.user
    known = user if getattr(user, "is_authenticated", False) else None
    key = f"refused:{getattr(known, 'pk', 0)}:{request.method}:{hash(request.path)}"
    if cache.add(key, 1, 60):
        access_log_write(AccessEvent.REFUSED, request=request, user=known, detail={"method": request.method})


def _kind_of(operator: str, by_token: Any, known: Any) -> str:
    if operator:
        return "operator"
    if getattr(known, "is_portal", False):
        return "customer"
    return "api" if by_token else "user"


def _label_of(user: Any) -> str:
    return _("%(name)s (customer portal)") % {"name": user} if user.is_portal else str(user)


class RequestActor:
    """The actor of a request; asks for the user only when something is written.

    A plain object on purpose: it sits in a context variable, whose values asgiref compares inside the event
    loop, and a lazy proxy would load the session there.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    @cached_property
    def _made(self) -> Actor:
        request = self._request
        by_token = getattr(request, "bahi_api_user", None)
        user = by_token or request.user
        known = user if getattr(user, "is_authenticated", False) else None
        operator = getattr(request, "override_label", "")
        return Actor(
            kind=_kind_of(operator, by_token, known),
            user=known,
            label=operator or (_label_of(known) if known else "Anonymous"),
            address=client_address(request),
            request_id=getattr(request, "request_id", ""),
            path=f"{request.method} {request.path}"[:300],
            visit=getattr(getattr(request, "override", None), "pk", None),
        )
