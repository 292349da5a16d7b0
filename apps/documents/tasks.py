"""Background jobs over documents."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from apps.documents.bulk import transition_many
from apps.documents.models import TimelineEntry
from apps.runtime.services.jobs import job_progress, task


@task
def run_transitions(
    job: Any, *, kind: str, ids: list[int], name: str, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Run a transition on many documents as the job's owner. Safe to repeat after a crash: those that the
    owner's timeline says were done since the job was made are counted and not done once more."""
    from django.contrib.auth import get_user_model

    owner = get_user_model().objects.get(pk=job.owner_id)
    before = _done_before(job, kind, ids, name)
    done, refused = transition_many(
        apps.get_model(kind),
        [pk for pk in ids if pk not in before],
        name,
        by=owner,
        data=data,
        progress=lambda count: job_progress(job, len(before) + count, len(ids)),
    )
    return {
        "done": len(before) + done,
        "refused": [{"number": number, "detail": detail} for number, detail in refused[:200]],
    }


def _done_before(job: Any, kind: str, ids: list[int], name: str) -> set[int]:
    """What an earlier run of this job did: the entry in the timeline came with the work itself."""
    found = TimelineEntry.objects.filter(
        target_kind=kind.lower(), target_id__in=ids, verb=name, actor_id=job.owner_id, at__gte=job.created_at
    )
    return set(found.values_list("target_id", flat=True))
