"""What imports do when the job that ran them ends."""

from __future__ import annotations

from apps.core.events import subscribe
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import ImportState
from apps.runtime.events import JobEnded
from apps.runtime.models.job import JobState


@subscribe(JobEnded)
def import_stopped(event: JobEnded) -> None:
    """A run whose job was cancelled, refused or given up isn't running any more. It keeps no end: running
    the job again goes on behind the last finished chunk."""
    if event.state != JobState.DONE:
        running = ImportRun.objects.filter(job_id=event.job_id, state=ImportState.RUNNING)
        running.update(state=ImportState.FAILED)
