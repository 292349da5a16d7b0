"""Events wait here, written in the transaction that caused them, until every consumer had them."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager


class OutboxEvent(models.Model):
    """One announced event. ``done_at`` is empty while a consumer still has to run."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    name = models.CharField(_("event"), max_length=80)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True, default="")
    request_id = models.CharField(max_length=40, blank=True, default="")
    occurred_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(auto_now_add=True)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(_("delivered"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["not_before", "id"], condition=models.Q(done_at=None), name="runtime_outbox_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class InboxEntry(models.Model):
    """A consumer had an event: each effect happens once, however often the event is delivered."""

    kind: ClassVar[str] = "log"

    event_id = models.BigIntegerField()
    consumer = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event_id", "consumer"], name="runtime_inbox_once"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} had #{self.event_id}"
