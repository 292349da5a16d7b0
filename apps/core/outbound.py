"""Addresses that people typed in, to be called from here: only https, only public ones.

The operator may name the only hosts that are called at all. ``outbound_http`` calls them.
"""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatch
from urllib.parse import urlsplit

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
    public_or_refuse(literal)


def public_or_refuse(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Raises UnsafeAddress for an address inside a network, also one that is written within another."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if not address.is_global or not inner.is_global or address.is_multicast:
        raise UnsafeAddress(_("This address is not a public one."))
