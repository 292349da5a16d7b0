"""Which organisation a host opens. The look-up is cached in the process for at most five seconds."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from apps.core.tenant import current_organisation
from apps.tenancy.models import Organisation

CACHE_SECONDS = 5.0
PLATFORM_LABEL = "platform"


@dataclass(frozen=True)
class Host:
    """kind: organisation, platform, first_run or unknown."""

    kind: str
    organisation: Organisation | None = None
    has_schema: bool = True


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


def host_reached(hostname: str) -> Host:
    """What a visitor's host name opens: itself where somebody owns it so, else the name without ``www.``."""
    host = host_find(hostname)
    if host.kind == "unknown" and hostname.startswith("www."):
        return host_find(hostname.removeprefix("www."))
    return host


def _look_up(hostname: str) -> Host:
    if hostname.split(".", 1)[0] == PLATFORM_LABEL:
        return Host("platform")
    found = Organisation.objects.select_related("plan").filter(domains__domain=hostname).first()
    if found is None and _is_default_host(hostname):
        found = Organisation.objects.select_related("plan").filter(is_default=True).first()
        if found is None and not Organisation.objects.exists():
            return Host("first_run")
    if found is None:
        return Host("unknown")
    return Host("organisation", found, has_schema=schema_exists(found.schema_name))


def schema_exists(schema: str) -> bool:
    """Without this a missing schema would fall through to ``public``, silently."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None


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


def link_base(request: Any = None) -> str:
    """Scheme, host and port for links in mails, such as ``https://acme.example.com``.

    The request's host is used only when it is the organisation's own: a forged Host header must not put a
    stranger's address into a mail with a secret link. Else the organisation's first domain.
    """
    organisation = current_organisation()
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    if request is not None and _is_own_host(request, organisation):
        return f"{request.scheme}://{request.get_host()}"
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{scheme}://{host_of(organisation)}{port}"


def logo_link(organisation: Organisation) -> str:
    """Where mails find the organisation's logo; empty without one."""
    digest = organisation.logo_digest
    return f"{link_base()}/organisation/pictures/logo.png?{digest}" if digest else ""


def _is_own_host(request: Any, organisation: Any) -> bool:
    hostname = request.get_host().rsplit(":", 1)[0].lower()
    if hostname in settings.DEFAULT_ORGANISATION_HOSTS or hostname == request.META.get("SERVER_NAME"):
        return bool(organisation.is_default)
    return bool(organisation.domains.filter(domain=hostname).exists())
