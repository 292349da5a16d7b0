"""Background jobs: accepted in the caller's transaction, run by the worker inside their organisation.

A running job is held by its worker (``holds.held``); the database lets go when the worker dies, and the
sweep then has the job run again. So a job runs at least once and ends exactly once.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.actor import Actor, current_actor, reset_actor, set_actor
from apps.core.errors import BahiError, Refused
from apps.core.events import emit
from apps.core.live import push_to_user
from apps.core.locks import lock_row
from apps.core.modules import module_key_of_app
from apps.core.tenant import current_schema, is_served, organisation_context, switch_on
from apps.core.visits import visit_open
from apps.runtime.events import JobEnded
from apps.runtime.models import ENDED, Job, JobState
from apps.runtime.services.holds import held, is_held
from apps.runtime.services.queue import call_later, enqueue

__all__ = ["call_later", "job_cancel", "job_progress", "job_retry", "job_start", "task"]

logger = logging.getLogger(__name__)
TaskFunction = Callable[..., dict[str, Any] | None]
MAX_CRASHES = 4
MAX_ATTEMPTS = 100  # also when each was ended from outside
LIFE = uuid.uuid4().hex  # of the family of workers: made before it forks
UNQUEUED_AFTER = timedelta(seconds=60)
PUSH_EVERY = 0.25
_tasks: dict[str, TaskFunction] = {}


class JobCancelled(BahiError):
    """The job was asked to stop; raised by ``job_progress``, undone work is left as the task leaves it."""

    code = "cancelled"


def task(function: TaskFunction) -> TaskFunction:
    """Decorator for ``tasks.py``: ``function(job, **arguments)``; idempotent, takes ids, returns a result.

    The function opens its own units of work, reports by ``job_progress`` and may run again after a crash.
    A result with ``url`` leads the owner to what was made.
    """
    _tasks[_name_of(function)] = function
    return function


def _name_of(function: TaskFunction) -> str:
    return f"{function.__module__.split('.')[1]}.{function.__name__}"


def job_start(function: TaskFunction, *, title: str, by: Any = None, **arguments: Any) -> Job:
    """Enter a job; it starts after the caller's transaction commits. Arguments must be JSON values.

    One that an API key begins, or that another such job begins, works within the key's scopes; one of the
    platform's operator within his visit.
    """
    owner = getattr(by, "pk", None) or current_actor().user_id
    job = Job.objects.create(
        task=_name_of(function),
        title=str(title)[:200],
        owner_id=owner,
        scopes=_scopes(by),
        visit_id=current_actor().visit,
        arguments=arguments,
    )
    _enqueue_on_commit(job)
    return job


def _scopes(by: Any) -> list[str] | None:
    actor = current_actor()
    scopes = getattr(by or actor.user, "key_scopes", None) or actor.scopes
    return None if scopes is None else list(scopes)


def _enqueue_on_commit(job: Job) -> None:
    schema = current_schema()
    transaction.on_commit(lambda: enqueue("jobs.run_job", schema, job.pk))


def run_job(schema: str, job_id: int) -> None:
    """What the worker calls. Leaves the connection in ``public``."""
    try:
        with organisation_context(schema), held(hold_name(schema, job_id)) as ours:
            if ours and is_served(schema):  # else it waits, and the sweep queues it once all is well again
                _run(job_id)
    finally:
        connection.set_schema_to_public()


def _module_on(job: Job) -> None:
    """A job accepted before its module was switched off does nothing."""
    if not switch_on(module_key_of_app(job.task.split(".", 1)[0])):
        raise Refused(_("The module of this job is switched off."), code="module_off")


def hold_name(schema: str, job_id: int) -> str:
    return f"job:{schema}:{job_id}"


def _run(job_id: int) -> None:
    from apps.core.registry import load_modules

    load_modules("tasks")
    job = _take(job_id)
    if job is None:
        return
    token = set_actor(_actor_of(job))
    try:
        _module_on(job)
        _beginner_or_refuse(job)
        result = _tasks[job.task](job, **job.arguments) or {}
        _finish(job, JobState.DONE, result=result)
    except JobCancelled:
        _finish(job, JobState.CANCELLED, message=_("Cancelled"))
    except BahiError as error:
        _finish(
            job, JobState.FAILED, message=error.detail, result={"errors": [e.as_dict() for e in error.errors]}
        )
    except (OperationalError, InterfaceError):
        # The database went away under the job: it stays running in name, is no longer held, and the sweep
        # has it run again.
        logger.exception("job %s lost the database", job)
        connection.close()
    except Exception as error:
        logger.exception("job %s failed", job)
        _finish(job, JobState.FAILED, message=f"{type(error).__name__}: {error}")
    finally:
        reset_actor(token)


def _take(job_id: int) -> Job | None:
    """The job, now running; None when it has ended or was cancelled meanwhile."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state in ENDED:
            return None
        here = _life()
        if job.attempts and job.started_under == here:
            job.crashes += 1
        if job.crashes >= MAX_CRASHES or job.attempts >= MAX_ATTEMPTS:
            _finish(job, JobState.FAILED, message=_("The worker ended several times while running this."))
            return None
        job.state, job.started_at, job.attempts = JobState.RUNNING, timezone.now(), job.attempts + 1
        job.started_under = here
        job.save()
        announce(job)
    return job


def _life() -> str:
    """Names this life of the workers and of the database.

    A job cut off by a restart of either is not to blame and may run again as often as that happens; one
    that ends its process while they live on (by eating the memory, say) is given up after a few times.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM pg_postmaster_start_time())")
        return f"{LIFE} {cursor.fetchone()[0]}"


def _beginner_or_refuse(job: Job) -> None:
    """What somebody began ends where he does: switched off or in the bin; what the operator began, with his
    visit. Rights were read when the work began, and a long one would go on with them. Raises Refused."""
    owner = _owner_of(job)
    if owner is not None and (not owner.is_active or owner.deleted_at is not None):
        raise Refused(_("Whoever began this is switched off."), code="user_inactive")
    if job.visit_id is not None and visit_open(job.visit_id, owner) is None:
        raise Refused(_("The operator's visit in which this was begun is over."), code="visit_over")


def _owner_of(job: Job) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(pk=job.owner_id).first() if job.owner_id else None


def _actor_of(job: Job) -> Actor:
    user = _owner_of(job)
    if job.visit_id is not None:
        visit = visit_open(job.visit_id, user)
        label = visit.label if visit else str(user)
        return Actor(kind="operator", user=user, label=label, visit=job.visit_id)
    scopes = None if job.scopes is None else tuple(job.scopes)
    return Actor(kind="job", user=user, label=str(user) if user else "System", scopes=scopes)


def _finish(job: Job, state: str, *, message: str = "", result: dict[str, Any] | None = None) -> None:
    with transaction.atomic():
        job.refresh_from_db()
        if job.state in ENDED:
            return
        job.state, job.finished_at = state, timezone.now()
        job.message = str(message or "")[:300]
        job.result = result or {}
        job.save()
        announce(job)
        emit(JobEnded(job.pk, state))


def job_progress(job: Job, done: int, total: int | None = None, message: str = "") -> None:
    """Record progress (outside the work's own transaction) and push it to the owner's pages.

    Cheap to call for each row: at most four times a second are written. Raises JobCancelled when
    somebody asked the job to stop, Refused when whoever began it may do nothing any more.
    """
    if total is not None:
        job.total_count = total
    job.done_count, job.message = done, str(message)[:300]
    now = time.monotonic()
    if now - getattr(job, "_written_at", 0.0) < PUSH_EVERY and done != job.total_count:
        return
    job._written_at = now  # type: ignore[attr-defined]  # kept on the instance for this run only
    job.save(update_fields=["done_count", "total_count", "message"])
    announce(job)
    if Job.objects.filter(pk=job.pk).exclude(cancel_asked_at=None).exists():
        raise JobCancelled(_("Cancelled"))
    _beginner_or_refuse(job)


def announce(job: Job) -> None:
    """Push the job's state to its owner's sockets."""
    if job.owner_id:
        push_to_user(job.owner_id, "job.progress", job_data(job))


def job_data(job: Job) -> dict[str, Any]:
    """A job as pages get it by the socket; the API gives the same names and more."""
    return {
        "id": job.pk,
        "title": job.title,
        "status": job.state,
        "done": job.done_count,
        "total": job.total_count,
        "progress": job.progress,
        "message": job.message,
        "error": job.error,
        "result": job.result,
        "result_url": job.result_url,
    }


def job_cancel(job: Job, *, by: Any) -> Job:
    """Stop a job: at once while it waits, at its next report of progress while it runs.

    Raises Refused (invalid_transition) when it has ended.
    """
    row = lock_row(Job, job.pk)
    if row.state in ENDED:
        raise Refused(_("The job has ended already."), code="invalid_transition", field="status")
    row.cancel_asked_at = timezone.now()
    row.save(update_fields=["cancel_asked_at"])
    if row.state == JobState.WAITING:
        _finish(row, JobState.CANCELLED, message=_("Cancelled by %(name)s") % {"name": by})
    return row


def job_retry(job: Job, *, by: Any) -> Job:
    """Run a failed or cancelled job again with the same arguments. Raises Refused for the others."""
    row = lock_row(Job, job.pk)
    if row.state not in (JobState.FAILED, JobState.CANCELLED):
        raise Refused(
            _("Only a failed or cancelled job can be run again."), code="invalid_transition", field="status"
        )
    row.state, row.attempts, row.crashes, row.cancel_asked_at = JobState.WAITING, 0, 0, None
    row.done_count, row.message, row.result, row.finished_at = 0, "", {}, None
    row.queued_at = timezone.now()
    row.save()
    announce(row)
    _enqueue_on_commit(row)
    return row


def waiting_jobs_requeue() -> int:
    """Queue again what the queue lost, and running jobs whose worker died. Returns how many."""
    schema, now = current_schema(), timezone.now()
    count = 0
    for job in Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).order_by("pk")[:500]:
        waited = job.state == JobState.WAITING and job.queued_at < now - UNQUEUED_AFTER
        dead = job.state == JobState.RUNNING and not is_held(hold_name(schema, job.pk))
        if (waited or dead) and enqueue("jobs.run_job", schema, job.pk):
            Job.objects.filter(pk=job.pk).untracked_update(queued_at=now)
            count += 1
    return count
