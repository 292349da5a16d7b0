"""Calls to addresses that people typed in: no redirects, no proxy.

The name is resolved once, when the connection is made, and every address that it has must be public; the
connection goes to the address that was looked at, so that a name can't change in between.

Imported where a call is made: the client and what it brings would cost every process ten megabytes.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import httpcore
import httpx
from django.conf import settings

from apps.core.outbound import public_or_refuse, url_check


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
            public_or_refuse(ipaddress.ip_address(address.split("%")[0]))
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
    """An HTTP client for addresses that people typed in. Raises UnsafeAddress, httpx.HTTPError.

    It asks for answers as they are: a packed one can grow beyond what its reader counts.
    """
    return httpx.Client(
        transport=_GuardedTransport(),
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    )
