"""Corrections of django-tenants that the design depends on (ARCHITECTURE: tenancy traps)."""

from __future__ import annotations

from django.core.management.commands.makemigrations import Command as MakeMigrations


class _SharedContentTypes:
    """Stands in for ContentType inside django-tenants' backend.

    Content types live in ``public`` only, so their ids are the same for every organisation and their cache
    stays valid. django-tenants would empty it at each switch of organisation.
    """

    class objects:
        @staticmethod
        def clear_cache() -> None:
            """Content types are shared: nothing to forget."""


def apply_tenant_patches() -> None:
    """Keep the content type cache; let migrate_schemas know pgtrigger's operations."""
    from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand
    from django_tenants.postgresql_backend import base

    base.ContentType = _SharedContentTypes
    MigrateSchemasCommand.autodetector = MakeMigrations.autodetector
