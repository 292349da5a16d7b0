"""Somebody asks by himself to be let in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager
from apps.customer_portal.choices import RequestState


class PortalRequest(models.Model):
    """Only the hash of the mailed token is kept. ``party``: found by the verified address, or chosen by
    whoever approves."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields: ClassVar[tuple[str, ...]] = ("email", "name", "firm")

    email = models.EmailField(_("e-mail"), db_index=True)
    name = models.CharField(_("name"), max_length=120)
    firm = models.CharField(_("firm"), max_length=200)
    message = models.TextField(_("message"), max_length=1000, blank=True, default="")
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(
        _("state"), max_length=12, choices=RequestState.choices, default=RequestState.UNVERIFIED
    )
    party = models.ForeignKey(
        "parties.Party",
        verbose_name=_("party"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField(_("address"), max_length=45, blank=True, default="", db_index=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    verified_at = models.DateTimeField(_("mail confirmed"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True, default="", editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values)
                & (Q(state="unverified") | Q(verified_at__isnull=False)),
                name="customer_portal_request_sound",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.firm})"
