"""Corrections of django-tenants that the design depends on (ARCHITECTURE: tenancy traps)."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentTypeManager
from django.core.management.commands.makemigrations import Command as _Django


def apply_tenant_patches() -> None:
    """Content types live in ``public`` only, so their ids are the same everywhere and their cache may
    stay. django-tenants empties it at each switch of organisation: give it an empty method to call, and
    keep the real one for migrations."""
    from django_tenants.postgresql_backend import base

    class _KeptCache:
        class objects:
            @staticmethod
            def clear_cache() -> None:
                """Content types are shared: nothing to forget."""

    base.ContentType = _KeptCache  # type: ignore[attr-defined]

    # pgtrigger adds its operations through the autodetector of the ordinary commands only.
    from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

    MigrateSchemasCommand.autodetector = _Django.autodetector
    assert ContentTypeManager  # noqa: S101 - the import proves that the class still exists
