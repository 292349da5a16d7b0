"""The way to the worker: django-q2's table lies in ``public`` and holds only names, schemas and ids."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from apps.core.tenant import organisation_context, require_organisation

logger = logging.getLogger(__name__)
CHANNEL = "bahi_queue"  # wakes the workers
CALLS = "bahi-calls"  # the lane of short calls, which long jobs can't hold up


def call_later(function: str, *arguments: Any) -> None:
    """Have the worker call ``function`` (dotted name, JSON arguments) in this organisation after commit.

    For small work that nobody watches (a mail); what must not be lost keeps its own row and is swept.
    """
    schema = require_organisation()
    if settings.CALLS_INLINE:
        transaction.on_commit(lambda: import_string(function)(*arguments))
    else:
        transaction.on_commit(lambda: enqueue("queue.run_call", schema, function, *arguments, lane=CALLS))


def enqueue(entry: str, schema: str, *arguments: Any, lane: str | None = None) -> bool:
    """Put a call of ``runtime.services.<entry>`` into the queue now; False when the queue can't take it.

    lane: ``CALLS`` for what ends in a moment; None for jobs, which may take long.
    """
    tenant = connection.tenant
    connection.set_schema_to_public()
    try:
        async_task(f"apps.runtime.services.{entry}", schema, *arguments, cluster=lane)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    except Exception:
        logger.warning("%s of %s could not be queued now", entry, schema, exc_info=True)
        return False
    finally:
        connection.set_tenant(tenant)
    return True


def run_call(schema: str, function: str, *arguments: Any) -> None:
    """What the worker calls for ``call_later``. Leaves the connection in ``public``."""
    try:
        with organisation_context(schema):
            import_string(function)(*arguments)
    finally:
        connection.set_schema_to_public()
