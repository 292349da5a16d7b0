"""API of the phone for one's own notifications; for people of customers and vendors too."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.bases import PersonalView, text_field
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.limits import attempts_limit
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.uow import run_in_unit_of_work
from apps.messaging.services.notices import number_remove, text_way
from apps.messaging.services.numbers import code_ask, code_typed


class NumberInput(StrictSerializer):
    phone = text_field(max_length=20)


class NumberCodeInput(StrictSerializer):
    partial_token = text_field(max_length=100)
    code = text_field(max_length=40)


class TextNumberView(PersonalView):
    """GET → {gateway, number (masked), own, most (texts a day)}; POST ``phone`` sends a code →
    {partial_token, sent_to}; DELETE forgets the number. Writing asks for a fresh proof."""

    serializer_class = NumberInput

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "GET":
            attempts_limit(request)
            confirmed_or_refuse(request)

    def get(self, request: Any) -> Response:
        return Response(envelope(shown(request.user)))

    def post(self, request: Any) -> Response:
        phone = self.read(request)["phone"]
        token, sent_to = run_in_unit_of_work(lambda: code_ask(request.user, phone, request._request))
        return Response(envelope({"partial_token": token, "sent_to": sent_to}))

    def delete(self, request: Any) -> Response:
        run_in_unit_of_work(lambda: number_remove(request.user))
        return Response(envelope(shown(request.user), message=_("The number was removed.")))


class TextNumberConfirmView(PersonalView):
    """The code that was texted, with its token."""

    serializer_class = NumberCodeInput

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        attempts_limit(request)
        confirmed_or_refuse(request)

    def post(self, request: Any) -> Response:
        asked = self.read(request)
        code_typed(request.user, asked["partial_token"], asked["code"], request._request)
        return Response(envelope(shown(request.user), message=_("The number is confirmed.")))


def shown(user: Any) -> dict[str, Any]:
    """How this person can be texted."""
    way = text_way(user)
    return {"gateway": way.gateway, "number": way.number, "own": way.own, "most": way.most}


register_routes(
    [
        path("messaging/text-number/", TextNumberView.as_view(), name="messaging_text_number"),
        path(
            "messaging/text-number/confirm/",
            TextNumberConfirmView.as_view(),
            name="messaging_text_number_confirm",
        ),
    ]
)
