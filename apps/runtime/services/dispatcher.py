"""The dispatcher: waits for NOTIFY, delivers that organisation's outbox, sweeps all every 30 s."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event as StopFlag

import psycopg
from django.db import DatabaseError, connection

from apps.core.listen import listen_parameters
from apps.core.modules import module_key_of_app
from apps.core.tenant import organisation_context, served_schemas, switch_on
from apps.runtime.services.jobs import waiting_jobs_requeue
from apps.runtime.services.outbox import CHANNEL, outbox_deliver, seconds_to_next

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 30.0
_followers: list[Callable[[], None]] = []
_sweeps: list[Callable[[], object]] = [waiting_jobs_requeue]
_platform_sweeps: list[Callable[[], object]] = []
_due: dict[str, float] = {}  # schema → when a repeated delivery is due (monotonic)


def register_follower(function: Callable[[], None]) -> None:
    """``function()`` runs inside an organisation each time that something was committed there (sealing,
    folding): idempotent, quick when there is nothing to do. Called from an app's ``tasks.py``."""
    if function not in _followers:
        _followers.append(function)


def register_sweep(function: Callable[[], object]) -> None:
    """``function()`` runs inside every organisation each 30 s: one cheap query when there is nothing to do.
    For work with rows of its own that the queue may have lost. Called from an app's ``tasks.py``."""
    if function not in _sweeps:
        _sweeps.append(function)


def register_platform_sweep(function: Callable[[], object]) -> None:
    """``function()`` runs in ``public`` each 30 s: for what the platform itself keeps."""
    if function not in _platform_sweeps:
        _platform_sweeps.append(function)


def active_schemas() -> list[str]:
    """Schemas of the organisations that are served: active and not under maintenance of their own."""
    connection.set_schema_to_public()
    return served_schemas()


def sweep() -> int:
    """Deliver what waits in every organisation (a NOTIFY was lost, a retry is due)."""
    count = 0
    for schema in active_schemas():
        count += deliver_for(schema)
        _sweep_one(schema)
    _sweep_platform()
    return count


def _sweep_platform() -> None:
    connection.set_schema_to_public()
    for function in _platform_sweeps:
        try:
            function()
        except Exception:
            logger.exception("%s for the platform failed", function.__name__)
            connection.close()
        connection.set_schema_to_public()


def _sweep_one(schema: str) -> None:
    for function in _sweeps:
        try:
            with organisation_context(schema):
                function()
        except Exception:
            logger.exception("%s for %s failed", function.__name__, schema)
            connection.close()
        finally:
            connection.set_schema_to_public()


def deliver_for(schema: str) -> int:
    try:
        with organisation_context(schema):
            follow()
            count = outbox_deliver()
            _remember(schema)
            return count
    except Exception:
        logger.exception("delivery for %s failed", schema)
        connection.close()
        return 0
    finally:
        connection.set_schema_to_public()


def _remember(schema: str) -> None:
    """Come back when the next repeat is due, not only with the next sweep."""
    wait = seconds_to_next()
    if wait is None:
        _due.pop(schema, None)
    else:
        _due[schema] = time.monotonic() + wait


def follow() -> None:
    """Run the followers; one that fails doesn't stop the others."""
    for function in _followers:
        if switch_on(module_key_of_app(function.__module__.split(".")[1])):
            try:
                function()
            except psycopg.Error:
                raise
            except Exception:
                logger.exception("%s failed", function.__name__)


def run_dispatcher(stop: StopFlag) -> None:
    """Run until ``stop`` is set; survives a restart of the database."""
    while not stop.is_set():
        try:
            _listen(stop)
        except (psycopg.Error, DatabaseError, OSError) as error:
            logger.warning("dispatcher lost the database: %s", error)
        except Exception:
            logger.exception("dispatcher stumbled")
        connection.close()
        stop.wait(1.0)


def _listen(stop: StopFlag) -> None:
    with psycopg.connect(**listen_parameters(), autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        sweep()
        swept_at = time.monotonic()
        while not stop.is_set():
            schemas = {n.payload for n in listener.notifies(timeout=1.0, stop_after=1)}
            if schemas:
                schemas |= {n.payload for n in listener.notifies(timeout=0)}
            now = time.monotonic()
            schemas |= {schema for schema, due in tuple(_due.items()) if due <= now}
            for schema in schemas:
                deliver_for(schema)
            if time.monotonic() - swept_at > SWEEP_SECONDS:
                sweep()
                swept_at = time.monotonic()
