"""Codes of authenticator apps (RFC 6238: SHA-1, six digits, steps of 30 seconds)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS, DIGITS = 30, 6
DRIFT = 1  # steps that a phone's clock may be off, either way


def seed_make() -> str:
    """A fresh seed: 160 random bits in base32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(seed: str, step: int) -> str:
    """The code of a time step."""
    digest = hmac.new(base64.b32decode(seed), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(seed: str, code: str, *, now: float, last_step: int = 0) -> int | None:
    """The step that the code belongs to, later than the last used one; None when it is wrong or was used."""
    current, found = int(now) // STEP_SECONDS, None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(code_at(seed, step).encode(), code.encode()) and step > last_step:
            found = step
    return found


def uri_of(seed: str, *, account: str, issuer: str) -> str:
    """What the QR code holds."""
    label = quote(f"{issuer}:{account}", safe="@:")
    return f"otpauth://totp/{label}?{urlencode({'secret': seed, 'issuer': issuer, 'digits': DIGITS})}"
