"""Timeline, comments and files of any record, named by kind text and id."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only


class TimelineEntry(models.Model):
    """One thing that happened to a record: a change, a transition, a mail, a print. Never changed."""

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    at = models.DateTimeField(_("at"), auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(_("who"), max_length=200, blank=True, default="")
    verb = models.CharField(_("what"), max_length=40)
    text = models.TextField(_("text"), blank=True, default="")
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = ScopedManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id", "-id"], name="documents_timeline_target"),
        ]
        triggers: ClassVar[list[object]] = append_only("timeline", erasable=True)

    def __str__(self) -> str:
        return f"{self.verb} {self.target_kind}:{self.target_id}"


class Comment(models.Model):
    """Internal unless ``public``: then the customer or vendor of the record reads it in the portal too."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("text"), max_length=10_000)
    public = models.BooleanField(_("the customer sees it"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id", "-id"], name="documents_comment_target"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A stored file on a record; it may be read by whoever may see the record."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="attachments")
    added_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id"], name="documents_attachment_target"),
        ]

    def __str__(self) -> str:
        return str(self.file)
