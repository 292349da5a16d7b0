"""The mail queue: written in the transaction of its cause, sent after it by the worker."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.scope import OWN_ONLY, Scope, ScopedManager


class MailState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class MailMessage(models.Model):
    """One mail. ``not_before`` is also the lease of the worker that sends it just now.

    ``purpose``: of the consent that it needs, asked again when it goes out. The text of a ``secret`` mail (a
    link that lets somebody in, a notification) is never shown, and forgotten once it is sent.
    """

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="by_id", ungranted=OWN_ONLY)

    to = ArrayField(models.EmailField(), verbose_name=_("to"))
    cc = ArrayField(models.EmailField(), default=list, verbose_name=_("copy to"))
    reply_to = models.EmailField(blank=True, default="")
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True, default="")
    secret = models.BooleanField(default=False, editable=False)
    purpose = models.CharField(max_length=40, blank=True, default="", editable=False)
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    target_kind = models.CharField(max_length=80, blank=True, default="")
    target_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(auto_now_add=True)
    error = models.TextField(_("error"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    bounced_at = models.DateTimeField(_("bounced"), null=True)
    bounce_reason = models.CharField(max_length=300, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["not_before"], condition=Q(state=MailState.QUEUED), name="messaging_mail_waiting"
            ),
            models.Index(fields=["target_kind", "target_id"], name="messaging_mail_target"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def shown_text(self) -> str:
        """The text for those who look after mails."""
        return str(_("The text is for its reader only: it is not shown.")) if self.secret else self.text

    @property
    def target(self) -> str:
        """``sales.order:7``, or nothing."""
        return f"{self.target_kind}:{self.target_id}" if self.target_kind else ""


class MailAttachment(models.Model):
    """A stored file that goes with a mail, under the name that the reader sees."""

    kind: ClassVar[str] = "link"

    message = models.ForeignKey(MailMessage, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name
