from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.audit.models.guards import entry_hashed, entry_queued
from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only


class AuditEntry(models.Model):
    """One thing that somebody did. Written by triggers on history and access log, and for writes by API.

    ``changes`` is {column: [before, after]}; a creation has nothing before. ``record_kind`` and ``record_id``
    name the record, since an entry outlives it.
    """

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True
    has_surface: ClassVar[bool] = True
    search_fields: ClassVar[tuple[str, ...]] = ("label", "record_label", "path", "address")
    scope: ClassVar[Scope] = Scope(shared=True)

    at = models.DateTimeField(_("at"), db_default=Now(), db_index=True)
    event = models.CharField(_("event"), max_length=40)
    record_kind = models.CharField(_("kind of record"), max_length=60, blank=True, default="", db_default="")
    record_id = models.BigIntegerField(_("record"), null=True)
    record_label = models.CharField(_("record"), max_length=200, blank=True, default="", db_default="")
    actor_kind = models.CharField(_("by way of"), max_length=12, default="system", db_default="system")
    user_id = models.BigIntegerField(_("user"), null=True)
    label = models.CharField(_("who"), max_length=200, blank=True, default="", db_default="")
    address = models.CharField(_("address"), max_length=45, blank=True, default="", db_default="")
    agent = models.CharField(_("device"), max_length=300, blank=True, default="", db_default="")
    path = models.CharField(_("path"), max_length=300, blank=True, default="", db_default="")
    request_id = models.CharField(_("request"), max_length=40, blank=True, default="", db_default="")
    changes = models.JSONField(_("changes"), default=dict)
    detail = models.JSONField(_("detail"), default=dict)
    content_hash = models.CharField(_("hash"), max_length=64, editable=False, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["record_kind", "record_id", "id"], name="audit_entry_record"),
            models.Index(
                fields=["user_id", "id"], name="audit_entry_user", condition=~models.Q(user_id=None)
            ),
        ]
        triggers: ClassVar[list[object]] = [
            *append_only("audit_entry", erasable=True),
            entry_hashed(),
            entry_queued(),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.record_label or self.label}"


class AuditSeal(models.Model):
    """The place of an entry in the organisation's one chain; ``sequence`` counts without gaps."""

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    sequence = models.BigIntegerField(_("link"), primary_key=True)
    entry = models.OneToOneField(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="seal", db_constraint=False
    )
    previous_hash = models.CharField(_("hash of the link before"), max_length=64)
    chain_hash = models.CharField(_("hash of the link"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("audit link")
        verbose_name_plural = _("audit links")
        ordering: ClassVar[list[str]] = ["-sequence"]
        triggers: ClassVar[list[object]] = append_only("audit_seal")

    def __str__(self) -> str:
        return f"{self.sequence} {self.chain_hash[:12]}"


class AuditErasure(models.Model):
    """That a person's data was taken out of an entry (DPDP Act 2023 s.12(3)).

    The entry keeps the hash of what was written, so that every link holds; this is the hash of what is left.
    ``record`` is the entry that tells of the erasure: it is in the chain and holds a digest of these rows.
    """

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True

    entry = models.ForeignKey(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="erasures", db_constraint=False
    )
    record = models.ForeignKey(AuditEntry, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    content_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("erasure in the audit trail")
        verbose_name_plural = _("erasures in the audit trail")
        triggers: ClassVar[list[object]] = append_only("audit_erasure")

    def __str__(self) -> str:
        return f"{self.entry_id} {self.content_hash[:12]}"


class AuditWaiting(models.Model):
    """An entry that the sealer hasn't linked yet: a queue, emptied within a second of each commit."""

    kind: ClassVar[str] = "log"
    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = _("audit entry to be linked")
        verbose_name_plural = _("audit entries to be linked")

    def __str__(self) -> str:
        return str(self.entry_id)
