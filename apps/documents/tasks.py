"""Background jobs over documents."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from apps.documents.bulk import transition_many
from apps.runtime.services.jobs import job_progress, task


@task
def run_transitions(
    job: Any, *, kind: str, ids: list[int], name: str, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Run a transition on many documents as the job's owner. Safe to repeat: those done are refused."""
    from django.contrib.auth import get_user_model

    owner = get_user_model().objects.get(pk=job.owner_id)
    total = len(ids)
    done, refused = transition_many(
        apps.get_model(kind),
        ids,
        name,
        by=owner,
        data=data,
        progress=lambda count: job_progress(job, count, total),
    )
    return {
        "done": done,
        "refused": [{"number": number, "detail": detail} for number, detail in refused[:200]],
    }
