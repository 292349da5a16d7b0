"""Browsers that somebody signed in with before: a signed cookie that only keeps strangers' failures apart.

It never lets anybody in. It names a random device and, hashed, who used it, so that wrong passwords of others
don't lock the owner out of a browser that he used before.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpResponse

from apps.core.tenant import signer

COOKIE = "bahi_device"
PEOPLE = 5  # how many people of one browser are remembered


def _person(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def _read(request: Any) -> tuple[str, list[str]]:
    try:
        text = signer("device").unsign(request.COOKIES.get(COOKIE, ""))
    except BadSignature:
        return "", []
    device, _bar, people = text.partition("|")
    return device, people.split(".")


def known_device(request: Any, email: str) -> str:
    """Id of the browser when this person signed in with it before, else empty."""
    device, people = _read(request)
    return device if _person(email) in people else ""


def device_keep(request: Any, response: HttpResponse, email: str) -> None:
    """Remember that this person used this browser."""
    device, people = _read(request)
    person = _person(email)
    kept = [person, *(one for one in people if one and one != person)][:PEOPLE]
    value = signer("device").sign(f"{device or secrets.token_hex(8)}|{'.'.join(kept)}")
    response.set_cookie(
        COOKIE,
        value,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
    )
