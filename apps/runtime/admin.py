"""What runs behind the pages: jobs with progress, events that could not be delivered, repeated tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.access import may
from apps.core.admin.bases import ReadOnlyAdmin
from apps.core.admin.site import register
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job, JobState, OutboxEvent, ScheduleState
from apps.runtime.permissions import MANAGE
from apps.runtime.services.jobs import job_cancel, job_retry
from apps.runtime.services.outbox import event_retry

TONES = {
    JobState.WAITING: "neutral",
    JobState.RUNNING: "info",
    JobState.DONE: "success",
    JobState.FAILED: "danger",
    JobState.CANCELLED: "warning",
}


def each(
    model_admin: Any, request: HttpRequest, queryset: Any, service: Callable[[Any], Any], done_text: Any
) -> None:
    """Run a service on every chosen row in a unit of work of its own; say what was done and what refused."""
    count = 0
    for row in queryset:
        try:
            run_in_unit_of_work(lambda row=row: service(row))  # type: ignore[misc]  # mypy infers no lambda with a default
            count += 1
        except BahiError as error:
            model_admin.message_user(request, f"{row}: {error.detail}", messages.ERROR)
    if count:
        model_admin.message_user(request, done_text(count), messages.SUCCESS)


class WorkAdmin(ReadOnlyAdmin):
    def _may_manage(self, request: HttpRequest) -> bool:
        return may(request.user, MANAGE)

    has_manage_permission = _may_manage


@register(Job)
class JobAdmin(WorkAdmin):
    list_display = (
        "title", "state_badge", "progress_bar", "message", "owner", "attempts", "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "created_at")
    search_fields = ("title", "task")
    ordering = ("-id",)
    actions = ("cancel_jobs", "retry_jobs")
    fields = (
        "title", "task", "state_badge", "progress_bar", "message", "owner", "attempts", "created_at",
        "started_at", "finished_at", "arguments", "result",
    )  # fmt: skip
    readonly_fields = fields
    icon, menu_order = "pending_actions", 10

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, job: Job) -> str:
        tone = TONES[JobState(job.state)]
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', tone, job.get_state_display())

    @admin.display(description=_("progress"))
    def progress_bar(self, job: Job) -> str:
        if job.state in (JobState.WAITING, JobState.RUNNING):
            return format_html('<span data-bahi-job="{}"></span>', job.pk)  # lives on by itself
        if job.progress is None:
            return "–"
        return format_html(
            '<progress class="bahi-progress" max="100" value="{}" aria-label="{}"></progress> {} / {}',
            job.progress, job.title, job.done_count, job.total_count or job.done_count,
        )  # fmt: skip

    @admin.display(description=_("owner"))
    def owner(self, job: Job) -> str:
        return getattr(job, "owner_name", None) or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        owner = get_user_model().objects.filter(pk=OuterRef("owner_id")).values("name")
        return super().get_queryset(request).annotate(owner_name=Subquery(owner[:1]))

    @admin.action(description=_("Cancel"), permissions=["manage"])
    def cancel_jobs(self, request: HttpRequest, queryset: Any) -> None:
        def text(n: int) -> str:
            return ngettext("%(n)d job was asked to stop.", "%(n)d jobs were asked to stop.", n) % {"n": n}

        each(self, request, queryset, lambda job: job_cancel(job, by=request.user), text)

    @admin.action(description=_("Run again"), permissions=["manage"])
    def retry_jobs(self, request: HttpRequest, queryset: Any) -> None:
        def text(n: int) -> str:
            return ngettext("%(n)d job runs again.", "%(n)d jobs run again.", n) % {"n": n}

        each(self, request, queryset, lambda job: job_retry(job, by=request.user), text)


class EventStateFilter(admin.SimpleListFilter):
    """Given up, waiting or delivered; opens with those that need somebody."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("given_up", _("Given up")), ("waiting", _("Waiting")), ("delivered", _("Delivered"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        conditions = {
            "given_up": Q(done_at__isnull=False) & ~Q(last_error=""),
            "waiting": Q(done_at=None),
            "delivered": Q(done_at__isnull=False, last_error=""),
        }
        return queryset.filter(conditions[self.value()]) if self.value() in conditions else queryset


@register(OutboxEvent)
class OutboxEventAdmin(WorkAdmin):
    list_display = ("name", "state_badge", "attempts", "short_error", "actor_label", "occurred_at", "done_at")
    list_filter = (EventStateFilter, "name")
    search_fields = ("name", "last_error")
    ordering = ("-id",)
    actions = ("retry_events",)
    fields = (
        "name", "payload", "actor_label", "request_id", "occurred_at", "attempts", "not_before", "last_error",
        "done_at",
    )  # fmt: skip
    readonly_fields = fields
    icon, menu_order = "outbox", 20

    @admin.display(description=_("state"))
    def state_badge(self, event: OutboxEvent) -> str:
        if event.done_at is None:
            tone, label = "info", _("Waiting")
        elif event.last_error:
            tone, label = "danger", _("Given up")
        else:
            tone, label = "success", _("Delivered")
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', tone, label)

    @admin.display(description=_("error"))
    def short_error(self, event: OutboxEvent) -> str:
        return event.last_error[:120] or "–"

    @admin.action(description=_("Deliver again"), permissions=["manage"])
    def retry_events(self, request: HttpRequest, queryset: Any) -> None:
        def text(n: int) -> str:
            return ngettext("%(n)d event is delivered again.", "%(n)d events are delivered again.", n) % {
                "n": n
            }

        each(self, request, queryset.exclude(last_error=""), event_retry, text)


@register(ScheduleState)
class ScheduleStateAdmin(ReadOnlyAdmin):
    list_display = ("name", "ran_at", "seconds", "due_at", "error")
    ordering = ("name",)
    readonly_fields = ("name", "due_at", "ran_at", "seconds", "error")
    icon, menu_order = "schedule", 30
