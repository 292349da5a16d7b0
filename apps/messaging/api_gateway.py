"""API of the text gateway: one row, whose token is written and never read."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, model_field
from apps.core.api.transaction import api_write
from apps.messaging.models import TextGateway
from apps.messaging.services.texts import GATEWAY_FIELDS, gateway_get, gateway_save

SEE, CHANGE = "messaging.view_textgateway", "messaging.change_textgateway"
GatewayInput: Any = type(
    "TextGatewayInput",
    (StrictSerializer,),
    {
        **{name: model_field(TextGateway, name) for name in GATEWAY_FIELDS},
        "token": serializers.CharField(max_length=2000, required=False, default="", allow_blank=True),
    },
)


class GatewayView(GuardedView):
    """How this organisation sends texts; ``token``: empty keeps the one before, and none is ever shown."""

    bahi_app = "messaging"
    needs = {"": (SEE,), "patch": (SEE, CHANGE)}
    serializer_class = GatewayInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_shown()))

    def patch(self, request: Any) -> Response:
        values = self.read(request, partial=True)
        token = values.pop("token", "")

        def work() -> tuple[int, Any, str]:
            gateway_save(values=values, token=token, by=request.user)
            return 200, _shown(), _("Saved.")

        return api_write(request, work)


def _shown() -> dict[str, Any]:
    held = gateway_get()
    row = held or TextGateway()
    return {
        "set_up": held is not None,
        **{name: getattr(row, name) for name in GATEWAY_FIELDS},
        "has_token": bool(row.token),
    }


register_routes([path("messaging/text-gateway/", GatewayView.as_view(), name="messaging_text_gateway")])
