"""Background jobs: accepted in the caller's transaction, run by the worker inside their organisation."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from apps.core.actor import Actor, current_actor, reset_actor, set_actor
from apps.core.errors import BahiError
from apps.core.events import emit
from apps.core.tenant import current_schema, organisation_context, require_organisation
from apps.runtime.events import JobEnded
from apps.runtime.models import Job
from apps.runtime.models.job import JobState

logger = logging.getLogger(__name__)
TaskFunction = Callable[..., dict[str, Any] | None]
_tasks: dict[str, TaskFunction] = {}


def task(function: TaskFunction) -> TaskFunction:
    """Decorator for ``tasks.py``: ``function(job, **arguments)``; idempotent, takes ids, returns a result.

    The function opens its own units of work, reports by ``job_progress`` and may run again after a crash.
    """
    _tasks[f"{function.__module__.split('.')[1]}.{function.__name__}"] = function
    return function


def job_start(function: TaskFunction, *, title: str, by: Any = None, **arguments: Any) -> Job:
    """Enter a job; it starts after the caller's transaction commits. Arguments must be JSON values."""
    name = f"{function.__module__.split('.')[1]}.{function.__name__}"
    owner = getattr(by, "pk", None) or current_actor().user_id
    job = Job.objects.create(task=name, title=title[:200], owner_id=owner, arguments=arguments)
    schema = current_schema()
    transaction.on_commit(lambda: _enqueue(schema, job.pk))
    return job


def _enqueue(schema: str, job_id: int) -> None:
    _queue("run_job", schema, job_id)


def call_later(function: str, *arguments: Any) -> None:
    """Have the worker call ``function`` (dotted name, JSON arguments) in this organisation after commit.

    For small work that nobody watches (a mail); what must not be lost keeps its own row and is swept.
    """
    schema = require_organisation()
    if settings.CALLS_INLINE:
        transaction.on_commit(lambda: import_string(function)(*arguments))
    else:
        transaction.on_commit(lambda: _queue("run_call", schema, function, *arguments))


def _queue(entry: str, schema: str, *arguments: Any) -> None:
    """The queue's table is in ``public``: put the call there and come back."""
    tenant = connection.tenant
    connection.set_schema_to_public()
    try:
        async_task(f"apps.runtime.services.jobs.{entry}", schema, *arguments)
    except Exception:
        logger.warning("%s of %s could not be queued now", entry, schema, exc_info=True)
    finally:
        connection.set_tenant(tenant)


def run_call(schema: str, function: str, *arguments: Any) -> None:
    """What the worker calls for ``call_later``. Leaves the connection in ``public``."""
    try:
        with organisation_context(schema):
            import_string(function)(*arguments)
    finally:
        connection.set_schema_to_public()


def run_job(schema: str, job_id: int) -> None:
    """What the worker calls. Leaves the connection in ``public``."""
    try:
        with organisation_context(schema):
            _run(job_id)
    finally:
        connection.set_schema_to_public()


def _run(job_id: int) -> None:
    from apps.core.registry import load_modules

    load_modules("tasks")
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None or job.state not in (JobState.WAITING, JobState.RUNNING):
            return
        job.state, job.started_at, job.attempts = JobState.RUNNING, timezone.now(), job.attempts + 1
        job.save()
    token = set_actor(_actor_of(job))
    try:
        result = _tasks[job.task](job, **job.arguments) or {}
        _finish(job, JobState.DONE, result=result)
    except BahiError as error:
        _finish(
            job, JobState.FAILED, message=error.detail, result={"errors": [e.as_dict() for e in error.errors]}
        )
    except Exception as error:
        logger.exception("job %s failed", job)
        _finish(job, JobState.FAILED, message=f"{type(error).__name__}: {error}")
    finally:
        reset_actor(token)


def _actor_of(job: Job) -> Actor:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.filter(pk=job.owner_id).first() if job.owner_id else None
    return Actor(kind="job", user=user, label=str(user) if user else "System")


def _finish(job: Job, state: str, *, message: str = "", result: dict[str, Any] | None = None) -> None:
    with transaction.atomic():
        job.refresh_from_db()
        job.state, job.finished_at = state, timezone.now()
        job.message = str(message)[:300]
        job.result = result or {}
        job.save()
        announce(job)
        emit(JobEnded(job.pk, state))


def job_progress(job: Job, done: int, total: int | None = None, message: str = "") -> None:
    """Record progress (outside the work's own transaction) and push it to the owner's pages."""
    job.done_count = done
    if total is not None:
        job.total_count = total
    job.message = message[:300]
    job.save(update_fields=["done_count", "total_count", "message"])
    announce(job)


def announce(job: Job) -> None:
    """Push the job's state to its owner's sockets."""
    from apps.core.live import push_to_user

    if job.owner_id:
        push_to_user(job.owner_id, "job.progress", job_data(job))


def job_data(job: Job) -> dict[str, Any]:
    return {
        "id": job.pk,
        "title": job.title,
        "status": job.state,
        "done": job.done_count,
        "total": job.total_count,
        "message": job.message,
        "result": job.result,
        "result_url": job.result_url,
    }


def waiting_jobs_requeue() -> int:
    """Enter again jobs that were accepted but never queued (the queue was down) for over a minute."""
    limit = timezone.now() - timedelta(minutes=1)
    schema = current_schema()
    ids = list(
        Job.objects.filter(state=JobState.WAITING, created_at__lt=limit, attempts=0).values_list(
            "pk", flat=True
        )
    )
    for pk in ids:
        _enqueue(schema, pk)
    return len(ids)
