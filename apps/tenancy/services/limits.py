"""Keeping the limits of plans. Nobody gets past one by doing two things at the same moment.

Users, companies and storage are counted from their rows under a lock on the limit's name, held until the
transaction ends. Documents of a month and calls of a day have a counter row, which is that lock. An
organisation without limits pays nothing for this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput
from apps.core.locks import advisory_lock
from apps.core.platform_log import platform_log
from apps.core.quota import LimitReached, quota_used
from apps.core.tenant import current_organisation, is_public
from apps.tenancy.choices import Metric
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation, Plan, Usage
from apps.tenancy.services.provisioning import modules_check

WARN_AT = 80
MEGABYTE = 1024 * 1024
COUNTED = (Metric.DOCUMENTS, Metric.API_CALLS)
REACHED = {
    Metric.USERS: gettext_lazy("Your plan has room for %(n)d users, and all are in use."),
    Metric.COMPANIES: gettext_lazy("Your plan has room for %(n)d companies, and all are in use."),
    Metric.STORAGE: gettext_lazy("Your plan has %(n)d MB of storage, and this would exceed it."),
    Metric.DOCUMENTS: gettext_lazy("Your plan has %(n)d new documents a month, and all are used."),
    Metric.API_CALLS: gettext_lazy("Your plan has %(n)d API calls a day, and all are used."),
}


def limit_claim(metric: str, add: int = 1) -> None:
    """``core.quota``'s keeper: take room for ``add`` (bytes for storage). Raises LimitReached."""
    organisation = None if is_public() else current_organisation()
    if organisation is None or not organisation.is_limited:
        return
    limit = _limit_now(organisation, metric)
    if limit is None:
        return
    if metric in COUNTED:
        _count_up(organisation, metric, limit, add)
        return
    advisory_lock(f"quota.{metric}")
    room = limit * MEGABYTE if metric == Metric.STORAGE else limit
    if quota_used(metric) + add > room:
        raise _reached(organisation, metric, limit)


def _limit_now(organisation: Organisation, metric: str) -> int | None:
    """From the database, for the organisation of a request may be some seconds old."""
    fresh = Organisation.objects.select_related("plan").filter(pk=organisation.pk).first()
    return fresh.limit_of(metric) if fresh else None


def _count_up(organisation: Organisation, metric: str, limit: int, add: int) -> None:
    period = period_of(organisation, metric)
    mine = Usage.objects.filter(organisation=organisation, metric=metric, period=period)
    if not mine.exists():
        start = quota_used(metric)
        Usage.objects.bulk_create(
            [Usage(organisation=organisation, metric=metric, period=period, used=start)],
            ignore_conflicts=True,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.tenancy_usage SET used = used + %s"
            " WHERE organisation_id = %s AND metric = %s AND period = %s AND used + %s <= %s",
            [add, organisation.pk, metric, period, add, limit],
        )
        if cursor.rowcount == 0:
            raise _reached(organisation, metric, limit)


def _reached(organisation: Organisation, metric: str, limit: int) -> LimitReached:
    text = str(REACHED[Metric(metric)]) % {"n": limit}
    if metric == Metric.API_CALLS:
        wait = int((_midnight(organisation) - timezone.now()).total_seconds()) + 1
        return LimitReached(text, limit=metric, status=429, retry_after=wait)
    advice = _("Ask the platform for a larger plan.")
    return LimitReached(f"{text} {advice}", limit=metric)


def _now(organisation: Organisation) -> datetime:
    return timezone.now().astimezone(ZoneInfo(organisation.time_zone))


def _midnight(organisation: Organisation) -> datetime:
    day = _now(organisation) + timedelta(days=1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def period_of(organisation: Organisation, metric: str) -> str:
    """``2026-11`` or ``2026-11-30`` on the organisation's clock; empty for what has no period."""
    now = _now(organisation)
    return {Metric.DOCUMENTS: f"{now:%Y-%m}", Metric.API_CALLS: f"{now:%Y-%m-%d}"}.get(metric, "")  # type: ignore[call-overload]  # other metrics have no period


# --- what is in use -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Used:
    """One line of the usage page; ``limit`` None: no limit. Storage is in MB, rounded up."""

    metric: str
    title: str
    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        if self.limit is None:
            return 0
        return 100 if not self.limit else min(100, 100 * self.used // self.limit)

    @property
    def tone(self) -> str:
        return "danger" if self.percent >= 100 else "warning" if self.percent >= WARN_AT else ""


def usage_of(organisation: Organisation) -> list[Used]:
    """What the organisation in use has taken of each limit."""
    lines = []
    for metric in Metric:
        limit = organisation.limit_of(metric)
        calls = metric == Metric.API_CALLS  # counted only while there is a limit
        used = _counted(organisation, metric) if calls else quota_used(metric)
        if metric == Metric.STORAGE:
            used = -(-used // MEGABYTE)
        lines.append(Used(metric.value, str(metric.label), used, limit))
    return lines


def _counted(organisation: Organisation, metric: str) -> int:
    row = Usage.objects.filter(
        organisation=organisation, metric=metric, period=period_of(organisation, metric)
    ).first()
    return row.used if row else 0


def usage_warnings(organisation: Organisation) -> list[Used]:
    """Limits that are used to 80 % or more and weren't warned of in this period; they are marked as told."""
    told = []
    for line in usage_of(organisation) if organisation.is_limited else []:
        period = period_of(organisation, line.metric) or "now"
        row, _new = Usage.objects.get_or_create(
            organisation=organisation, metric=line.metric, period=period, defaults={"used": line.used}
        )
        due = bool(line.tone)
        if due != row.warned and (due or period == "now"):
            Usage.objects.filter(pk=row.pk).update(warned=due)
            if due:
                told.append(line)
    return told


# --- changing a plan ------------------------------------------------------------------------------


def plan_set(
    organisation: Organisation, *, plan: Plan | None, own_limits: dict[str, int | None] | None = None
) -> Organisation:
    """Give an organisation a plan and limits of its own. What it has beyond them stays; nothing is added.

    Raises InvalidInput for an unknown limit, or modules that are on and not in the plan.
    """
    limits = dict(own_limits or {})
    for metric, value in limits.items():
        if metric not in Metric.values or (value is not None and value < 0):
            raise InvalidInput(_("This is not a limit."), field=metric)
    modules_check(organisation.enabled_modules, plan=plan)
    organisation.plan, organisation.own_limits = plan, limits
    organisation.save(update_fields=["plan", "own_limits", "updated_at"])
    Usage.objects.filter(organisation=organisation, metric=Metric.DOCUMENTS).delete()  # counted anew, exactly
    platform_log("plan", organisation=organisation, plan=plan.code if plan else "", limits=limits)
    forget_hosts()
    return organisation
