"""Calls to a provider: guarded like all addresses that people typed in, and never more than a megabyte."""

from __future__ import annotations

import json
from typing import Any

from apps.sso.refusals import Reason, SsoRefused

MOST = 1024 * 1024
SECONDS = 10


def fetch(method: str, url: str, **kwargs: Any) -> bytes:
    """The body of a 200. Raises SsoRefused (unreachable), with what the provider answered as detail."""
    import httpx  # a client that only processes which call somebody need

    from apps.core.outbound_http import guarded_client

    try:
        with guarded_client(timeout=SECONDS) as client, client.stream(method, url, **kwargs) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST:
                    raise SsoRefused(Reason.UNREACHABLE, f"{url}: more than {MOST} bytes")
            if answer.status_code != 200:
                text = body[:120].decode("utf-8", "replace")
                raise SsoRefused(Reason.UNREACHABLE, f"{url}: HTTP {answer.status_code} {text}")
            return body
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise SsoRefused(Reason.UNREACHABLE, f"{url}: {error}") from error


def fetch_json(method: str, url: str, **kwargs: Any) -> dict[str, Any]:
    """A JSON object. Raises SsoRefused."""
    body = fetch(method, url, headers={"Accept": "application/json", **kwargs.pop("headers", {})}, **kwargs)
    try:
        found = json.loads(body.replace(b"\\u0000", b""))  # no database text holds a NUL
    except (ValueError, RecursionError) as error:
        raise SsoRefused(Reason.UNREACHABLE, f"{url}: no JSON") from error
    if not isinstance(found, dict):
        raise SsoRefused(Reason.UNREACHABLE, f"{url}: no JSON object")
    return found
