from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.platform.choices import SignUpState


class SignUp(models.Model):
    """Somebody asks for an organisation. It takes the short name only once his e-mail is confirmed."""

    kind: ClassVar[str] = "log"

    organisation = models.OneToOneField(
        "tenancy.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="sign_up"
    )
    name = models.CharField(_("organisation"), max_length=200)
    slug = models.CharField(_("short name"), max_length=40)
    person = models.CharField(_("person"), max_length=120)
    email = models.EmailField(_("e-mail"), db_index=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    message = models.TextField(_("message"), max_length=2000, blank=True, default="")
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(
        _("state"), max_length=12, choices=SignUpState.choices, default=SignUpState.UNCONFIRMED
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    address = models.CharField(_("address"), max_length=45, blank=True, default="", db_index=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"
