"""An organisation is one PostgreSQL schema; domains say which hosts open it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from apps.core.models import Timestamped
from apps.core.validators import language_validator, zone_validator
from apps.tenancy.choices import (
    BrandPart,
    DateFormat,
    Metric,
    NumberFormat,
    OperatorAccess,
    OrganisationState,
)


class Organisation(TenantMixin, Timestamped):  # type: ignore[django-manager-missing]  # the library's manager is not typed
    """slug is also the schema name (with ``org_`` before it) and the first label of the own host.

    ``setup`` holds what was asked at the start (company, administrator with the hash of his password) until
    the set-up steps have made it.
    """

    kind: ClassVar[str] = "log"
    auto_create_schema = False
    auto_drop_schema = False

    slug = models.CharField(
        _("short name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$", _("3 to 40 of a-z, 0-9 and -."))],
    )
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=OrganisationState.choices,
        default=OrganisationState.PROVISIONING,
    )
    state_reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    state_before = models.CharField(max_length=16, blank=True, default="", editable=False)
    progress = models.CharField(_("progress"), max_length=200, blank=True, default="")
    setup = models.JSONField(default=dict, blank=True, editable=False)
    delete_after = models.DateTimeField(_("deleted after"), null=True, blank=True, editable=False)
    upgrade_error = models.TextField(_("last upgrade failed"), blank=True, default="", editable=False)
    is_default = models.BooleanField(_("opens on localhost and by IP address"), default=False)
    is_demo = models.BooleanField(_("demo"), default=False)
    plan = models.ForeignKey(
        "tenancy.Plan",
        verbose_name=_("plan"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    own_limits = models.JSONField(_("limits of its own"), default=dict, blank=True, editable=False)
    maintenance = models.BooleanField(_("maintenance"), default=False)
    maintenance_text = models.CharField(_("what people read"), max_length=300, blank=True, default="")
    maintenance_until = models.DateTimeField(_("expected end"), null=True, blank=True)
    operator_access = models.CharField(
        _("platform's operator"),
        max_length=8,
        choices=OperatorAccess.choices,
        default=OperatorAccess.ALLOW,
    )
    enabled_modules = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("modules"))
    country = models.CharField(
        _("country"),
        max_length=2,  # which says that no more follow: one fault is told once
        default="IN",
        validators=[RegexValidator(r"^[A-Za-z]{2}", _("Two letters, such as IN."))],
    )
    currency = models.CharField(_("currency"), max_length=3, default="INR")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Asia/Kolkata", validators=[zone_validator]
    )
    language = models.CharField(_("language"), max_length=8, default="en", validators=[language_validator])
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("fiscal year starts in month"), default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    number_format = models.CharField(
        _("numbers"), max_length=8, choices=NumberFormat.choices, default=NumberFormat.INDIAN
    )
    date_format = models.CharField(
        _("dates"), max_length=10, choices=DateFormat.choices, default=DateFormat.DAY_DASH
    )
    logo_digest = models.CharField(max_length=16, blank=True, default="", editable=False)
    mark_digest = models.CharField(max_length=16, blank=True, default="", editable=False)
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#0b63a5",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")],
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="tenancy_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        return bool(self.plan_id or self.own_limits)

    def limit_of(self, metric: str) -> int | None:
        """The organisation's own limit, else its plan's; None: no limit."""
        if metric in self.own_limits:
            return self.own_limits[metric]
        return self.plan.limits()[metric] if self.plan else None

    def limits(self) -> dict[str, int | None]:
        return {metric: self.limit_of(metric) for metric in Metric.values}


class BrandPicture(models.Model):
    """Logo or mark, drawn anew as PNG. Apart from the organisation's row, which every request carries; that
    has the digests, so pages know whether there is one."""

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="pictures"
    )
    part = models.CharField(max_length=4, choices=BrandPart.choices)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "part"], name="tenancy_picture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.part}"


class Domain(DomainMixin):
    kind: ClassVar[str] = "log"

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")

    def __str__(self) -> str:
        return self.domain
