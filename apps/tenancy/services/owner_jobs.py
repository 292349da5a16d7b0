"""Work that needs the owner's role, asked for by pages that run without it.

A row is kept and queued; the worker starts ``manage.py run_organisation_job`` as a process of its own, which
connects as the owner. So neither web processes nor job processes ever hold the owner's connection. That
process holds the job's name in the database: when it is killed, the sweep finds a running job that nobody
holds, and has it run again, four times at most.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task
from django_tenants.utils import schema_context

from apps.core.actor import current_actor
from apps.core.errors import BahiError, InvalidInput, Refused
from apps.core.locks import advisory_lock, lock_row
from apps.runtime.services.holds import held, is_held
from apps.runtime.services.queue import CHANNEL
from apps.tenancy.choices import JobState, JobWork, OrganisationState
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Organisation, OrganisationJob
from apps.tenancy.models.job import OPEN
from apps.tenancy.services.deletion import deletion_failed, organisation_delete, organisations_due
from apps.tenancy.services.provisioning import organisation_provision, slug_check

logger = logging.getLogger(__name__)
TIME_LIMIT = 3600  # seconds: a large organisation takes long to restore
MAX_ATTEMPTS = 4
UNQUEUED_AFTER = timedelta(seconds=60)
STARTS_WITHIN = timedelta(seconds=20)  # until the process that was started holds the name
Progress = Callable[[str], None]
_works: dict[str, Callable[[OrganisationJob, Progress], None]] = {}


def register_work(work: str, function: Callable[[OrganisationJob, Progress], None]) -> None:
    """``function(job, progress)`` of a higher app does this work. Called from the app's ``ready()``."""
    _works[work] = function


def provisioning_start(organisation: Organisation) -> OrganisationJob:
    """Queue the set-up of an organisation that was entered or approved."""
    return _job_ask(organisation, JobWork.PROVISION)


def deletion_start(organisation: Organisation) -> OrganisationJob:
    """Close the organisation for good and queue its deletion. Raises Refused unless it is scheduled."""
    with schema_context("public"), transaction.atomic():
        if organisation.state != OrganisationState.REMOVING:  # a demo that is removed from within
            organisation_step(organisation, "delete")
        return _job_ask(organisation, JobWork.DELETE)


def deletions_due_start() -> int:
    """Queue the deletion of those whose grace is over; returns how many."""
    due = organisations_due()
    for organisation in due:
        deletion_start(organisation)
    return len(due)


def erasure_start(organisation: Organisation, source: str) -> OrganisationJob:
    """Queue work on logs that only the owner may change; ``source`` names it.

    Raises Refused while another job works on the organisation.
    """
    with schema_context("public"), transaction.atomic():
        lock_row(Organisation, organisation.pk)
        if OrganisationJob.objects.filter(organisation=organisation, state__in=OPEN).exists():
            raise Refused(_("Something else is being done with this organisation. Try again."), code="busy")
        job = OrganisationJob.objects.create(
            organisation=organisation,
            slug=organisation.slug,
            work=JobWork.ERASE,
            source=source,
            asked_by=current_actor().label[:200],
        )
        transaction.on_commit(lambda: _enqueue(job.pk))
    return job


def restore_start(*, slug: str, source: str) -> OrganisationJob:
    """Queue the restoring of the backup ``source`` as the new organisation ``slug``.

    Raises InvalidInput naming ``slug`` when the name is no good, taken, or being restored already.
    """
    with schema_context("public"), transaction.atomic():
        slug = slug_check(slug)
        if Organisation.objects.filter(slug=slug).exists():
            raise InvalidInput(_("There is an organisation of this name."), field="slug", code="taken")
        advisory_lock(f"restore {slug}")
        if OrganisationJob.objects.filter(slug=slug, state__in=OPEN).exists():
            raise InvalidInput(_("This name is being worked on."), field="slug", code="taken")
        job = OrganisationJob.objects.create(
            slug=slug, work=JobWork.RESTORE, source=source, asked_by=current_actor().label[:200]
        )
        transaction.on_commit(lambda: _enqueue(job.pk))
    return job


def _job_ask(organisation: Organisation, work: str) -> OrganisationJob:
    """One open job an organisation: asked again, it is the same one."""
    with schema_context("public"), transaction.atomic():
        lock_row(Organisation, organisation.pk)
        job = OrganisationJob.objects.filter(organisation=organisation, state__in=OPEN).first()
        if job is None:
            job = OrganisationJob.objects.create(
                organisation=organisation,
                slug=organisation.slug,
                work=work,
                asked_by=current_actor().label[:200],
            )
        transaction.on_commit(lambda: _enqueue(job.pk))
    return job


def _enqueue(job_id: int) -> bool:
    try:
        with schema_context("public"):
            async_task("apps.tenancy.services.owner_jobs.start_process", job_id)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    except Exception:
        logger.warning("job %s could not be queued now; the sweep will", job_id, exc_info=True)
        return False
    return True


def start_process(job_id: int) -> None:
    """What the worker calls."""
    connection.set_schema_to_public()
    arguments = [sys.executable, "manage.py", "run_organisation_job", str(int(job_id))]
    result = subprocess.run(
        arguments, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=TIME_LIMIT
    )
    if result.returncode != 0:
        logger.error(
            "organisation job %s ended with %s: %s", job_id, result.returncode, result.stderr[-2000:]
        )
        jobs_requeue(now=True)


def hold_name(job_id: int) -> str:
    return f"organisation-job:{job_id}"


def jobs_requeue(*, now: bool = False) -> int:
    """Queue again what the queue lost and what a killed process left; ``now``: don't wait for a start."""
    moment, count = timezone.now(), 0
    for job in OrganisationJob.objects.filter(state__in=OPEN).order_by("pk")[:200]:
        lost = job.state == JobState.WAITING and job.queued_at < moment - UNQUEUED_AFTER
        started = job.started_at is None or now or job.started_at < moment - STARTS_WITHIN
        dead = job.state == JobState.RUNNING and started and not is_held(hold_name(job.pk))
        if (lost or dead) and _enqueue(job.pk):
            OrganisationJob.objects.filter(pk=job.pk).update(queued_at=moment)
            count += 1
    return count


def job_run(job_id: int) -> OrganisationJob | None:
    """Do the work of a job in this process, with the owner's connection; None when another one does it."""
    connection.set_schema_to_public()
    with held(hold_name(job_id)) as ours:
        job = _take(job_id) if ours else None
        if job is None:
            return None
        organisation = job.organisation
        try:
            _work(job, organisation)
        except BahiError as error:
            _end(job, "; ".join(f"{item.field} {item.detail}".strip() for item in error.errors))
        except Exception as error:
            logger.exception("%s failed", job)
            _end(job, f"{type(error).__name__}: {error}")
        else:
            _end(job, "")
    return job


def _take(job_id: int) -> OrganisationJob | None:
    with transaction.atomic():
        job = lock_row(OrganisationJob, job_id)
        if job.state not in OPEN:
            return None
        job.attempts += 1
        job.state, job.started_at = JobState.RUNNING, timezone.now()
        job.save(update_fields=["state", "started_at", "attempts"])
    if job.attempts > MAX_ATTEMPTS:
        _end(job, "The process ended several times while doing this.")
        return None
    return job


def _work(job: OrganisationJob, organisation: Organisation | None) -> None:
    def progress(text: str) -> None:
        job.step = text[:200]  # all of it is among the steps
        job.steps = [*job.steps, {"at": timezone.now().isoformat(), "text": text, "attempt": job.attempts}]
        job.save(update_fields=["step", "steps"])

    if job.work in _works:
        _works[job.work](job, progress)
    elif organisation is None:
        return  # it is gone already
    elif job.work == JobWork.PROVISION:
        organisation_provision(organisation, progress=progress)
    else:
        organisation_delete(organisation, by=job.asked_by, progress=progress)


def _end(job: OrganisationJob, error: str) -> None:
    connection.set_schema_to_public()
    error = " ".join(error.split())[:300]
    state = JobState.FAILED if error else JobState.DONE
    OrganisationJob.objects.filter(pk=job.pk).update(
        state=state, error=error, finished_at=timezone.now(), step=""
    )
    job.state, job.error = state, error
    organisation = Organisation.objects.filter(pk=job.organisation_id).first() if error else None
    if organisation is None or job.work in _works:
        return
    if job.work == JobWork.DELETE:
        deletion_failed(organisation, reason=error)
    else:
        organisation_step(organisation, "fail", reason=error)
