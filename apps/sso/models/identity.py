"""Who is who at a provider, which roles came from there, and which sign-ins."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import Scope, ScopedManager
from apps.core.secrets import SecretField, sealed_only
from apps.sso.models.provider import IdentityProvider


class ExternalIdentity(models.Model):
    """A person at a provider, by the provider's own lasting id (``subject``), never by e-mail address."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields: ClassVar[tuple[str, ...]] = ("email", "subject", "employee_code")

    provider = models.ForeignKey(
        IdentityProvider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="identities"
    )
    subject = models.CharField(_("id at the provider"), max_length=300)
    user = models.ForeignKey(
        "accounts.User", verbose_name=_("user"), on_delete=models.CASCADE, related_name="identities"
    )
    email = models.CharField(_("e-mail at the provider"), max_length=254, blank=True, default="")
    employee_code = models.CharField(_("employee code"), max_length=60, blank=True, default="")
    groups = ArrayField(models.CharField(max_length=300), verbose_name=_("groups"), default=list)
    provisioned = models.BooleanField(_("entered by the provider"), default=False)
    created_at = models.DateTimeField(_("linked"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last sign-in"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("linked identity")
        verbose_name_plural = _("linked identities")
        ordering: ClassVar[list[str]] = ["-last_seen_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "subject"], name="sso_identity_subject"),
            models.UniqueConstraint(fields=["provider", "user"], name="sso_identity_user"),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.email or self.subject}"


class GivenRole(models.Model):
    """A role that a person has because of his groups; roles given by hand have no such row."""

    kind: ClassVar[str] = "link"

    identity = models.ForeignKey(ExternalIdentity, on_delete=models.CASCADE, related_name="given_roles")
    role = models.ForeignKey("accounts.Role", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("role by a group")
        verbose_name_plural = _("roles by groups")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["identity", "role"], name="sso_givenrole_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identity} → {self.role}"


class SsoSession(models.Model):
    """What the provider calls a sign-in of ours, so that it can end it and we can end its own.

    ``sign_in`` is empty until the second step is done. ``idp_session`` is ``sid`` or SessionIndex.
    """

    kind: ClassVar[str] = "log"

    identity = models.ForeignKey(ExternalIdentity, on_delete=models.CASCADE, related_name="sessions")
    sign_in = models.OneToOneField(
        "accounts.SignInSession", null=True, on_delete=models.CASCADE, related_name="sso"
    )
    idp_session = models.CharField(max_length=300, blank=True, default="", db_index=True)
    name_id = models.CharField(max_length=300, blank=True, default="")
    name_id_format = models.CharField(max_length=120, blank=True, default="")
    id_token = SecretField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("sign-in by a provider")
        verbose_name_plural = _("sign-ins by providers")
        constraints: ClassVar[list[models.BaseConstraint]] = [sealed_only("id_token", "sso_session_sealed")]

    def __str__(self) -> str:
        return str(self.identity)
