"""Language and theme as cookies: known before anybody is looked up, and still there after sign-out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from apps.accounts.models import User

LANGUAGE_COOKIE = "bahi_language"
THEME_COOKIE = "bahi_theme"
_YEAR = 365 * 24 * 3600


def preferences_keep(response: HttpResponse, user: User) -> None:
    """Put the person's language and theme on the answer. Scripts read the theme, so it isn't httponly."""
    language_keep(response, user.language)
    _keep(response, THEME_COOKIE, user.theme, httponly=False)


def language_keep(response: HttpResponse, language: str) -> None:
    """Put a language on the answer."""
    _keep(response, LANGUAGE_COOKIE, language, httponly=True)


def _keep(response: HttpResponse, name: str, value: str, *, httponly: bool) -> None:
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=httponly,
    )
