"""After every commit: linking. Every day: heads out of the database. When asked: verification as a job."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import connection, transaction

from apps.audit.services.chain import BATCH, Verification, audit_verify, chain_seal
from apps.audit.services.heads import head_exported, heads_export
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.dispatcher import register_follower, register_platform_sweep
from apps.runtime.services.jobs import task
from apps.runtime.services.schedule import scheduled

SHOWN = 50


def follow_audit() -> None:
    """Link what was committed."""
    while run_in_unit_of_work(chain_seal) == BATCH:
        pass


@scheduled(at=time(0, 20))
def export_heads() -> None:
    heads_export()


def verify_in_snapshot() -> Verification:
    """The verification against the newest exported head, of one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return audit_verify(head=head_exported("audit"))


@task
def run_verification(job: Any) -> dict[str, Any]:
    """Verify the whole audit trail; the answer is shown on the page."""
    found = verify_in_snapshot()
    return {
        "entries": found.entries,
        "links": found.links,
        "waiting": found.waiting,
        "head": found.head,
        "problems": len(found.problems),
        "shown": [vars(problem) for problem in found.problems[:SHOWN]],
    }


def follow_platform() -> None:
    """The platform's own trail, in ``public``."""
    follow_audit()
    heads_export()


register_follower(follow_audit)
register_platform_sweep(follow_platform)
