"""API of identity providers and linked people, and the open list of ways to sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import OpenView, text_field
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.ways import other_way
from apps.core.api.rendering import envelope
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.registry import register_resource
from apps.sso import api_rule  # noqa: F401 - its addresses
from apps.sso.models import ExternalIdentity, IdentityProvider
from apps.sso.services.providers import (
    FIELDS,
    GROUPS,
    identity_unlink,
    provider_delete,
    provider_refresh,
    provider_restore,
    provider_save,
)

_CHANGE = "sso.change_identityprovider"


class SecretInput(StrictSerializer):
    client_secret = text_field(max_length=1000)


class MetadataInput(StrictSerializer):
    xml = serializers.CharField(max_length=1_000_000)


@register_resource
class IdentityProviderApi(MasterViewSet):
    """The client secret is written by ``secret`` and never read."""

    model, path = IdentityProvider, "sso/providers"
    fields = ("id", *FIELDS, "base_url", "version")
    read_only = ("id", "base_url", "version")
    children = (GROUPS,)
    filters: ClassVar[dict[str, str]] = {
        "code": "code", "name": "name", "active": "active", "protocol": "protocol",
    }  # fmt: skip
    verbs: ClassVar[dict[str, str]] = {"secret": "secret", "metadata": "metadata", "check": "check"}
    verb_permissions: ClassVar[dict[str, str]] = dict.fromkeys(("secret", "metadata", "check"), _CHANGE)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        return provider_save(
            instance,
            values=values,
            groups=children.get("group_roles"),
            version=version,
            by=self.request.user,
            request=self.request._request,
        )

    def delete_record(self, row: Any) -> Any:
        provider_delete(row, by=self.request.user)
        return {"id": row.pk}

    def restore_record(self, row: Any) -> Any:
        return provider_restore(row, by=self.request.user)

    def _given(self, request: Any, pk: int, serializer_class: type[StrictSerializer]) -> dict[str, Any]:
        """What was sent to change a provider: whether he may, and whether it is there, is told first."""
        self.require("change")
        self.record(pk)
        serializer = serializer_class(data=request.data)
        raise_invalid(serializer)
        return dict(serializer.validated_data)

    def _saved_by(self, request: Any, pk: int, **what: Any) -> Response:
        confirmed_or_refuse(request)

        def run() -> tuple[int, Any, str]:
            row = self.record(pk)
            saved = provider_save(row, values={}, version=row.version, by=request.user, **what)
            return 200, self.one(saved), _("Saved.")

        return api_write(request, run)

    def secret(self, request: Any, pk: int) -> Response:
        """{client_secret}: seal a new client secret."""
        given = self._given(request, pk, SecretInput)
        return self._saved_by(request, pk, client_secret=given["client_secret"])

    def metadata(self, request: Any, pk: int) -> Response:
        """{xml}: take entity id, addresses and certificates from a SAML provider's metadata."""
        given = self._given(request, pk, MetadataInput)
        return self._saved_by(request, pk, metadata=given["xml"].encode())

    def check(self, request: Any, pk: int) -> Response:
        """Ask the provider for its description, keys or metadata again → [{good, text}]."""
        self.require("change")
        found = provider_refresh(self.record(pk), by=request.user)
        return Response(envelope([{"good": one.good, "text": one.text} for one in found]))


@register_resource
class ExternalIdentityApi(ResourceViewSet):
    """Who is linked with which provider; DELETE removes the link and the roles that came by it."""

    model, path = ExternalIdentity, "sso/identities"
    fields = (
        "id", "provider", "subject", "user", "email", "employee_code", "groups", "provisioned", "created_at",
        "last_seen_at",
    )  # fmt: skip
    read_only = fields
    writable = False
    filters: ClassVar[dict[str, str]] = {"provider": "provider", "user": "user", "email": "email"}
    expands = ("provider", "user")
    verbs: ClassVar[dict[str, str]] = {"unlink": "unlink"}
    verb_permissions: ClassVar[dict[str, str]] = {"unlink": _CHANGE}

    def unlink(self, request: Any, pk: int) -> Response:
        """Remove the link and the roles that came by it; the person's sign-ins by it end."""
        self.require("view")

        def run() -> tuple[int, Any, str]:
            row = self.record(pk)
            identity_unlink(row, by=request.user)
            return 200, {"id": pk}, _("Removed.")

        return api_write(request, run)


class WaysView(OpenView):
    """Pages where a browser signs in through an identity provider: [{name, url}]."""

    def get(self, request: Any) -> Response:
        return Response(envelope([{"name": one.name, "url": one.url} for one in other_way().buttons("")]))


register_routes([path("auth/sso/", WaysView.as_view(), name="auth_sso")])
