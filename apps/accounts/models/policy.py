"""What an organisation asks of everybody who signs in: one row."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.factor import FactorMethod
from apps.core.models import SettingModel


class RequireFor(models.TextChoices):
    NOBODY = "nobody", _("nobody: everybody decides for himself")
    ROLES = "roles", _("people with one of the roles below")
    ALL = "all", _("everybody")


def all_methods() -> list[str]:
    return list(FactorMethod.values)


class SignInPolicy(SettingModel):
    """Roles count for ``require_for`` roles only; ``methods`` are those that may be set up and used."""

    require_for = models.CharField(
        _("second factor required for"),
        max_length=8,
        choices=RequireFor.choices,
        default=RequireFor.NOBODY,
    )
    roles = models.ManyToManyField("accounts.Role", verbose_name=_("roles"), blank=True, related_name="+")
    methods = ArrayField(
        models.CharField(max_length=8, choices=FactorMethod.choices),
        verbose_name=_("allowed ways"),
        default=all_methods,
    )
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("sign-in rules")
        verbose_name_plural = _("sign-in rules")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(only=True), name="accounts_policy_only_one"),
            models.CheckConstraint(condition=~Q(methods=[]), name="accounts_policy_some_method"),
        ]

    def __str__(self) -> str:
        return str(_("Sign-in rules"))
