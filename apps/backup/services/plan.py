"""The backup plan of the organisation in use: what it says, within what the platform's operator allows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.models import BackupPlace, BackupPlan
from apps.backup.own_bucket import BucketRefused, Keys, OwnBucketTarget
from apps.backup.targets import Target, backup_target
from apps.core.errors import ErrorList, NotFound, Refused
from apps.core.locks import advisory_lock
from apps.core.outbound import UnsafeAddress, url_check
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import current_organisation
from apps.core.validation import clean_instance
from apps.tenancy.models import PlatformState

FIELDS = ("at", "keep_days", "place", "endpoint", "region", "bucket", "prefix", "access_key")
NEEDED = ("endpoint", "region", "bucket", "access_key")


@dataclass(frozen=True)
class Allowed:
    """What the platform's operator allows every organisation."""

    own_bucket: bool
    keep_days: int


def backup_allowed() -> Allowed:
    """From the settings of the platform."""
    row = PlatformState.objects.filter(pk=1).first() or PlatformState()
    return Allowed(row.backup_own_bucket, row.backup_keep_days)


def plan_get() -> BackupPlan:
    """The organisation's plan; one that isn't saved, with the defaults, where it has none."""
    return BackupPlan.objects.first() or BackupPlan()


def place_now(plan: BackupPlan, allowed: Allowed | None = None) -> BackupPlace:
    """Where backups go: a bucket of one's own counts only while the operator allows it."""
    if plan.place == BackupPlace.BUCKET and (allowed or backup_allowed()).own_bucket:
        return BackupPlace.BUCKET
    return BackupPlace.INSTALLATION


def days_kept(plan: BackupPlan) -> int:
    """How many days every backup is kept: what the plan says, never more than the operator allows; else as
    the installation does, which is the operator's word too."""
    return min(plan.keep_days, backup_allowed().keep_days) if plan.keep_days else settings.BACKUP_KEEP_DAYS


def nightly_on(plan: BackupPlan) -> bool:
    """Whether there is a backup each night: the installation makes them, or the organisation has a bucket."""
    return bool(settings.BACKUP_DAILY) or place_now(plan) == BackupPlace.BUCKET


def due_moment(plan: BackupPlan, now: datetime | None = None) -> datetime:
    """When the last night's backup was due, by the organisation's clock."""
    zone = ZoneInfo(current_organisation().time_zone)
    local = (now or timezone.now()).astimezone(zone)
    due = local.replace(hour=plan.at.hour, minute=plan.at.minute, second=0, microsecond=0)
    return due if due <= local else due - timedelta(days=1)


def target_of(plan: BackupPlan) -> Target:
    """Where backups go by the organisation's plan."""
    return own_bucket(plan) or backup_target()


def own_bucket(plan: BackupPlan) -> OwnBucketTarget | None:
    """The bucket that the plan names, while it counts."""
    if place_now(plan) != BackupPlace.BUCKET:
        return None
    keys = Keys(plan.access_key, secret_read(plan, "secret"), plan.region)
    return OwnBucketTarget(endpoint=plan.endpoint, bucket=plan.bucket, prefix=plan.prefix, keys=keys)


def plan_save(*, values: dict[str, Any], secret: str = "", by: Any) -> BackupPlan:
    """Change what ``values`` names of the plan; an empty secret keeps the one before. In a transaction.

    Raises InvalidInput naming each field: also for more than the operator allows, and for an address that
    isn't a public one.
    """
    advisory_lock("backup.plan")
    plan = plan_get()
    before = {name: getattr(plan, name) for name in FIELDS}
    for name in FIELDS:
        if name in values:
            value = values[name]
            setattr(plan, name, value.strip() if isinstance(value, str) else value)
    if secret:
        secret_write(plan, "secret", secret)
    _within(plan, values)
    clean_instance(plan)
    plan.save()
    changed = sorted(name for name in FIELDS if before[name] != getattr(plan, name))
    if changed or secret:
        detail = {"action": "backup_plan", "changed": changed, "secret": bool(secret)}
        access_log_write(AccessEvent.BACKUP, user=by, detail=detail)
    return plan


def _within(plan: BackupPlan, values: dict[str, Any]) -> None:
    """Only what is named is measured by what the operator allows: what was saved before he took it back
    doesn't count, and must not keep the hour from being changed."""
    allowed, errors = backup_allowed(), ErrorList()
    if "keep_days" in values and plan.keep_days and plan.keep_days > allowed.keep_days:
        text = _("The platform's operator allows %(n)d days.") % {"n": allowed.keep_days}
        errors.add("keep_days", text, "too_many")
    if plan.place == BackupPlace.BUCKET:
        if "place" in values and not allowed.own_bucket:
            errors.add(
                "place", _("The platform's operator doesn't allow a bucket of one's own."), "not_allowed"
            )
        for name in NEEDED:
            if not getattr(plan, name):
                errors.add(name, _("This field is required."), "required")
        if not plan.secret:
            errors.add("secret", _("This field is required."), "required")
    if plan.endpoint and ("endpoint" in values or "place" in values):
        try:
            url_check(plan.endpoint)
        except (UnsafeAddress, ValueError) as error:
            errors.add("endpoint", str(error), "invalid")
    errors.raise_if_any()


def bucket_try() -> None:
    """Write a small file into the organisation's bucket, find it, read it and remove it again.

    Raises Refused with what went wrong. Calls the store: never inside a unit of work.
    """
    target, slug = own_bucket(plan_get()), current_organisation().slug
    if target is None:
        raise Refused(_("This organisation has no bucket of its own."), code="no_bucket")
    name, content = f"{slug}/{slug}-{secrets.token_hex(4)}.try", secrets.token_bytes(64)
    try:
        with NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            target.put(name, Path(file.name))
        try:
            with target.open(name) as stream:  # looks for it in the list first
                same = stream.read() == content
        finally:
            target.remove(name)
    except NotFound as error:
        raise BucketRefused(error.detail) from error
    if not same:
        raise BucketRefused(_("The store doesn't give back what was put into it."))
