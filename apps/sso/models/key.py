from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.secrets import SecretField, sealed_only
from apps.sso.choices import KeyState


class SamlKey(models.Model):
    """The organisation's own key for SAML: signs our requests and opens what is encrypted for us.

    Rotation: a ``next`` one is made and published beside the current one; once every provider knows it, it
    takes the place of the current one, which is deleted.
    """

    kind: ClassVar[str] = "log"

    state = models.CharField(max_length=8, choices=KeyState.choices)
    private_key = SecretField()
    certificate = models.TextField()
    fingerprint = models.CharField(max_length=95)
    created_at = models.DateTimeField(auto_now_add=True)
    not_after = models.DateTimeField()

    class Meta:
        verbose_name = _("SAML key")
        verbose_name_plural = _("SAML keys")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("private_key", "sso_key_sealed"),
            models.UniqueConstraint(fields=["state"], name="sso_key_one_a_state"),
            models.CheckConstraint(condition=~Q(private_key=""), name="sso_key_private"),
        ]

    def __str__(self) -> str:
        return self.fingerprint
