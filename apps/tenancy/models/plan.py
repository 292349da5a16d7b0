"""What an organisation may use: a plan, and what it has used of the limits that are counted as they go."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.tenancy.choices import Metric


class Plan(models.Model):
    """Limits that are left empty don't bind. No modules named: all are allowed."""

    kind: ClassVar[str] = "log"

    code = models.CharField(
        _("code"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9-]+$", _("a-z, 0-9, -"))]
    )
    name = models.CharField(_("name"), max_length=80)
    users = models.PositiveIntegerField(_("users"), null=True, blank=True)
    companies = models.PositiveIntegerField(_("companies"), null=True, blank=True)
    storage = models.PositiveIntegerField(_("storage (MB)"), null=True, blank=True)
    documents = models.PositiveIntegerField(_("documents a month"), null=True, blank=True)
    api_calls = models.PositiveIntegerField(_("API calls a day"), null=True, blank=True)
    modules = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("allowed modules")
    )
    on_sign_up = models.BooleanField(_("given to organisations that sign up"), default=False)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["on_sign_up"], condition=models.Q(on_sign_up=True), name="tenancy_one_sign_up_plan"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def limits(self) -> dict[str, int | None]:
        return {metric: getattr(self, metric) for metric in Metric.values}


class Usage(models.Model):
    """Count of a period: documents of a month (``2026-11``), API calls of a day (``2026-11-30``).

    The row is also the lock: whoever counts up holds it until his transaction ends.
    """

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE, related_name="+")
    metric = models.CharField(max_length=20, choices=Metric.choices)
    period = models.CharField(max_length=10)
    used = models.PositiveIntegerField(default=0)
    warned = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "metric", "period"], name="tenancy_usage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.period}: {self.used}"
