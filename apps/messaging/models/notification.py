"""What a person is told, and how he wants to be told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class Notification(models.Model):
    """One line in a person's bell. Nobody sees another one's, whatever his rights."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(owner="user_id", ungranted=OWN_ONLY)

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    event = models.CharField(_("event"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True, default="")
    tone = models.CharField(max_length=10, default="info")
    target_kind = models.CharField(max_length=80, blank=True, default="")
    target_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="messaging_note_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="messaging_note_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def target(self) -> str:
        """``sales.order:7``, or nothing."""
        return f"{self.target_kind}:{self.target_id}" if self.target_kind else ""


class NotificationChoice(models.Model):
    """How a person wants to hear of an event; all off is mute. Without a row the event's default holds."""

    kind: ClassVar[str] = "link"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=80)
    in_app = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    text = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "event"], name="messaging_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.event}"
