"""A role is a table of permissions and, by kind of record, how far its holder sees."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel


class Role(MasterModel):
    """``is_ready`` marks roles that came with the product; their permissions may be changed."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True, default="")
    is_ready = models.BooleanField(default=False, editable=False)
    default_level = models.CharField(
        _("sees"),
        max_length=12,
        default="all",
        choices=[
            ("party", _("their own party's records (people of customers and vendors)")),
            ("own", _("own records")),
            ("team", _("the team's records")),
            ("department", _("the department's records")),
            ("company", _("the companies' records")),
            ("all", _("all records")),
        ],
    )

    discount_limit = models.DecimalField(
        _("discounts up to (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "On documents of sale. Empty: this role sets no limit; of several roles the largest holds."
        ),
    )

    @property
    def permissions(self) -> list[str]:
        """Codes that the role grants, sorted; prefetch ``grants`` for lists."""
        return sorted(item.permission for item in self.grants.all())

    @property
    def level_table(self) -> dict[str, str]:
        """Kind of record (``sales.order``, ``sales.*``) → level, where it differs from ``default_level``."""
        return {item.record_kind: item.level for item in self.levels.all()}

    class Meta(MasterModel.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering: ClassVar[list[str]] = ["name"]


class RolePermission(models.Model):
    """``permission`` is a code such as ``sales.confirm_order``, ``sales.*`` or ``*``."""

    kind: ClassVar[str] = "line"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    permission = models.CharField(_("permission"), max_length=120)

    class Meta:
        verbose_name = _("permission of a role")
        verbose_name_plural = _("permissions of roles")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["role", "permission"], name="accounts_rolepermission_once"),
        ]

    def __str__(self) -> str:
        return self.permission


class RoleLevel(models.Model):
    """How far the role's holder sees of one kind (``sales.order`` or ``sales.*``)."""

    kind: ClassVar[str] = "line"

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="levels")
    record_kind = models.CharField(_("kind of record"), max_length=80)
    level = models.CharField(_("sees"), max_length=12, choices=Role._meta.get_field("default_level").choices)

    class Meta:
        verbose_name = _("level of a role")
        verbose_name_plural = _("levels of roles")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["role", "record_kind"], name="accounts_rolelevel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_kind}: {self.level}"
