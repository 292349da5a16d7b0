"""Background work on organisations, and what is kept of one that was deleted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.triggers import append_only
from apps.tenancy.choices import JobState, JobWork

OPEN = (JobState.WAITING, JobState.RUNNING)


class OrganisationJob(models.Model):
    """One set-up, deletion or restore: followed by the page, taken up again when its process was killed."""

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey(
        "tenancy.Organisation", null=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    slug = models.CharField(_("short name"), max_length=40)
    work = models.CharField(_("work"), max_length=12, choices=JobWork.choices)
    source = models.CharField(_("backup"), max_length=200, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=JobState.choices, default=JobState.WAITING)
    step = models.CharField(_("step"), max_length=200, blank=True, default="")
    steps = models.JSONField(_("steps"), default=list)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True, default="")
    asked_by = models.CharField(_("asked by"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("job on an organisation")
        verbose_name_plural = _("jobs on organisations")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state__in=OPEN), name="tenancy_one_open_job"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_work_display()}: {self.slug}"


class DeletionRecord(models.Model):
    """That an organisation was deleted, by whom and why; signed, so that a changed row is found."""

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True

    slug = models.CharField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    requested_by = models.CharField(_("asked by"), max_length=200, blank=True, default="")
    facts = models.JSONField(_("facts"), default=dict)
    deleted_at = models.DateTimeField(_("deleted"))
    signature = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("record of a deletion")
        verbose_name_plural = _("records of deletions")
        ordering: ClassVar[list[str]] = ["-id"]
        triggers: ClassVar[list[object]] = append_only("deletionrecord")

    def __str__(self) -> str:
        return f"{self.slug} {self.deleted_at:%Y-%m-%d}"
