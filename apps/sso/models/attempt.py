"""People who were sent to a provider, and proofs that were used."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.secrets import SecretField, sealed_only
from apps.sso.choices import Purpose
from apps.sso.models.provider import IdentityProvider


class SsoAttempt(models.Model):
    """Bound to the organisation (its schema), the provider, the purpose and the browser; good once.

    The token itself (``state``, RelayState) is kept nowhere. ``claims`` holds, sealed, what a SAML response
    said between its arrival (a POST from elsewhere, without our cookies) and the next request of the browser.
    """

    kind: ClassVar[str] = "log"

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64, blank=True, default="")  # empty: started at the provider
    request_id = models.CharField(max_length=80, blank=True, default="")
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=500, default="/")
    claims = SecretField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attempt to sign in by a provider")
        verbose_name_plural = _("attempts to sign in by a provider")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("claims", "sso_attempt_sealed"),
            models.CheckConstraint(
                condition=Q(purpose="sign_in") | Q(user__isnull=False), name="sso_attempt_whose"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="sso_attempt_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_purpose_display()}"


class UsedAssertion(models.Model):
    """The id of a SAML assertion or logout message, or of an OpenID logout token: a second use is refused."""

    kind: ClassVar[str] = "log"

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    proof_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used assertion")
        verbose_name_plural = _("used assertions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "proof_hash"], name="sso_assertion_once"),
        ]

    def __str__(self) -> str:
        return self.proof_hash
