"""What the platform does by itself."""

from __future__ import annotations

from datetime import timedelta

from apps.platform.services.figures import figures_collect
from apps.platform.services.override import overrides_expire
from apps.platform.services.sign_up import sign_ups_clean
from apps.platform.services.warnings import limits_warn
from apps.runtime.services.dispatcher import register_platform_sweep
from apps.runtime.services.schedule import scheduled
from apps.tenancy.services.owner_jobs import deletions_due_start, jobs_requeue

for sweep in (jobs_requeue, deletions_due_start, overrides_expire, sign_ups_clean):
    register_platform_sweep(sweep)


@scheduled(every=timedelta(hours=1))
def count_figures() -> None:
    figures_collect()


@scheduled(every=timedelta(minutes=30))
def warn_of_limits() -> None:
    limits_warn()
