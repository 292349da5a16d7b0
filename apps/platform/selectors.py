"""What the platform's own pages show: counts, states and health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, Max, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backup.services.running import LATE_AFTER
from apps.core.formats import show_moment
from apps.platform.choices import OverrideState, SignUpState
from apps.platform.models import Announcement, Figures, Override, SignUp
from apps.runtime.models import JobState
from apps.tenancy.choices import JobState as WorkState
from apps.tenancy.choices import OrganisationState
from apps.tenancy.models import Organisation, OrganisationJob, PlatformState
from apps.tenancy.selectors import jobs_everywhere, organisations_by_state, queue_facts

SUMS = ("users", "sessions", "companies", "documents", "storage", "database", "sign_ins", "failed_jobs",
        "waiting_jobs", "failed_events", "waiting_mails")  # fmt: skip
FIGURE_SPANS = (30, 90, 365)  # days that a page of one organisation shows
GROWING = ("users", "companies", "documents", "storage", "database")
OLD_QUEUE = 120  # seconds after which a waiting task means that no worker runs


def dashboard() -> dict[str, Any]:
    """Everything on the first page."""
    latest = _latest()
    return {
        "states": organisations_by_state(),
        "totals": {name: sum(getattr(row, name) for row in latest) for name in SUMS},
        "rows": sorted(latest, key=lambda row: -row.documents)[:50],
        "counted": max((row.at for row in latest), default=None),
        "growth": _growth(),
        "days": _days(),
        "health": health(),
        "to_do": _to_do(),
    }


def _latest() -> list[Figures]:
    """The newest figures of each organisation, of the last two days."""
    since = timezone.localdate() - timedelta(days=2)
    rows = (
        Figures.objects.filter(day__gte=since)
        .select_related("organisation")
        .order_by("organisation_id", "-day")
    )
    return list(rows.distinct("organisation_id"))


def newest_figures() -> Prefetch:
    """For ``prefetch_related`` of organisations: only the newest day of each, which ``newest_of`` gives."""
    rows = Figures.objects.order_by("organisation_id", "-day").distinct("organisation_id")
    return Prefetch("figures", queryset=rows, to_attr="newest_figures")


def newest_of(organisation: Any) -> Figures | None:
    """Its newest figures, fetched before with ``newest_figures``."""
    return next(iter(organisation.newest_figures), None)


def figures_over(organisation: Organisation, days: int) -> dict[str, Any]:
    """Counts of one organisation day by day, the newest first, each with its share of the most sign-ins; what
    grew over that time, as (name, first, last, difference); the newest."""
    since = timezone.localdate() - timedelta(days=days - 1)
    rows = list(Figures.objects.filter(organisation=organisation, day__gte=since).order_by("-day"))
    most = max((row.sign_ins for row in rows), default=0) or 1
    return {
        "newest": rows[0] if rows else None,
        "rows": [(row, round(100 * row.sign_ins / most)) for row in rows],
        "grown": [_grown(name, rows[-1], rows[0]) for name in GROWING] if rows else [],
    }


def _grown(name: str, first: Figures, last: Figures) -> dict[str, Any]:
    was, now = getattr(first, name), getattr(last, name)
    title = str(Figures._meta.get_field(name).verbose_name).capitalize()
    return {"name": name, "title": title, "was": was, "now": now, "more": now - was}


def without_backup() -> QuerySet[Organisation]:
    """Served organisations whose nightly backup is missing: the last good one, as their newest figures say,
    is older than a night."""
    newest = Figures.objects.filter(organisation=OuterRef("pk")).order_by("-day")
    rows = Organisation.objects.filter(state=OrganisationState.ACTIVE).annotate(
        nightly=Subquery(newest.values("backup_nightly")[:1]),
        backed_up=Coalesce(
            Subquery(newest.values("backup_at")[:1]), F("created_at"), output_field=DateTimeField()
        ),
    )
    late = timezone.now() - LATE_AFTER
    return rows.filter(nightly=True, backed_up__lt=late, created_at__lt=late)


def _growth() -> list[dict[str, Any]]:
    """New organisations of the last twelve months."""
    since = timezone.now() - timedelta(days=365)
    rows = (
        Organisation.objects.filter(created_at__gte=since)
        .annotate(month=TruncMonth("created_at")).values("month").annotate(n=Count("pk")).order_by("month")
    )  # fmt: skip
    return _with_share(list(rows))


def _days() -> list[dict[str, Any]]:
    """Sign-ins and users over the last fourteen days."""
    since = timezone.localdate() - timedelta(days=13)
    rows = (
        Figures.objects.filter(day__gte=since).values("day").annotate(n=Sum("sign_ins"), users=Sum("users"))
    )
    return _with_share(list(rows.order_by("day")))


def _with_share(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    most = max((row["n"] or 0 for row in rows), default=0) or 1
    return [{**row, "share": round(100 * (row["n"] or 0) / most)} for row in rows]


def _to_do() -> list[dict[str, Any]]:
    """What waits for an operator: (text, count, page, tone)."""
    found = [
        (_("requests wait for a decision"), SignUp.objects.filter(state=SignUpState.WAITING).count(),
         "/admin/platform/signup/?state__exact=waiting", "warning"),
        (_("set-ups or deletions failed"), OrganisationJob.objects.filter(
            state=WorkState.FAILED, organisation__state__in=("failed", "scheduled")).count(),
         "/admin/tenancy/organisationjob/?state__exact=failed", "danger"),
        (_("organisations were not upgraded"), Organisation.objects.exclude(upgrade_error="").count(),
         "/admin/tenancy/organisation/?upgrade=failed", "danger"),
        (_("organisations have no backup of the last day"), without_backup().count(),
         "/admin/tenancy/organisation/?backup=late", "danger"),
        (_("organisations are to be deleted"), Organisation.objects.filter(state="scheduled").count(),
         "/admin/tenancy/organisation/?state__exact=scheduled", "warning"),
        (_("operators are inside an organisation"), Override.objects.filter(
            state=OverrideState.OPEN, expires_at__gt=timezone.now()).count(),
         "/admin/platform/override/?state__exact=open", "warning"),
        (_("announcements are shown now"), Announcement.objects.filter(
            starts_at__lte=timezone.now(), ends_at__gt=timezone.now()).count(),
         "/admin/platform/announcement/", "info"),
    ]  # fmt: skip
    return [dict(zip(("text", "count", "page", "tone"), item, strict=True)) for item in found if item[1]]


def health() -> list[dict[str, Any]]:
    """Signs of life with their tone."""
    facts = queue_facts()
    slow = facts["waiting"] and facts["age"] > OLD_QUEUE
    counted = Figures.objects.aggregate(at=Max("at"))["at"]
    stale = counted is None or counted < timezone.now() - timedelta(hours=3)
    low = facts["disk_free"] < 2 * 1024**3
    state = PlatformState.current()
    return [
        {"name": _("Worker's queue"), "value": facts["waiting"], "tone": "danger" if slow else "success",
         "note": _("oldest waits %(n)d s") % {"n": facts["age"]} if facts["waiting"] else _("empty")},
        {"name": _("Database"), "bytes": facts["database"], "tone": "success",
         "note": _("%(n)d connections") % {"n": facts["connections"]}},
        {"name": _("Free disk"), "bytes": facts["disk_free"], "note": "",
         "tone": "danger" if low else "success"},
        {"name": _("Figures"), "value": show_moment(counted) if counted else "–",
         "tone": "warning" if stale else "success", "note": _("last counted")},
        {"name": _("Maintenance"), "value": _("on") if state.maintenance else _("off"),
         "tone": "warning" if state.maintenance else "success", "note": state.maintenance_text},
        {"name": _("Sign-up"), "value": _("open") if state.sign_up else _("closed"), "tone": "info",
         "note": ""},
    ]  # fmt: skip


def jobs_page(state: str) -> dict[str, Any]:
    """Jobs of all organisations; an unknown state shows all."""
    wanted = state if state in JobState.values else ""
    return {"rows": jobs_everywhere(state=wanted), "choices": JobState.choices, "chosen": wanted}
