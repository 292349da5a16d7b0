"""The address that a request comes from."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.utils.translation import gettext as _


def client_address(request: Any) -> str:
    """IP address of the caller, which ``ClientAddressMiddleware`` has put into REMOTE_ADDR; or ""."""
    try:
        return str(ipaddress.ip_address((request.META.get("REMOTE_ADDR") or "").strip("[]")))
    except ValueError:
        return ""


def place_of(address: str) -> str:
    """What an address tells about its place without asking anybody: this machine, the local network, or
    outside.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return _("this machine")
    return _("local network") if found.is_private else _("internet")
