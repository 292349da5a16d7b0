"""Providers that really run on this machine, and browsers that visit them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.sso.models import IdentityProvider
from apps.sso.services.providers import provider_save
from tests.sso.providers import oidc, saml


@pytest.fixture(scope="session")
def _oidc_server():
    running = oidc.OidcProvider()
    yield running
    running.stop()


@pytest.fixture
def oidc_provider(_oidc_server, settings):
    """The running provider, honest again for each test."""
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    url, server, keys = _oidc_server.url, _oidc_server.server, dict(_oidc_server.keys)
    yield _oidc_server
    fresh = dict(vars(_Blank()))
    vars(_oidc_server).update(fresh | {"url": url, "server": server, "keys": keys})
    _oidc_server.sign = _oidc_server.signed


class _Blank:
    def __init__(self) -> None:
        self.kid = "k1"
        self.person = {
            "sub": "p-1", "email": "asha@acme.example", "email_verified": True, "name": "Asha R",
        }  # fmt: skip
        self.user_info: dict[str, Any] = {}
        self.lie = dict
        self.answer_more: dict[str, str] = {}
        self.description_more: dict[str, Any] = {}
        self.codes: dict[str, Any] = {}
        self.calls: list[str] = []


@pytest.fixture(scope="session")
def idp():
    return saml.SamlIdp()


@pytest.fixture(autouse=True)
def _honest(idp):
    yield
    idp.attributes = {"email": ["asha@acme.example"], "name": ["Asha R"]}


@pytest.fixture
def works(db, oidc_provider) -> IdentityProvider:
    """acme's OpenID Connect provider, switched on."""
    return oidc_row(oidc_provider)


def oidc_row(server: oidc.OidcProvider, **values: Any) -> IdentityProvider:
    given = {
        "code": "works", "name": "Works", "issuer": server.url, "client_id": oidc.CLIENT, "active": True,
    }  # fmt: skip
    return provider_save(IdentityProvider(), values=given | values, client_secret=oidc.SECRET, by=None)


@pytest.fixture
def office(db, idp) -> IdentityProvider:
    """acme's SAML provider, switched on."""
    return saml_row(idp)


def saml_row(idp: saml.SamlIdp, **values: Any) -> IdentityProvider:
    given = {
        "code": "office", "name": "Office", "protocol": "saml", "active": True,
        "email_domains": ["acme.example"], "trust_email": True,
    }  # fmt: skip
    metadata = idp.metadata().encode()
    return provider_save(IdentityProvider(), values=given | values, metadata=metadata, by=None)


@pytest.fixture
def change():
    """``change(provider, provision=True)``: saved by the service, in the system's name."""

    def work(row: IdentityProvider, **values: Any) -> IdentityProvider:
        fresh = IdentityProvider.objects.get(pk=row.pk)
        return provider_save(fresh, values=values, version=fresh.version, by=None)

    return work


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_HOST="acme.localhost")


@pytest.fixture
def role():
    """``role("Clerk", "sales.view_order")`` → a role."""

    def work(name: str, *permissions: str) -> Role:
        made = Role.objects.create(code=name.lower(), name=name)
        made.grants.bulk_create([made.grants.model(role=made, permission=code) for code in permissions])
        return made

    return work
