"""The organisation that the current code works for. With ``tenancy`` the only place that knows schemas.

A new thread, job, consumer or command starts in ``public``: the organisation travels explicitly, and
code that needs one without having it fails loudly instead of reading another organisation's rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.signing import Signer, TimestampSigner
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django_tenants.utils import get_tenant_model, schema_context

from apps.core.errors import TenantMissing


def current_schema() -> str:
    """Name of the schema in use; ``public`` outside any organisation."""
    return connection.schema_name


def is_public() -> bool:
    """Whether the code works for the platform, outside any organisation."""
    return connection.schema_name == settings.PUBLIC_SCHEMA_NAME


def current_organisation() -> Any:
    """The organisation in use (a ``tenancy.Organisation``); raises TenantMissing in ``public``."""
    found = organisation_in_use()
    if found is None and is_public():
        raise TenantMissing("No organisation is set.")
    return found


def organisation_in_use() -> Any:
    """The organisation in use; None in ``public``. Every right and every number asks for it: the connection
    is looked up once, not for each of its attributes."""
    link: Any = connections[DEFAULT_DB_ALIAS]
    if link.schema_name == settings.PUBLIC_SCHEMA_NAME:
        return None
    tenant = link.tenant
    if tenant is None:
        raise TenantMissing("No organisation is set.")
    if hasattr(tenant, "enabled_modules"):
        return tenant
    tenant = get_tenant_model().objects.filter(schema_name=link.schema_name).first()
    if tenant is not None:
        link.tenant = tenant
    return tenant


@contextmanager
def organisation_context(schema: str) -> Iterator[None]:
    """Run the block inside the organisation with this schema. Refuses an empty name."""
    if not schema:
        raise TenantMissing("An organisation must be named.")
    from apps.core.formats import organisation_times

    with schema_context(schema), organisation_times():
        yield


@contextmanager
def public_context() -> Iterator[None]:
    """Run the block in ``public``, where the platform keeps its own; then back to the organisation."""
    with schema_context(settings.PUBLIC_SCHEMA_NAME):
        yield


def require_organisation() -> str:
    """Schema in use, for code that must never run in ``public``."""
    if is_public():
        raise TenantMissing("This code needs an organisation.")
    return connection.schema_name


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """KEY_FUNCTION of every cache alias: no key is shared between organisations."""
    return f"{connection.schema_name}:{key_prefix}:{version}:{key}"


def signer(purpose: str) -> Signer:
    """A signer whose signatures hold in this organisation only."""
    return Signer(salt=f"{connection.schema_name}:{purpose}")


def timestamp_signer(purpose: str) -> TimestampSigner:
    """A dated signer whose signatures hold in this organisation only."""
    return TimestampSigner(salt=f"{connection.schema_name}:{purpose}")


def _served() -> Any:
    """Organisations whose background work may run now: active and not under their own maintenance."""
    return get_tenant_model().objects.filter(state="active", maintenance=False)


def is_served(schema: str) -> bool:
    """Whether background work of this organisation may run now."""
    return _served().filter(schema_name=schema).exists()


def served_schemas() -> list[str]:
    """Schemas of all organisations whose background work may run now. Ask it in ``public``."""
    return list(_served().values_list("schema_name", flat=True))


def switch_on(key: str) -> bool:
    """Whether this organisation has the module on. Platform modules (empty key) are always on."""
    if not key:
        return True
    organisation = organisation_in_use()
    return organisation is None or key in organisation.enabled_modules
