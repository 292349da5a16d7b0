"""Rows signed with the platform's key: one that somebody changed or made up is known by it."""

from __future__ import annotations

import json
from typing import Any

from django.core.signing import BadSignature, Signer


def row_signature(salt: str, parts: list[Any]) -> str:
    """The signature of what a row of this kind says."""
    return Signer(salt=salt).signature(_text(parts))


def signature_holds(salt: str, parts: list[Any], signature: str) -> bool:
    """Whether the row says what was signed."""
    try:
        Signer(salt=salt).unsign(f"{_text(parts)}:{signature}")
    except BadSignature:
        return False
    return True


def _text(parts: list[Any]) -> str:
    return json.dumps(parts, sort_keys=True, default=str)
