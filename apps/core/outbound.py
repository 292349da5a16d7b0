"""Calls to addresses that people typed in: only https, only public addresses, no redirects, no proxy.

The name is resolved once, when the connection is made, and every address that it has must be public; the
connection goes to the address that was looked at, so that a name can't change in between. The operator may
name the only hosts that are called at all.
"""

from __future__ import annotations

import ipaddress
import socket
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext as _


class UnsafeAddress(ValueError):
    """The address is not one that may be called from here."""


def url_check(url: str) -> None:
    """Raises UnsafeAddress for what can't be right: no https, a user name in it, a private address as
    host, a host that is not on the operator's list.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in settings.OUTBOUND_ALLOWED_HOSTS:
        return
    if settings.OUTBOUND_ONLY and not any(fnmatch(host, pattern) for pattern in settings.OUTBOUND_ONLY):
        raise UnsafeAddress(_("This installation doesn't call %(host)s.") % {"host": host or "?"})
    if parts.scheme != "https" or not host or parts.username or parts.password:
        raise UnsafeAddress(_("Please enter an address that begins with https://."))
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return
    _public_or_refuse(literal)


def _public_or_refuse(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not inner.is_global or address.is_multicast:
        raise UnsafeAddress(_("This address is not a public one."))


class _GuardedBackend(httpcore.SyncBackend):
    def connect_tcp(self, host: str, port: int, **kwargs: Any) -> Any:
        if host in settings.OUTBOUND_ALLOWED_HOSTS:
            return super().connect_tcp(host, port, **kwargs)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(item[4][0]) for item in found]
        for address in addresses:
            _public_or_refuse(ipaddress.ip_address(address.split("%")[0]))
        return super().connect_tcp(addresses[0], port, **kwargs)


class _GuardedTransport(httpx.HTTPTransport):
    def __init__(self) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=_GuardedBackend())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url_check(str(request.url))
        return super().handle_request(request)


def guarded_client(*, timeout: float = 10) -> httpx.Client:
    """An HTTP client for addresses that people typed in. Raises UnsafeAddress, httpx.HTTPError."""
    return httpx.Client(
        transport=_GuardedTransport(), timeout=timeout, follow_redirects=False, trust_env=False
    )
