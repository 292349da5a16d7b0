"""Language and actor of a request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from apps.core.actor import Actor, reset_actor, set_actor

LANGUAGE_COOKIE = "bahi_language"


class LanguageMiddleware:
    """The language that the person chose (cookie set at sign-in and by the switch), else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
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

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = set_actor(_LazyActor(request))  # type: ignore[arg-type]
        try:
            return self.get_response(request)
        finally:
            reset_actor(token)


def _LazyActor(request: HttpRequest) -> object:
    """Asks for the user only when something is written, so that API calls load no session."""

    def make() -> Actor:
        user = getattr(request, "bahi_api_user", None) or request.user
        known = user if getattr(user, "is_authenticated", False) else None
        return Actor(
            kind="api" if getattr(request, "bahi_api_user", None) else "user",
            user=known,
            label=str(known) if known else "Anonymous",
            address=request.META.get("REMOTE_ADDR", ""),
            request_id=getattr(request, "request_id", ""),
        )

    return SimpleLazyObject(make)
