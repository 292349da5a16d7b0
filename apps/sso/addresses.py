"""Addresses that only browsers visit: the provider may stand in a network that this server can't reach."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.outbound import UnsafeAddress


def browser_address_check(url: str) -> None:
    """Raises UnsafeAddress unless it is https, or a host that the operator allowed by name."""
    try:
        parts = urlsplit(url)
    except ValueError as error:  # an unfinished IPv6 address
        raise UnsafeAddress(_("Please enter an address that begins with https://.")) from error
    host = (parts.hostname or "").lower()
    by_name = host in settings.OUTBOUND_ALLOWED_HOSTS and parts.scheme == "http"
    if not host or parts.username or parts.password or not (parts.scheme == "https" or by_name):
        raise UnsafeAddress(_("Please enter an address that begins with https://."))
