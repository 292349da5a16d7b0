"""Corrections of django-tenants that the design depends on (ARCHITECTURE: tenancy traps)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.makemigrations import Command as MakeMigrations
from django_tenants.postgresql_backend import base

_set_search_path = base.DatabaseWrapper._handle_search_path


class _SharedContentTypes:
    """Stands in for ContentType inside django-tenants' backend.

    Content types live in ``public`` only, so their ids are the same for every organisation and their cache
    stays valid. django-tenants would empty it at each switch of organisation.
    """

    class objects:
        @staticmethod
        def clear_cache() -> None:
            """Content types are shared: nothing to forget."""


def _search_path_known(wrapper: Any, wanted: tuple[str, ...]) -> bool:
    """Whether PostgreSQL itself says that the connection stands in these schemas.

    From version 18 on it reports search_path with the answer that changed it, a rollback's too. The text
    that it reports for ``wanted`` was noted on the connection when it was set.
    """
    link = wrapper.connection
    reported = link.pgconn.parameter_status(b"search_path")
    return reported is not None and getattr(link, "bahi_search_paths", {}).get(wanted) == reported


def _handle_search_path(wrapper: Any, cursor: Any = None) -> None:
    """SET search_path, unless the connection has it from the request before."""
    if wrapper.search_path_set_schemas:  # each cursor comes here; TENANT_LIMIT_SET_CALLS is what we run with
        return
    if wrapper._setting_search_path or not wrapper.schema_name:
        _set_search_path(wrapper, cursor)
        return
    wanted = wrapper._get_cursor_search_paths()
    if _search_path_known(wrapper, tuple(wanted)):
        wrapper.search_path_set_schemas = wanted
        return
    _set_search_path(wrapper, cursor)
    if wrapper.search_path_set_schemas:
        link = wrapper.connection
        noted = link.__dict__.setdefault("bahi_search_paths", {})
        noted[tuple(wanted)] = link.pgconn.parameter_status(b"search_path")


def apply_tenant_patches() -> None:
    """Keep the content type cache and the search path; let migrate_schemas know pgtrigger's operations."""
    from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

    base.ContentType = _SharedContentTypes
    base.DatabaseWrapper._handle_search_path = _handle_search_path
    MigrateSchemasCommand.autodetector = MakeMigrations.autodetector
