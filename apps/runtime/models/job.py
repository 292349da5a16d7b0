from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(models.Model):
    """One piece of background work, as people see it: progress, result, error."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="owner_id", ungranted=OWN_ONLY)

    task = models.CharField(max_length=120)
    title = models.CharField(_("title"), max_length=200)
    owner_id = models.BigIntegerField(null=True)
    # Of the API key that began it: it does no more than the key may. Null: its owner himself, or nobody.
    scopes = models.JSONField(null=True, editable=False)
    # Of the platform's operator: the visit in which he began it, with whose end it ends. Null: of nobody's.
    visit_id = models.BigIntegerField(null=True, editable=False)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=12, choices=JobState.choices, default=JobState.WAITING)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_count = models.PositiveIntegerField(_("of"), default=0)
    message = models.CharField(_("message"), max_length=300, blank=True, default="")
    result = models.JSONField(_("result"), default=dict, encoder=DjangoJSONEncoder)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Starts that ended without a result although worker and database lived on: the job's own fault.
    crashes = models.PositiveSmallIntegerField(default=0)
    started_under = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    cancel_asked_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner_id", "-id"], name="runtime_job_owner"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=[JobState.WAITING, JobState.RUNNING]),
                name="runtime_job_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def result_url(self) -> str:
        """Where the result is read, when the task's result names a ``url``."""
        return str(self.result.get("url", "")) if isinstance(self.result, dict) else ""

    @property
    def progress(self) -> int | None:
        """Per cent done; None where the task named no total."""
        if self.state == JobState.DONE:
            return 100
        return min(100, 100 * self.done_count // self.total_count) if self.total_count else None

    @property
    def error(self) -> str:
        """Why it failed, for the page that watches it."""
        return self.message if self.state == JobState.FAILED else ""
