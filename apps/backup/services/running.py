"""Backups that are made by themselves: when one is due, what came of it, and telling when one is missing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.choices import AccessEvent
from apps.accounts.selectors import users_holding
from apps.accounts.services.access_log import access_log_write
from apps.backup.models import BackupPlan, BackupRun
from apps.backup.services.making import Made, Progress, backup_make, backups_prune
from apps.backup.services.plan import (
    days_kept,
    due_moment,
    nightly_on,
    own_bucket,
    place_now,
    plan_get,
    target_of,
)
from apps.backup.targets import backup_target
from apps.core.errors import BahiError
from apps.core.formats import show_moment
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.messaging.catalogue import register_notification_event
from apps.messaging.services.notifications import lazy_text, notify

MISSED = "backup.missed"
LATE_AFTER = timedelta(hours=26)  # a night, and what a backup may take
TRIES, BETWEEN = 3, timedelta(hours=1)
KEPT_RUNS = timedelta(days=400)
register_notification_event(MISSED, gettext_lazy("Our last good backup is older than a day"), mail=True)


def backup_run(*, nightly: bool = False, progress: Progress = lambda done, total: None) -> Made:
    """Back up into the place that the organisation chose; what came of it is kept, a failure too.

    Raises what the backup raises.
    """
    plan, now = plan_get(), timezone.now()
    run = BackupRun(at=now, nightly=nightly, place=place_now(plan))
    try:
        made = backup_make(progress=progress, target=target_of(plan))
    except Exception as fault:
        run.error = (str(fault.detail) if isinstance(fault, BahiError) else type(fault).__name__)[:300] or "?"
        run_in_unit_of_work(run.save)
        raise
    run.name, run.size = made.name, made.size
    run_in_unit_of_work(lambda: _good(run, made))
    if nightly:
        prune_here()
    return made


def prune_here() -> int:
    """Remove backups of the organisation in use that are past their keeping, also those that the installation
    kept before there was an own bucket. Returns how many went."""
    plan, slug = plan_get(), current_organisation().slug
    gone, bucket = backups_prune(slug, target=backup_target(), days=days_kept(plan)), own_bucket(plan)
    return gone + (backups_prune(slug, target=bucket, days=days_kept(plan)) if bucket is not None else 0)


def _good(run: BackupRun, made: Made) -> None:
    run.save()
    BackupRun.objects.filter(at__lt=run.at - KEPT_RUNS).delete()
    told = {"file": made.name, "bytes": made.size, "rows": made.rows, "files": made.files, "kept": run.place}
    access_log_write(AccessEvent.BACKUP, detail=told)


def nightly_due(now: datetime | None = None) -> bool:
    """Whether the night's backup is to be made now: its hour has come, it isn't made yet, and it did not fail
    three times. One that was missed, since no worker ran, is made as soon as one does."""
    moment, plan = now or timezone.now(), plan_get()
    due = due_moment(plan, moment)
    if not nightly_on(plan) or current_organisation().created_at > due:
        return False
    runs = list(BackupRun.objects.filter(at__gte=due, at__lte=moment))
    failed = [run.at for run in runs if run.error and run.nightly]
    if any(not run.error for run in runs) or len(failed) >= TRIES:
        return False
    return not failed or moment - max(failed) >= BETWEEN


def last_good() -> datetime | None:
    """When the newest backup was made that went well."""
    return BackupRun.objects.filter(error="").aggregate(at=Max("at"))["at"]


def last_run() -> BackupRun | None:
    """What came of the newest one, good or not."""
    return BackupRun.objects.first()


def _waiting_since(plan: BackupPlan) -> datetime:
    """Since when a good backup could be there. Where none ever was: since the first was tried, else since the
    plan was made that may have switched the nights on."""
    made, last = current_organisation().created_at, last_good()
    tried = last or BackupRun.objects.aggregate(at=Min("at"))["at"] or (plan.updated_at if plan.pk else made)
    return max(made, tried)


def backup_late(now: datetime | None = None) -> str:
    """When the last good backup of the organisation in use was, where a night was missed; "–" where there is
    none at all; empty where all is well, or none is made by night."""
    plan = plan_get()
    if not nightly_on(plan) or _waiting_since(plan) >= (now or timezone.now()) - LATE_AFTER:
        return ""
    last = last_good()
    return show_moment(last) if last else "–"


def backup_warn(now: datetime | None = None) -> bool:
    """Tell the administrators, once a day, that a night was missed; not while the very first backup is about
    to be made. Returns whether they were told."""
    moment = now or timezone.now()
    if last_run() is None and nightly_due(moment):
        return False
    when = backup_late(moment)
    with transaction.atomic():
        plan = plan_get()
        if not when or (plan.warned_at and moment - plan.warned_at < timedelta(days=1)):
            return False
        if plan.pk is None:
            plan.save()
        BackupPlan.objects.filter(pk=plan.pk).untracked_update(warned_at=moment)
        failed = BackupRun.objects.exclude(error="").filter(at__gte=moment - LATE_AFTER).first()
        notify(
            list(users_holding("backup.make_backup")),
            event=MISSED,
            title=gettext_lazy("The last good backup is older than a day"),
            text=lazy_text(
                gettext_noop("Last good one: %(when)s. %(why)s"),
                when=when,
                why=failed.error if failed else "",
            ),
            url="/data/backups/",
            tone="danger",
        )
    return True
