"""Identity providers of the organisation, what their groups mean here, and what was last learnt of them."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel
from apps.core.secrets import SecretField, sealed_only
from apps.sso.choices import Preset, Protocol, TokenAuth


def _claim(label: str) -> models.CharField:
    return models.CharField(label, max_length=200, blank=True, default="")


class IdentityProvider(MasterModel):
    """One provider under one protocol. It is switched on once it is complete.

    ``issuer`` is OpenID Connect's issuer, or SAML's entity id. ``base_url`` is the organisation's address
    that the provider knows: people who start elsewhere are led there first. ``email_domains`` are those that
    the provider speaks for; with ``trust_email`` an address in them counts as verified although the provider
    doesn't say so (SAML never does).
    """

    search_fields: ClassVar[tuple[str, ...]] = ("code", "name", "issuer")
    active_when_restored: ClassVar[bool] = False  # a way in is opened by hand

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$")],
        help_text=_("Part of the addresses that you enter at the provider: small letters, figures, hyphens."),
    )
    name = models.CharField(_("name on the button"), max_length=80)
    preset = models.CharField(_("provider"), max_length=12, choices=Preset.choices, default=Preset.OTHER)
    protocol = models.CharField(_("protocol"), max_length=4, choices=Protocol.choices, default=Protocol.OIDC)
    base_url = models.CharField(max_length=300, blank=True, default="", editable=False)
    issuer = models.CharField(_("issuer or entity id"), max_length=500, blank=True, default="")

    client_id = models.CharField(_("client id"), max_length=300, blank=True, default="")
    client_secret = SecretField()
    token_auth = models.CharField(
        _("client secret is sent"), max_length=5, choices=TokenAuth.choices, default=TokenAuth.BASIC
    )
    scopes = models.CharField(_("scopes"), max_length=200, blank=True, default="openid email profile")

    metadata_url = models.CharField(_("address of the metadata"), max_length=500, blank=True, default="")
    sso_url = models.CharField(_("sign-in address"), max_length=500, blank=True, default="")
    slo_url = models.CharField(_("sign-out address"), max_length=500, blank=True, default="")
    certificates = models.TextField(_("signing certificates (PEM)"), blank=True, default="")
    sign_requests = models.BooleanField(_("sign our requests"), default=True)
    idp_initiated = models.BooleanField(_("people may start at the provider"), default=False)

    claim_email = _claim(_("e-mail address"))
    claim_name = _claim(_("name"))
    claim_phone = _claim(_("phone"))
    claim_department = _claim(_("code of the department"))
    claim_employee_code = _claim(_("employee code"))
    claim_groups = _claim(_("groups"))

    email_domains = ArrayField(
        models.CharField(max_length=253), verbose_name=_("e-mail domains"), default=list, blank=True
    )
    trust_email = models.BooleanField(_("addresses in these domains are verified"), default=False)
    provision = models.BooleanField(_("enter unknown people as new users"), default=False)
    default_role = models.ForeignKey(
        "accounts.Role",
        verbose_name=_("role of new users"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    sync_profile = models.BooleanField(_("take over name, phone and department"), default=True)
    trust_second_factor = models.BooleanField(_("trust the provider's second factor"), default=False)
    second_factor_values = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("values that mean a second factor"),
        default=list,
        blank=True,
    )
    sign_out_there = models.BooleanField(_("offer to sign out at the provider too"), default=False)
    active = models.BooleanField(_("active"), default=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("client_secret", "sso_provider_sealed"),
            models.CheckConstraint(
                condition=~Q(active=True, protocol="oidc") | (~Q(issuer="") & ~Q(client_id="")),
                name="sso_provider_oidc_complete",
                violation_error_message=_("Issuer and client id are needed before it can be switched on."),
            ),
            models.CheckConstraint(
                condition=~Q(active=True, protocol="saml")
                | (~Q(issuer="") & ~Q(sso_url="") & ~Q(certificates="")),
                name="sso_provider_saml_complete",
                violation_error_message=_(
                    "Entity id, sign-in address and certificate are needed before it can be switched on."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(provision=False) & Q(trust_email=False)) | ~Q(email_domains=[]),
                name="sso_provider_domains",
                violation_error_message=_(
                    "Name the e-mail domains: else whoever has an account at the provider could come in."
                ),
            ),
        ]

    @property
    def complete(self) -> bool:
        """Whether it could be switched on."""
        if self.protocol == Protocol.OIDC:
            return bool(self.issuer and self.client_id)
        return bool(self.issuer and self.sso_url and self.certificates)

    @property
    def connection_digest(self) -> str:
        """Changes with whatever a test of the connection proved."""
        parts = (self.protocol, self.base_url, self.issuer, self.client_id, self.client_secret, self.sso_url,
                 self.certificates)  # fmt: skip
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def address(self, name: str, **more: str) -> str:
        """One of our addresses as the provider knows it: ``sso_return``, ``sso_acs`` …"""
        return f"{self.base_url}{reverse(name, kwargs={'code': self.code, **more})}"


class GroupRole(models.Model):
    """Whoever is in the provider's group has the role here, as long as he is in it."""

    kind: ClassVar[str] = "line"

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="group_roles")
    group = models.CharField(_("group at the provider"), max_length=300)
    role = models.ForeignKey(
        "accounts.Role", verbose_name=_("role"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("role of a group")
        verbose_name_plural = _("roles of groups")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "group", "role"], name="sso_grouprole_once"),
            models.CheckConstraint(condition=~Q(group=""), name="sso_grouprole_named"),
        ]

    def __str__(self) -> str:
        return f"{self.group} → {self.role}"


class ProviderState(models.Model):
    """What was learnt from the provider: its published description and keys, and how the last test went."""

    kind: ClassVar[str] = "log"

    provider = models.OneToOneField(IdentityProvider, on_delete=models.CASCADE, related_name="state")
    description = models.JSONField(default=dict)
    described_at = models.DateTimeField(null=True)
    keys = models.JSONField(default=dict)
    keys_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)  # the last sign-in for a test that succeeded
    tested_with = models.CharField(max_length=64, blank=True, default="")  # digest of what was tested

    class Meta:
        verbose_name = _("state of a provider")
        verbose_name_plural = _("states of providers")

    def __str__(self) -> str:
        return str(self.provider)
