"""People of one's own firm, and registering oneself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import OpenView
from apps.core.api.rendering import envelope
from apps.core.api.serializers import StrictSerializer, known_fields, raise_invalid
from apps.core.api.throttling import Throttle
from apps.core.api.transaction import api_write
from apps.core.errors import NotFound
from apps.customer_portal.api.own import PortalView
from apps.customer_portal.choices import Sees
from apps.customer_portal.models import PortalMember
from apps.customer_portal.selectors import colleague_of, colleagues
from apps.customer_portal.services.members import colleague_end, colleague_invite
from apps.customer_portal.services.requests import request_ask, request_confirm


class InvitationInput(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120)
    sees = serializers.ChoiceField(choices=Sees.choices, default=Sees.FIRM)
    language = serializers.CharField(max_length=8, required=False, allow_blank=True)


class PeopleApi(PortalView):
    """The people of one's own firm; POST invites one, ``end`` ends one, where the organisation allows it."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.visit.whole:
            raise NotFound(_("Not found."))

    def list(self, request: Any) -> Response:
        known_fields(request.query_params, set())
        return Response(envelope([member_data(row) for row in colleagues(self.visit)]))

    def create(self, request: Any) -> Response:
        serializer = InvitationInput(data=request.data)
        raise_invalid(serializer)
        values = dict(serializer.validated_data)

        def work() -> tuple[int, Any, str]:
            row = colleague_invite(self.visit, values, request=request._request)
            return 201, member_data(row), _("Invited.")

        return api_write(request, work)

    def end(self, request: Any, pk: int) -> Response:
        row = colleague_of(self.visit, pk)

        def work() -> tuple[int, Any, str]:
            return 200, member_data(colleague_end(self.visit, row)), _("The access has ended.")

        return api_write(request, work)


def member_data(row: PortalMember) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.user.name,
        "email": row.user.email,
        "sees": row.sees,
        "state": row.state,
    }


# --- registering oneself --------------------------------------------------------------------------


class JoinThrottle(Throttle):
    scope = "portal_join"
    rate = "10/min"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"throttle_portal_join_{self.get_ident(request)}"


class JoinInput(StrictSerializer):
    name = serializers.CharField(max_length=120)
    firm = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=254)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=("en", "hi"), required=False)


class JoinView(OpenView):
    """Ask to be let in; the answer is the same for every address."""

    serializer_class = JoinInput
    throttle_classes: ClassVar[list[Any]] = [JoinThrottle]
    bahi_app = "customer_portal"

    def post(self, request: Any) -> Response:
        values = self.read(request)

        def work() -> tuple[int, Any, str]:
            request_ask(request=request._request, values=values)
            return 202, None, _("If the address can be registered, a mail with a link is on its way.")

        return api_write(request, work)


class ConfirmInput(StrictSerializer):
    token = serializers.CharField(max_length=200)


class JoinConfirmView(OpenView):
    serializer_class = ConfirmInput
    throttle_classes: ClassVar[list[Any]] = [JoinThrottle]
    bahi_app = "customer_portal"

    def post(self, request: Any) -> Response:
        token = self.read(request)["token"]

        def work() -> tuple[int, Any, str]:
            row = request_confirm(token, request=request._request)
            return 200, {"state": row.state}, _("Your address is confirmed.")

        return api_write(request, work)
