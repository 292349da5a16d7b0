"""A SAML provider with our own addresses and key, ready for the protocol."""

from __future__ import annotations

from typing import Any

from apps.sso.models import IdentityProvider


def addresses_of(provider: IdentityProvider) -> Any:
    """Our addresses as this provider knows them (``protocols.saml.Addresses``)."""
    from apps.sso.protocols.saml import Addresses

    return Addresses(
        metadata=provider.address("sso_metadata"),
        acs=provider.address("sso_acs"),
        slo=provider.address("sso_slo"),
    )


def saml_settings(provider: IdentityProvider, *, messages_signed: bool = False) -> Any:
    """Settings of python3-saml. Its import costs memory, so it is loaded where SAML is used only."""
    from apps.sso.protocols.saml import settings_of
    from apps.sso.services.keys import own_keys

    return settings_of(provider, addresses_of(provider), own_keys(), messages_signed=messages_signed)
