"""What the usual providers are known for. Filled in where a new provider leaves a field empty.

What is commonly known of each; a provider may have changed since, so every field can be overwritten. Where
an organisation's own name is part of an address, ``hint`` shows its form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from apps.sso.choices import Preset, Protocol

_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT = "http://schemas.microsoft.com/"
_SAML_MFA = (
    "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
    "https://refeds.org/profile/mfa",
)


@dataclass(frozen=True)
class Known:
    """``values``: fields of IdentityProvider; ``second_factor``: values that mean one was used."""

    hint: object = ""
    values: dict[str, str] = field(default_factory=dict)
    second_factor: tuple[str, ...] = ()


_OIDC = {"claim_email": "email", "claim_name": "name", "claim_phone": "phone_number"}
_SAML = {"claim_email": "email", "claim_name": "name", "claim_groups": "groups"}
_WITH_GROUPS = {**_OIDC, "claim_groups": "groups"}

KNOWN: dict[tuple[str, str], Known] = {
    (Preset.GOOGLE, Protocol.OIDC): Known(
        hint="https://accounts.google.com",
        values={**_OIDC, "issuer": "https://accounts.google.com"},
    ),
    (Preset.GOOGLE, Protocol.SAML): Known(
        hint="https://accounts.google.com/o/saml2?idpid=…", values=_SAML, second_factor=_SAML_MFA
    ),
    (Preset.MICROSOFT, Protocol.OIDC): Known(
        hint=_("https://login.microsoftonline.com/<directory (tenant) id>/v2.0"),
        values=_WITH_GROUPS,
        second_factor=("mfa",),
    ),
    (Preset.MICROSOFT, Protocol.SAML): Known(
        hint=_("https://sts.windows.net/<directory (tenant) id>/"),
        values={
            "claim_email": f"{_CLAIMS}emailaddress",
            "claim_name": f"{_MICROSOFT}identity/claims/displayname",
            "claim_groups": f"{_MICROSOFT}ws/2008/06/identity/claims/groups",
        },
        second_factor=(f"{_MICROSOFT}claims/multipleauthn", *_SAML_MFA),
    ),
    (Preset.OKTA, Protocol.OIDC): Known(
        hint="https://example.okta.com",
        values={**_WITH_GROUPS, "scopes": "openid email profile groups"},
        second_factor=("mfa",),
    ),
    (Preset.OKTA, Protocol.SAML): Known(
        hint="http://www.okta.com/exk…", values=_SAML, second_factor=_SAML_MFA
    ),
    (Preset.AUTH0, Protocol.OIDC): Known(
        hint="https://example.eu.auth0.com/", values=_OIDC, second_factor=("mfa",)
    ),
    (Preset.AUTH0, Protocol.SAML): Known(
        hint="urn:example.eu.auth0.com",
        values={"claim_email": f"{_CLAIMS}emailaddress", "claim_name": f"{_CLAIMS}name"},
        second_factor=_SAML_MFA,
    ),
    (Preset.KEYCLOAK, Protocol.OIDC): Known(
        hint="https://sso.example.com/realms/example", values=_WITH_GROUPS, second_factor=("mfa",)
    ),
    (Preset.KEYCLOAK, Protocol.SAML): Known(
        hint="https://sso.example.com/realms/example",
        values={**_SAML, "claim_groups": "Role"},
        second_factor=_SAML_MFA,
    ),
    (Preset.ZOHO, Protocol.OIDC): Known(
        hint="https://accounts.zoho.in", values={**_OIDC, "issuer": "https://accounts.zoho.in"}
    ),
    (Preset.ZOHO, Protocol.SAML): Known(
        hint="https://directory.zoho.in/p/…", values=_SAML, second_factor=_SAML_MFA
    ),
    (Preset.OTHER, Protocol.OIDC): Known(
        hint="https://login.example.com", values=_WITH_GROUPS, second_factor=("mfa",)
    ),
    (Preset.OTHER, Protocol.SAML): Known(
        hint="https://login.example.com/metadata", values=_SAML, second_factor=_SAML_MFA
    ),
}


def known(preset: str, protocol: str) -> Known:
    return KNOWN[preset, protocol]  # type: ignore[index]  # text choices are their values
