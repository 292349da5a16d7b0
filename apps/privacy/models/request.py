from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager


class RequestWhat(models.TextChoices):
    ACCESS = "access", _("Access")
    ERASURE = "erasure", _("Erasure")


class RequestState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class PersonalRequest(models.Model):
    """That a person's data was given out or erased, by whom and why (DPDP Act 2023 s.11 and s.12).

    It never names the person: the record's id, and after an erasure the pseudonym. ``kept_until``: until when
    books keep the name. ``result``: how many rows of which table.
    """

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(shared=True)

    what = models.CharField(_("what"), max_length=8, choices=RequestWhat.choices)
    subject_kind = models.CharField(_("kind of person"), max_length=60)
    subject_id = models.BigIntegerField()
    pseudonym = models.CharField(_("person"), max_length=60, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=8, choices=RequestState.choices, default=RequestState.WAITING
    )
    error = models.CharField(_("error"), max_length=300, blank=True, default="")
    result = models.JSONField(_("result"), default=dict)
    kept_until = models.DateField(_("kept until"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=models.Q(what="erasure", state="waiting"),
                name="privacy_request_one_erasure",
            )
        ]

    def __str__(self) -> str:
        return self.pseudonym or f"{self.subject_kind} {self.subject_id}"
