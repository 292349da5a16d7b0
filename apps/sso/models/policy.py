"""Who has to come through an identity provider: one row."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.sso.choices import Force


class SsoPolicy(SettingModel):
    """``password_users`` may use password and second factor all the same: for the day the provider fails."""

    force = models.CharField(
        _("single sign-on is required for"), max_length=8, choices=Force.choices, default=Force.NOBODY
    )
    roles = models.ManyToManyField("accounts.Role", verbose_name=_("roles"), blank=True, related_name="+")
    domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("e-mail domains"), default=list, blank=True
    )
    password_users = models.ManyToManyField(
        "accounts.User",
        verbose_name=_("administrators who keep their password"),
        blank=True,
        related_name="+",
    )
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("rule of single sign-on")
        verbose_name_plural = _("rules of single sign-on")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(only=True), name="sso_policy_only_one"),
            models.CheckConstraint(
                condition=~Q(force="domains") | ~Q(domains=[]), name="sso_policy_some_domain"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rule of single sign-on"))
