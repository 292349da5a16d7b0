"""The dispatcher: waits for NOTIFY, delivers that organisation's outbox, sweeps all every 30 s."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event as StopFlag

import psycopg
from django.conf import settings
from django.db import connection

from apps.core.modules import module_key_of_app
from apps.core.tenant import organisation_context, switch_on
from apps.runtime.services.jobs import waiting_jobs_requeue
from apps.runtime.services.outbox import CHANNEL, outbox_deliver

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 30.0
_followers: list[Callable[[], None]] = []


def register_follower(function: Callable[[], None]) -> None:
    """``function()`` runs inside an organisation each time that something was committed there (sealing,
    folding): idempotent, quick when there is nothing to do. Called from an app's ``tasks.py``."""
    if function not in _followers:
        _followers.append(function)


def active_schemas() -> list[str]:
    """Schemas of the organisations that are served."""
    from django_tenants.utils import get_tenant_model

    connection.set_schema_to_public()
    return list(get_tenant_model().objects.filter(state="active").values_list("schema_name", flat=True))


def sweep() -> int:
    """Deliver what waits in every organisation (a NOTIFY was lost, a retry is due)."""
    count = 0
    for schema in active_schemas():
        count += deliver_for(schema)
        with organisation_context(schema):
            waiting_jobs_requeue()
    return count


def deliver_for(schema: str) -> int:
    try:
        with organisation_context(schema):
            follow()
            return outbox_deliver()
    except Exception:
        logger.exception("delivery for %s failed", schema)
        connection.close()
        return 0
    finally:
        connection.set_schema_to_public()


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
        except (psycopg.Error, OSError) as error:
            logger.warning("dispatcher lost the database: %s", error)
            connection.close()
            stop.wait(1.0)


def _listen(stop: StopFlag) -> None:
    config = settings.DATABASES["default"]
    with psycopg.connect(
        host=config["HOST"] or None,
        port=config["PORT"] or None,
        user=config["USER"],
        password=config["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
        autocommit=True,
    ) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        sweep()
        swept_at = time.monotonic()
        while not stop.is_set():
            schemas = {n.payload for n in listener.notifies(timeout=1.0, stop_after=1)}
            if schemas:
                schemas |= {n.payload for n in listener.notifies(timeout=0)}
            for schema in schemas:
                deliver_for(schema)
            if time.monotonic() - swept_at > SWEEP_SECONDS:
                sweep()
                swept_at = time.monotonic()
