"""One's own API keys over the API. A key can't make keys."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import PersonalView
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.models import ApiKey
from apps.accounts.services.keys import key_make, key_revoke, own_key
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write


class KeyInput(StrictSerializer):
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(child=serializers.CharField(max_length=120), max_length=500)
    days = serializers.IntegerField(min_value=1, max_value=366, default=90)
    per_minute = serializers.IntegerField(min_value=1, max_value=6000, default=600)


def key_data(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "per_minute": key.per_minute,
        "created_at": iso_time(key.created_at),
        "expires_at": iso_time(key.expires_at),
        "last_used_at": iso_time(key.last_used_at),
        "revoked_at": iso_time(key.revoked_at),
    }


class KeysView(PersonalView):
    """My keys; POST makes one: the answer has its text in ``key``, this once."""

    serializer_class = KeyInput

    def get(self, request: Any) -> Response:
        rows = ApiKey.objects.filter(user=request.user)[:100]
        return Response(envelope([key_data(row) for row in rows]))

    def post(self, request: Any) -> Response:
        confirmed_or_refuse(request)
        row, text = key_make(user=request.user, request=request._request, **self.read(request))
        return Response(envelope({**key_data(row), "key": text}, message=_("Made.")), status=201)


class KeyRevokeView(PersonalView):
    """End one of my keys at once."""

    def post(self, request: Any, pk: int) -> Response:
        key = own_key(request.user, pk)

        def work() -> tuple[int, Any, str]:
            return 200, key_data(key_revoke(key, by=request.user, request=request._request)), _("Revoked.")

        return api_write(request, work)


register_routes(
    [
        path("auth/keys/", KeysView.as_view(), name="auth_keys"),
        path("auth/keys/<int:pk>/revoke/", KeyRevokeView.as_view(), name="auth_key_revoke"),
    ]
)
