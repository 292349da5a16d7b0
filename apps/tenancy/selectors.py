"""Reads over all organisations, for the platform: counts and states, no business rows."""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from psycopg import sql

from apps.tenancy.choices import OrganisationState
from apps.tenancy.models import DeletionRecord, Organisation


def demo_state() -> str:
    """Of the demo organisation: ``active``; ``removed`` (also while it goes); ``none`` when it was never
    there or is half loaded."""
    found = Organisation.objects.filter(slug="demo", is_demo=True).first()
    if found is None:
        return "removed" if DeletionRecord.objects.filter(slug="demo").exists() else "none"
    if found.state == OrganisationState.ACTIVE:
        return "active"
    return "none" if found.state == OrganisationState.PROVISIONING else "removed"


def organisations_by_state() -> list[tuple[str, str, int]]:
    """(state, its name, how many), in the order of life; states without any are left out."""
    counts = dict(Organisation.objects.values_list("state").annotate(n=Count("pk")).order_by())
    return [
        (state.value, str(state.label), counts[state]) for state in OrganisationState if counts.get(state)
    ]


def jobs_everywhere(*, state: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """The latest jobs of all organisations that have tables, in one query: titles of work, never its data."""
    schemas = _schemas()
    if not schemas:
        return []
    one = (
        "(SELECT {name} AS schema, id, task, state, done_count, total_count, attempts, created_at,"
        " finished_at, CASE WHEN state = 'failed' THEN message ELSE '' END AS error"
        " FROM {schema}.runtime_job WHERE (%s = '' OR state = %s) ORDER BY id DESC LIMIT 50)"
    )
    parts = [sql.SQL(one).format(name=sql.Literal(s), schema=sql.Identifier(s)) for s in schemas]
    text = sql.SQL(" UNION ALL ").join(parts) + sql.SQL(" ORDER BY created_at DESC LIMIT %s")
    with connection.cursor() as cursor:
        cursor.execute(text.as_string(), [*([state, state] * len(schemas)), limit])
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    known = dict(Organisation.objects.values_list("schema_name", "name"))
    return [{**row, "organisation": known.get(row["schema"], row["schema"])} for row in rows]


def _schemas() -> list[str]:
    """Organisations whose schema has a job table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.schema_name FROM public.tenancy_organisation o"
            " WHERE to_regclass(quote_ident(o.schema_name) || '.runtime_job') IS NOT NULL ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def queue_facts() -> dict[str, Any]:
    """Length of the worker's queue and age of its oldest task in seconds, sizes of database and free disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(lock)), 0) FROM public.django_q_ormq"
        )
        waiting, age = cursor.fetchone()
        cursor.execute("SELECT pg_database_size(current_database()), count(*) FROM pg_stat_activity")
        size, sessions = cursor.fetchone()
    free = shutil.disk_usage(settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR).free
    return {"waiting": waiting, "age": int(age), "database": size, "connections": sessions, "disk_free": free}
