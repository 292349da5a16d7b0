"""Set-up of a fresh database and upgrade of an existing one.

Django renders its model state again for each operation, minutes for a long plan. So the plan is rendered
once, its SQL collected, and replayed in the schema of each organisation: one transaction each, a bounded
wait for locks, the outcome kept on the organisation. A plan that runs Python, or can't run in one
transaction, goes the ordinary way. Whoever was upgraded has nothing pending, so a second run goes on where
the first stopped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel, DeleteModel
from django_tenants.utils import schema_context
from psycopg import errors as pg
from psycopg import sql

from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts, schema_exists
from apps.tenancy.models import Organisation, SchemaBuild
from apps.tenancy.services.schema_build import (
    after_migrate,
    grant_run_time,
    schema_build,
    state_key,
    template_build,
)

logger = logging.getLogger(__name__)
LOCK_TIMEOUT = "5s"
TRIES = 4


def database_set_up() -> Iterator[str]:
    """Do what is needed and say each step: build public, build the template, upgrade organisations."""
    public = settings.PUBLIC_SCHEMA_NAME
    if not _has_table(public, "tenancy_organisation"):
        yield "building the platform's tables"
        schema_build(public)
    elif pending_names(public):
        yield "upgrading the platform's tables"
        call_command("migrate_schemas", schema_name=public, verbosity=0, interactive=False)
        after_migrate(public)
        grant_run_time(public)
    if not _template_is_current():
        yield "building the template of organisations"
        template_build()
    for result in schemas_upgrade():
        yield result.text


def _template_is_current() -> bool:
    return schema_exists(settings.TEMPLATE_SCHEMA) and SchemaBuild.objects.filter(key=state_key()).exists()


def _has_table(schema: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema}.{table}"])
        return cursor.fetchone()[0] is not None


# --- upgrade of organisations ---------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """How the upgrade of one organisation ended; ``error`` is empty when it went well."""

    slug: str
    seconds: float
    replayed: bool
    error: str = ""

    @property
    def text(self) -> str:
        if self.error:
            return f"{self.slug} was NOT upgraded: {self.error}"
        way = "replayed" if self.replayed else "migrated"
        return f"upgraded {self.slug} ({way}, {self.seconds:.2f} s)"


@dataclass
class Script:
    """SQL of a plan, the migrations to record, whether tables came or went; empty SQL: the ordinary way."""

    migrations: list[tuple[str, str]]
    statements: list[str] = field(default_factory=list)
    tables_changed: bool = False


def schemas_upgrade(*, only: list[str] | None = None, parallel: int = 1) -> Iterator[Result]:
    """Upgrade organisations that have something pending; yields each outcome. The owner's connection."""
    connection.set_schema_to_public()
    chosen = Organisation.objects.exclude(state=OrganisationState.DELETING).order_by("pk")
    if only:
        chosen = chosen.filter(slug__in=only)
    nodes = set(MigrationLoader(None).graph.nodes)  # read once: asking each schema's own plan takes longer
    scripts: dict[tuple[str, ...], Script] = {}
    waiting: list[tuple[Organisation, Script]] = []
    for organisation in chosen:
        if not schema_exists(organisation.schema_name):
            continue
        current = nodes <= _applied(organisation.schema_name)
        pending = [] if current else pending_names(organisation.schema_name)
        if not pending:
            _remember(organisation, "")
            continue
        key = tuple(f"{app}.{name}" for app, name in pending)
        if key not in scripts:
            scripts[key] = plan_collect(organisation.schema_name)
        waiting.append((organisation, scripts[key]))
    yield from _run_all(waiting, parallel)


def _run_all(waiting: list[tuple[Organisation, Script]], parallel: int) -> Iterator[Result]:
    if parallel <= 1:
        for organisation, script in waiting:
            yield _upgrade(organisation, script)
        return
    with ThreadPoolExecutor(parallel) as pool:
        yield from pool.map(_upgrade_in_thread, waiting)


def _upgrade_in_thread(job: tuple[Organisation, Script]) -> Result:
    """A thread starts with a connection of its own, and leaves none behind."""
    try:
        return _upgrade(*job)
    finally:
        connection.close()


def _applied(schema: str) -> set[tuple[str, str]]:
    table = sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(schema))
    with connection.cursor() as cursor:
        cursor.execute(table.as_string())
        return set(cursor.fetchall())


def pending_names(schema: str) -> list[tuple[str, str]]:
    """Migrations that the schema lacks, in the order of their plan."""
    with schema_context(schema):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


def plan_collect(schema: str) -> Script:
    """Render the pending plan once and collect its SQL, as it stands for this schema."""
    with schema_context(schema):
        executor = MigrationExecutor(connection)
        plan = [m for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        script = Script([(m.app_label, m.name) for m in plan])
        script.tables_changed = any(
            isinstance(operation, (CreateModel, DeleteModel)) for m in plan for operation in m.operations
        )
        if not all(_replayable(migration) for migration in plan):
            return script
        state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]  # Django's own, without types
        for migration in plan:
            with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            script.statements.extend(editor.collected_sql)
    return script


def _replayable(migration: Migration) -> bool:
    """Only SQL, in one transaction."""
    runs_python = any(isinstance(operation, RunPython) for operation in migration.operations)
    return migration.atomic is not False and not runs_python


def _upgrade(organisation: Organisation, script: Script) -> Result:
    started, replayed = time.monotonic(), bool(script.statements)
    error = ""
    try:
        if replayed:
            _with_patience(lambda: _replay(organisation.schema_name, script))
        else:
            call_command(
                "migrate_schemas", schema_name=organisation.schema_name, verbosity=0, interactive=False
            )
        if script.tables_changed or not replayed:
            with schema_context(organisation.schema_name):
                after_migrate(organisation.schema_name)
        grant_run_time(organisation.schema_name)
    except Exception as fault:  # one organisation that fails stops alone
        logger.exception("upgrade of %s failed", organisation.slug)
        error = f"{type(fault).__name__}: {' '.join(str(fault).split())}"[:1000]
    connection.set_schema_to_public()
    _remember(organisation, error)
    return Result(organisation.slug, time.monotonic() - started, replayed, error)


def _with_patience(work: object) -> None:
    """A lock that isn't had in time is asked for again: queries of a running system are short."""
    for attempt in range(1, TRIES + 1):
        try:
            work()  # type: ignore[operator]  # set by the caller of this branch
            return
        except OperationalError as error:
            if (
                not isinstance(error.__cause__, (pg.LockNotAvailable, pg.DeadlockDetected))
                or attempt == TRIES
            ):
                raise
            time.sleep(0.5 * attempt)


def _replay(schema: str, script: Script) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        connection.set_schema_to_public()
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        path = sql.SQL("SET LOCAL search_path = {}, public").format(sql.Identifier(schema))
        cursor.execute(path.as_string())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in script.statements:
            if statement.strip() and not statement.lstrip().startswith("--"):
                cursor.execute(statement, None)
        table = sql.SQL("INSERT INTO {}.django_migrations (app, name, applied) VALUES (%s, %s, now())")
        cursor.executemany(table.format(sql.Identifier(schema)).as_string(), script.migrations)


def _remember(organisation: Organisation, error: str) -> None:
    """Keep the outcome where the platform shows it; a faulty organisation isn't served by newer code."""
    if organisation.upgrade_error != error:
        Organisation.objects.filter(pk=organisation.pk).update(upgrade_error=error)
        organisation.upgrade_error = error
        forget_hosts()
