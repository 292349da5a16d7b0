"""Second factors of a person, his backup codes, and sign-ins that wait for the second step."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.secrets import SecretField, sealed_only


class FactorMethod(models.TextChoices):
    TOTP = "totp", _("Authenticator app")
    PASSKEY = "passkey", _("Passkey")
    EMAIL = "email", _("Code by e-mail")
    SMS = "sms", _("Code by text message")


BACKUP = "backup"


class SecondFactor(models.Model):
    """One way to prove oneself besides the password. It counts once ``confirmed_at`` is set.

    ``secret`` is the seed of an authenticator app; ``last_step`` the last time step whose code was used.
    A passkey has ``credential_id``, ``credential`` (public data, base64) and the host that it is for.
    """

    kind: ClassVar[str] = "log"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="second_factors")
    method = models.CharField(max_length=8, choices=FactorMethod.choices)
    label = models.CharField(_("name"), max_length=60, blank=True, default="")
    secret = SecretField()
    last_step = models.BigIntegerField(default=0)
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    host = models.CharField(max_length=253, blank=True, default="")
    credential_id = models.CharField(max_length=1400, blank=True, default="")
    credential = models.TextField(blank=True, default="")
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("secret", "accounts_factor_sealed"),
            models.UniqueConstraint(
                fields=["user", "method"], condition=~Q(method="passkey"), name="accounts_factor_once"
            ),
            models.UniqueConstraint(
                fields=["credential_id"], condition=~Q(credential_id=""), name="accounts_factor_credential"
            ),
            models.CheckConstraint(condition=~Q(method="totp") | ~Q(secret=""), name="accounts_factor_seed"),
            models.CheckConstraint(condition=~Q(method="sms") | ~Q(phone=""), name="accounts_factor_phone"),
            models.CheckConstraint(
                condition=~Q(method="passkey") | (~Q(credential_id="") & ~Q(credential="") & ~Q(host="")),
                name="accounts_factor_passkey",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.get_method_display()


class BackupCode(models.Model):
    """One of ten codes for the day the phone is lost: good once. ``prefix`` finds the row, the rest is hashed
    like a password."""

    kind: ClassVar[str] = "log"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="backup_codes")
    prefix = models.CharField(max_length=4)
    code_hash = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "prefix"], name="accounts_backup_code_once"),
        ]

    def __str__(self) -> str:
        return self.prefix


class ChallengePurpose(models.TextChoices):
    SIGN_IN = "sign_in", _("Sign-in")
    CONFIRM = "confirm", _("Confirmation")
    ENROL = "enrol", _("Setting up")


class SignInChallenge(models.Model):
    """A first step that was taken and waits for the second: at sign-in, before a sensitive action, at set-up.

    The browser's session or the API's client has the token, the database its hash. A mailed or texted code
    belongs to this challenge alone and so does a passkey's question (``state``).
    """

    kind: ClassVar[str] = "log"

    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="challenges")
    purpose = models.CharField(max_length=8, choices=ChallengePurpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=8, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    code_hash = models.CharField(max_length=64, blank=True, default="")
    code_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_challenge_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"
