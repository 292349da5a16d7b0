"""Set-up of a fresh database and upgrade of an existing one."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_tenants.utils import schema_context

from apps.tenancy.models import Organisation, SchemaBuild
from apps.tenancy.services.schema_build import (
    grant_run_time,
    schema_build,
    schema_exists,
    state_key,
    template_build,
)


def database_set_up() -> Iterator[str]:
    """Do what is needed and say each step: build public, build the template, upgrade organisations."""
    public = settings.PUBLIC_SCHEMA_NAME
    if not _has_table(public, "tenancy_organisation"):
        yield "building the platform's tables"
        schema_build(public)
    elif _pending(public):
        yield "upgrading the platform's tables"
        call_command("migrate_schemas", schema_name=public, verbosity=0, interactive=False)
        grant_run_time(public)
    if not _template_is_current():
        yield "building the template of organisations"
        template_build()
    for organisation in Organisation.objects.exclude(state="deleted").order_by("pk"):
        if schema_exists(organisation.schema_name) and _pending(organisation.schema_name):
            yield f"upgrading {organisation.slug}"
            call_command(
                "migrate_schemas", schema_name=organisation.schema_name, verbosity=0, interactive=False
            )
            grant_run_time(organisation.schema_name)


def _template_is_current() -> bool:
    return schema_exists(settings.TEMPLATE_SCHEMA) and SchemaBuild.objects.filter(key=state_key()).exists()


def _pending(schema: str) -> bool:
    with schema_context(schema):
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _has_table(schema: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema}.{table}"])
        return cursor.fetchone()[0] is not None
