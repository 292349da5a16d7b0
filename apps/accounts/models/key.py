"""Personal API keys: for programs that work in a person's name with a part of his rights."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class ApiKey(models.Model):
    """``bahi_<prefix>_<secret>``: the prefix is shown in lists, of the secret only the hash is kept.

    ``scopes``: permission codes (``sales.view_order``), ``sales.*``, ``read`` (everything he may see) or
    ``*``.
    """

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="user_id", ungranted=OWN_ONLY)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "prefix", "user__name")

    user = models.ForeignKey(
        "accounts.User", verbose_name=_("user"), on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=120), verbose_name=_("scopes"))
    per_minute = models.PositiveIntegerField(_("calls a minute"), default=600)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_address = models.CharField(_("last address"), max_length=45, blank=True, default="")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="accounts_key_some_scope"),
            models.CheckConstraint(condition=Q(per_minute__gt=0), name="accounts_key_some_rate"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_key_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (bahi_{self.prefix}…)"

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()
