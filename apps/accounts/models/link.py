"""Single-use, expiring links sent by mail: invitation, password reset, change of the e-mail address."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class LinkPurpose(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    PASSWORD = "password", _("New password")
    EMAIL = "email", _("New e-mail address")
    EMAIL_OLD = "email_old", _("New e-mail address, asked at the old one")
    ENTER = "enter", _("First sign-in after the set-up")


class AccessLink(models.Model):
    """Only the hash of the token is kept; the mail has the token. ``new_email`` for purpose email."""

    kind: ClassVar[str] = "log"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="access_links")
    purpose = models.CharField(max_length=12, choices=LinkPurpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    new_email = models.EmailField(blank=True, default="")
    made_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="made_links"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_link_expires_later"
            ),
            models.CheckConstraint(
                condition=~Q(purpose__in=["email", "email_old"]) | ~Q(new_email=""),
                name="accounts_link_new_email",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"
