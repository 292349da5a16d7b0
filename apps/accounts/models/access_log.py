from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.choices import AccessEvent
from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only, audited_log


class AccessLog(models.Model):
    """Sign-ins, failures, sign-outs, refusals, permission changes. Written once, never changed."""

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True
    search_fields: ClassVar[tuple[str, ...]] = ("label", "path", "address", "event")
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    event = models.CharField(_("event"), max_length=40, choices=AccessEvent.choices, db_index=True)
    user_id = models.BigIntegerField(null=True, db_index=True)
    label = models.CharField(_("who"), max_length=200, blank=True, default="")
    address = models.CharField(_("address"), max_length=45, blank=True, default="")
    agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    path = models.CharField(_("path"), max_length=300, blank=True, default="")
    detail = models.JSONField(_("detail"), default=dict)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering: ClassVar[list[str]] = ["-id"]
        triggers: ClassVar[list[object]] = [*append_only("accesslog", erasable=True), audited_log()]

    def __str__(self) -> str:
        return f"{self.event} {self.label}"
