"""The address that a request comes from."""

from __future__ import annotations

import ipaddress
from typing import Any


def client_address(request: Any) -> str:
    """IP address of the caller, which ``ClientAddressMiddleware`` has put into REMOTE_ADDR; or ""."""
    try:
        return str(ipaddress.ip_address((request.META.get("REMOTE_ADDR") or "").strip("[]")))
    except ValueError:
        return ""
