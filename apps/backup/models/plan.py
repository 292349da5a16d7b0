"""When this organisation is backed up by itself, where to and how long it is kept; and what came of it."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.core.scope import Scope, ScopedManager
from apps.core.secrets import SecretField, sealed_only

_visible = RegexValidator(r"^[!-~]+$")  # goes into an address or a header: no spaces, ASCII only


class BackupPlace(models.TextChoices):
    INSTALLATION = "installation", _("where the installation keeps its backups")
    BUCKET = "bucket", _("a bucket of our own (S3)")


class BackupPlan(SettingModel):
    """One row; without it the installation's ways hold. ``keep_days`` empty: as the installation."""

    at = models.TimeField(_("nightly at"), default=time(1, 40))
    keep_days = models.PositiveSmallIntegerField(
        _("days kept"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    place = models.CharField(
        _("kept"), max_length=12, choices=BackupPlace.choices, default=BackupPlace.INSTALLATION
    )
    endpoint = models.CharField(
        _("address of the store"), max_length=200, blank=True, default="", validators=[_visible]
    )
    region = models.CharField(
        _("region"),
        max_length=40,
        blank=True,
        default="us-east-1",
        validators=[RegexValidator(r"^[a-z0-9-]+$", _("a-z, 0-9, -"))],
    )
    bucket = models.CharField(
        _("bucket"),
        max_length=63,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9.-]{2,62}$", _("3 to 63 of a-z, 0-9, . and -"))],
    )
    prefix = models.CharField(
        _("folder in it"),
        max_length=100,
        blank=True,
        default="",
        validators=[
            RegexValidator(r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", _("Names of A-Z, a-z, 0-9, _ and - with /"))
        ],
    )
    access_key = models.CharField(
        _("access key"), max_length=128, blank=True, default="", validators=[_visible]
    )
    secret = SecretField()
    warned_at = models.DateTimeField(null=True, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("backup plan")
        verbose_name_plural = _("backup plan")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("secret", "backup_plan_sealed"),
            models.CheckConstraint(condition=Q(only=True), name="backup_plan_only_one"),
            models.CheckConstraint(
                condition=Q(keep_days__isnull=True) | Q(keep_days__gte=1), name="backup_plan_kept"
            ),
            models.CheckConstraint(
                condition=~Q(place="bucket")
                | (~Q(endpoint="") & ~Q(bucket="") & ~Q(access_key="") & ~Q(secret="")),
                name="backup_plan_whole_bucket",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Backup plan"))


class BackupRun(models.Model):
    """A backup that was made, or could not be: then ``error`` says why and ``name`` is empty."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    at = models.DateTimeField(_("when"), db_index=True)
    nightly = models.BooleanField(default=False)
    place = models.CharField(max_length=12, choices=BackupPlace.choices)
    name = models.CharField(_("file"), max_length=200, blank=True, default="")
    size = models.PositiveBigIntegerField(_("size"), default=0)
    error = models.CharField(_("why not"), max_length=300, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("backup that was made")
        verbose_name_plural = _("backups that were made")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(name="", error__gt="") | Q(name__gt="", error=""), name="backup_run_name_or_error"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.error
