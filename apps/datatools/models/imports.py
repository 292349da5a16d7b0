"""Imports: remembered column maps, and one row for each run with its errors and results."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class ImportMapping(SettingModel):
    """{column of the file: field path of the target}, with formats, under a name to choose again."""

    target = models.CharField(_("what"), max_length=80)
    name = models.CharField(_("name"), max_length=80)
    columns = models.JSONField(_("columns"), default=dict)
    options = models.JSONField(_("options"), default=dict, blank=True)

    class Meta:
        verbose_name = _("column map")
        verbose_name_plural = _("column maps")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["target", "name"], name="datatools_mapping_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ImportMode(models.TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
    SKIP_BAD = "skip_bad", _("Skip bad rows")


class Origin(models.TextChoices):
    """Where the rows of a run come from: a file, or a list in which one field of many records is changed."""

    FILE = "file", _("File")
    EDIT = "edit", _("Bulk edit")


class UndoState(models.TextChoices):
    """Empty: nobody asked. ``partly``: what was used or changed since stayed; it may be asked again."""

    RUNNING = "running", _("Being taken back")
    PARTLY = "partly", _("Partly taken back")
    DONE = "done", _("Taken back")


class ImportRun(models.Model):
    """One import. ``done_count`` grows in the transaction of each chunk, so that a run can be resumed.

    ``corrections``: {row of the file: {column: text}}, what somebody wrote instead; the file stays as it is.
    """

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="owner", ungranted=OWN_ONLY)

    target = models.CharField(_("what"), max_length=80)
    origin = models.CharField(_("rows from"), max_length=4, choices=Origin.choices, default=Origin.FILE)
    owner = models.ForeignKey("accounts.User", verbose_name=_("by"), on_delete=models.PROTECT)
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    corrections = models.JSONField(_("corrected cells"), default=dict)
    mode = models.CharField(
        _("mode"), max_length=16, choices=ImportMode.choices, default=ImportMode.ALL_OR_NOTHING
    )
    dry_run = models.BooleanField(_("dry run"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.RUNNING
    )
    record_count = models.PositiveIntegerField(_("records"), default=0)
    done_count = models.PositiveIntegerField(_("handled"), default=0)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    updated_count = models.PositiveIntegerField(_("changed"), default=0)
    skipped_count = models.PositiveIntegerField(_("skipped"), default=0)
    errors = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    notes = models.JSONField(_("notes"), default=list)
    job_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undo_state = models.CharField(
        _("taken back"), max_length=8, choices=UndoState.choices, blank=True, default=""
    )
    undo_job_id = models.BigIntegerField(null=True)
    undone_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("taken back by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.target}"


class ImportedRecord(models.Model):
    """A record that a run made or changed: what taking it back needs.

    ``history_id``: the record's newest history row when the run had written it, so that a later change shows;
    ``before``: what the run wrote over, by the names of the API; ``binned``: it came out of the bin.
    """

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="records")
    row = models.PositiveIntegerField(_("row"))
    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    created = models.BooleanField(_("created"))
    binned = models.BooleanField(default=False)
    history_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    refusal = models.TextField(_("why it stayed"), blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["target_id", "target_kind", "run"], name="datatools_imported_record_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_kind}:{self.target_id}"
