"""Which organisation a host opens. The look-up is cached in the process for at most five seconds."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from apps.tenancy.models import Organisation

CACHE_SECONDS = 5.0
PLATFORM_LABEL = "platform"


@dataclass(frozen=True)
class Host:
    """kind: organisation, platform, first_run or unknown."""

    kind: str
    organisation: Organisation | None = None


_cache: dict[str, tuple[float, Host]] = {}


def forget_hosts() -> None:
    """Drop the cached look-ups of this process (an organisation was suspended, deleted, changed)."""
    _cache.clear()


def host_find(hostname: str) -> Host:
    """What the host name (no port, lower case) opens."""
    now = time.monotonic()
    cached = _cache.get(hostname)
    if cached and cached[0] > now:
        return cached[1]
    connection.set_schema_to_public()
    host = _look_up(hostname)
    if len(_cache) > 10_000:
        _cache.clear()
    _cache[hostname] = (now + CACHE_SECONDS, host)
    return host


def _look_up(hostname: str) -> Host:
    if hostname.split(".", 1)[0] == PLATFORM_LABEL:
        return Host("platform")
    found = Organisation.objects.filter(domains__domain=hostname).first()
    if found is None and _is_default_host(hostname):
        found = Organisation.objects.filter(is_default=True).first()
        if found is None:
            return Host("first_run")
    if found is None:
        return Host("unknown")
    return Host("organisation", found)


def _is_default_host(hostname: str) -> bool:
    if hostname in settings.DEFAULT_ORGANISATION_HOSTS:
        return True
    try:
        ipaddress.ip_address(hostname.strip("[]"))
    except ValueError:
        return False
    return True


def host_of(organisation: Any) -> str:
    """The first host of an organisation, for links in mails."""
    domain = organisation.domains.order_by("-is_primary", "pk").first()
    return domain.domain if domain else f"{organisation.slug}.localhost"
