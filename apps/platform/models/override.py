from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.platform.choices import OverrideState


class Override(models.Model):
    """One visit of the platform's operator inside an organisation, from the reason to its end.

    The operator is kept by id and label: his row lies in ``public``, this is read from organisations too.
    """

    kind: ClassVar[str] = "log"

    organisation = models.ForeignKey(
        "tenancy.Organisation", on_delete=models.CASCADE, related_name="overrides"
    )
    operator_id = models.BigIntegerField()
    operator = models.CharField(_("operator"), max_length=200)
    reason = models.CharField(_("reason"), max_length=300)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    may_write = models.BooleanField(_("may change records"), default=False)
    state = models.CharField(
        _("state"), max_length=8, choices=OverrideState.choices, default=OverrideState.ASKED
    )
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True, default="")
    token_hash = models.CharField(max_length=64, blank=True, default="")
    link_until = models.DateTimeField(null=True)
    session_key = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(_("address"), max_length=45, blank=True, default="")
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    entered_at = models.DateTimeField(_("entered"), null=True)
    expires_at = models.DateTimeField(_("ends"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_why = models.CharField(_("why it ended"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("operator's visit")
        verbose_name_plural = _("operator's visits")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(reason=""), name="platform_override_reason"),
            models.CheckConstraint(
                condition=~Q(state=OverrideState.OPEN) | Q(expires_at__isnull=False),
                name="platform_override_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator}: {self.reason}"
