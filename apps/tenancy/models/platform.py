"""What holds for the whole platform, and own domains that wait for their proof."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlatformState(models.Model):
    """One row: maintenance, the sign-up switch, what organisations may choose of their backups."""

    kind: ClassVar[str] = "log"

    maintenance = models.BooleanField(_("maintenance of the whole platform"), default=False)
    maintenance_text = models.CharField(_("what people read"), max_length=300, blank=True, default="")
    maintenance_until = models.DateTimeField(_("expected end"), null=True, blank=True)
    sign_up = models.BooleanField(_("anybody may ask for an organisation"), default=False)
    backup_own_bucket = models.BooleanField(_("backups may go to a bucket of one's own"), default=False)
    backup_keep_days = models.PositiveSmallIntegerField(_("most days that backups are kept"), default=30)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("platform settings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="tenancy_one_platform"),
            models.CheckConstraint(
                condition=models.Q(backup_keep_days__gte=1, backup_keep_days__lte=3650),
                name="tenancy_backups_kept",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Platform settings"))

    @classmethod
    def current(cls) -> PlatformState:
        """The row; made when it is asked for the first time."""
        return cls.objects.get_or_create(pk=1)[0]


HOST = r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$"


class DomainClaim(models.Model):
    """An own domain that an organisation has named. It opens nothing until its TXT record was seen."""

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="domain_claims"
    )
    domain = models.CharField(
        _("domain"), max_length=253, validators=[RegexValidator(HOST, _("A name such as erp.example.in."))]
    )
    token = models.CharField(max_length=64)
    checked_at = models.DateTimeField(_("last looked up"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    error = models.CharField(_("last answer"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("own domain")
        verbose_name_plural = _("own domains")
        ordering: ClassVar[list[str]] = ["domain"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "domain"], name="tenancy_claim_once"),
        ]

    def __str__(self) -> str:
        return self.domain

    @property
    def record_name(self) -> str:
        return f"_bahi-verify.{self.domain}"

    @property
    def record_text(self) -> str:
        return f"bahi-verify={self.token}"
