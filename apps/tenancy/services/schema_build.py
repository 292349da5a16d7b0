"""Builds schemas from the final state of the migrations, and new organisations by replay.

Running the migrations one by one takes minutes, because Django renders its model state again for each
operation. A fresh schema is the same tables created once from the final state; a new organisation is the
same SQL replayed plus a copy of the template's rows. ``tests/tenancy`` proves all three ways equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import DEFAULT_DB_ALIAS, connection, router, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django_tenants.utils import schema_context
from psycopg import sql

from apps.core.registry import business_models, kind_name
from apps.tenancy.models import SchemaBuild

# What the platform's own pages write in ``public``. Every other table that exists there and in each
# organisation is read only there, so that a write which lost its organisation fails instead of landing there.
PUBLIC_WRITABLE = {
    "accounts_accesslog",
    "accounts_backupcode",
    "accounts_secondfactor",
    "accounts_signinchallenge",
    "accounts_signinsession",
    "audit_auditentry",
    "audit_auditseal",
    "audit_auditwaiting",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "django_admin_log",
    "django_session",
    "runtime_idempotencykey",
}
APPEND_ONLY_KINDS = ("ledger",)


def state_key(loader: MigrationLoader | None = None) -> str:
    """Hash of the names and texts of all migrations: what a template or test database is keyed by."""
    loader = loader or MigrationLoader(None)
    digest = hashlib.sha256()
    for key in sorted(loader.disk_migrations):
        module = loader.disk_migrations[key].__module__
        digest.update(repr((key, module)).encode())
        digest.update(_source_of(module))
    return digest.hexdigest()


def _source_of(module: str) -> bytes:
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec(module)
    return Path(spec.origin).read_bytes() if spec and spec.origin else b""


def schema_build(schema: str, *, collect: bool = False) -> str:
    """Create every table of ``schema`` from the migrations' final state; returns the SQL when collecting.

    The owner's connection is needed. Public must be built before any organisation.
    """
    loader = MigrationLoader(None)
    state = loader.project_state()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)).as_string())
    with schema_context(schema):
        statements = _create_tables(state, collect=collect)
        if collect:
            return "\n".join(statements)
        _record_migrations(loader)
        after_migrate(schema)
        grant_run_time(schema)
    return ""


def _create_tables(state: Any, *, collect: bool) -> list[str]:
    models = [m for m in state.apps.get_models() if _belongs_here(m)]
    with transaction.atomic(), connection.schema_editor(collect_sql=collect, atomic=False) as editor:
        for model in models:
            editor.create_model(model)
        for model in models:
            model_state = state.models[model._meta.app_label, model._meta.model_name]
            for trigger in model_state.options.get("triggers", []):
                editor.execute(trigger.install_sql, params=None)
    return list(editor.collected_sql) if collect else []


def _belongs_here(model: type[Model]) -> bool:
    meta = model._meta
    return (
        meta.managed
        and not meta.proxy
        and router.allow_migrate(DEFAULT_DB_ALIAS, meta.app_label, model_name=meta.model_name)
    )


def _record_migrations(loader: MigrationLoader) -> None:
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(
        [recorder.Migration(app=app, name=name) for app, name in loader.graph.nodes]
    )


def after_migrate(schema: str) -> None:
    """What follows tables that came or went: content types (in ``public``) and permissions. In the schema."""
    from django.apps import apps

    for config in apps.get_app_configs():
        if schema == settings.PUBLIC_SCHEMA_NAME:
            create_contenttypes(config, verbosity=0, interactive=False)
        if router.allow_migrate(DEFAULT_DB_ALIAS, "auth"):
            create_permissions(config, verbosity=0, interactive=False)


# --- privileges -----------------------------------------------------------------------------------


def run_time_role() -> str:
    """Name of the role that serves requests (owns nothing)."""
    return settings.RUN_TIME_ROLE


def grant_run_time(schema: str) -> None:
    """Give the run-time role what it needs: never TRUNCATE, no UPDATE or DELETE on ledgers."""
    with connection.cursor() as cursor:
        for statement in grant_statements(schema):
            cursor.execute(statement)


def grant_statements(schema: str) -> Iterator[str]:
    role, name = sql.Identifier(run_time_role()), sql.Identifier(schema)
    if run_time_role() == connection.settings_dict["USER"]:
        return
    for text in (
        "GRANT USAGE ON SCHEMA {s} TO {r}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {s} TO {r}",
        "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {s} TO {r}",
    ):
        yield sql.SQL(text).format(s=name, r=role).as_string()
    refused = dict.fromkeys(append_only_tables(), "UPDATE, DELETE, TRUNCATE")
    if schema == settings.PUBLIC_SCHEMA_NAME:
        refused |= dict.fromkeys(public_copies(), "INSERT, DELETE")
    for table, rights in refused.items():
        if _table_exists(schema, table):
            text = sql.SQL(f"REVOKE {rights} ON {{s}}.{{t}} FROM {{r}}")
            yield text.format(s=name, t=sql.Identifier(table), r=role).as_string()


def public_copies() -> list[str]:
    """Tables of apps that live in ``public`` and in each organisation, less what the platform writes."""
    from django.apps import apps

    both = set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
    tables = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name in both
        for model in config.get_models(include_auto_created=True)
    }
    return sorted(tables - PUBLIC_WRITABLE)


def append_only_tables() -> list[str]:
    """Tables of ledgers and audit: INSERT-only by privilege as well as by trigger."""
    return [
        model._meta.db_table
        for model in business_models()
        if kind_name(model) in APPEND_ONLY_KINDS or getattr(model, "append_only", False)
    ]


def _table_exists(schema: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s", [schema, table])
        return cursor.fetchone() is not None


# --- replay ---------------------------------------------------------------------------------------


def template_build() -> None:
    """(Re)build the template organisation and keep its SQL for replay."""
    schema = settings.TEMPLATE_SCHEMA
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)).as_string())
    schema_build(schema)
    script = schema_build(schema, collect=True)
    with schema_context(settings.PUBLIC_SCHEMA_NAME):
        SchemaBuild.objects.all().delete()
        SchemaBuild.objects.create(key=state_key(), sql=script)


def schema_replay(schema: str) -> None:
    """Make an organisation's schema equal to the template's: same SQL, same rows, same sequences.

    Provisioning is serialised by one lock for the whole database: catalogue writes of two replays would
    only wait for each other in worse places.
    """
    build = SchemaBuild.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(72401)")
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)).as_string())
        cursor.execute(
            sql.SQL("SET LOCAL search_path = {}, public").format(sql.Identifier(schema)).as_string()
        )
        connection.connection.execute(build.sql)
        _create_migration_table(cursor, schema)
        _copy_rows(cursor, settings.TEMPLATE_SCHEMA, schema)
        _copy_sequences(cursor, settings.TEMPLATE_SCHEMA, schema)
        for statement in grant_statements(schema):
            cursor.execute(statement)
    connection.set_schema_to_public()


def _create_migration_table(cursor: Any, schema: str) -> None:
    """django_migrations is made by the recorder, not by a migration: its SQL isn't in the build."""
    with schema_context(schema), connection.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(MigrationRecorder.Migration)
    cursor.execute(sql.SQL("SET LOCAL search_path = {}, public").format(sql.Identifier(schema)).as_string())
    for statement in editor.collected_sql:
        cursor.execute(statement)


def _copy_rows(cursor: Any, source: str, target: str) -> None:
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    cursor.execute(
        "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) "
        "FROM information_schema.columns WHERE table_schema = %s AND is_generated = 'NEVER' "
        "GROUP BY table_name",
        [source],
    )
    for table, columns in cursor.fetchall():
        names = sql.SQL(", ").join(sql.Identifier(c) for c in columns)
        cursor.execute(
            sql.SQL("INSERT INTO {t}.{x} ({c}) OVERRIDING SYSTEM VALUE SELECT {c} FROM {s}.{x}")
            .format(t=sql.Identifier(target), s=sql.Identifier(source), x=sql.Identifier(table), c=names)
            .as_string()
        )


def _copy_sequences(cursor: Any, source: str, target: str) -> None:
    cursor.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL",
        [source],
    )
    for name, value in cursor.fetchall():
        cursor.execute(
            "SELECT setval(%s::regclass, %s, true)",
            [sql.SQL("{}.{}").format(sql.Identifier(target), sql.Identifier(name)).as_string(), value],
        )


def schema_drop(schema: str) -> None:
    """Remove a schema with all it holds. Refuses public."""
    if schema == settings.PUBLIC_SCHEMA_NAME:
        raise ValueError("public is never dropped")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)).as_string())
