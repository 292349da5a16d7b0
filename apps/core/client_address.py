"""The visitor's address behind our own proxies: lock-out, rate limits and access log read REMOTE_ADDR."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Sets REMOTE_ADDR from X-Forwarded-For, counted from the right by ``TRUSTED_PROXIES``.

    Each proxy of ours appends the address that it saw, so the entry at that place is the last one that a
    visitor cannot write himself. With 0 proxies the header is never looked at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = forwarded_address(request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES)
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def forwarded_address(header: str, proxies: int) -> str:
    """The address at the place of the outermost trusted proxy; empty when it is missing or no address."""
    entries = [entry.strip() for entry in header.split(",")]
    if proxies < 1 or len(entries) < proxies:
        return ""
    try:
        return str(ipaddress.ip_address(entries[-proxies]))
    except ValueError:
        return ""
