"""The second step over the API: after the password at sign-in, and to confirm who one is."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import OpenView, PersonalView, text_field
from apps.accounts.limits import attempts_limit
from apps.accounts.models import BACKUP, ChallengePurpose, FactorMethod, SecondFactor, User
from apps.accounts.services.backup_codes import backup_codes_left
from apps.accounts.services.challenges import challenge_answer, challenge_send, challenge_start, methods_of
from apps.accounts.services.policy import allowed_methods, factor_required
from apps.accounts.services.sessions import session_confirm
from apps.accounts.services.sign_in import password_sign_in
from apps.accounts.tokens import pair_issue
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer

METHODS = [*FactorMethod.values, BACKUP]


def half_done(request: Any, user: User, purpose: ChallengePurpose) -> dict[str, Any]:
    """What a client gets after the first step: {two_factor_required, partial_token, methods}."""
    return {
        "two_factor_required": True,
        "partial_token": challenge_start(user, purpose),
        "methods": methods_of(user, request, purpose),
    }


class SecondStepInput(StrictSerializer):
    partial_token = text_field(max_length=100)
    method = serializers.ChoiceField(choices=METHODS)
    code = text_field(max_length=20_000)


class SendInput(StrictSerializer):
    partial_token = text_field(max_length=100)
    method = serializers.ChoiceField(choices=METHODS)


class ConfirmInput(StrictSerializer):
    password = text_field()


def _send(view: Any, request: Any, purpose: ChallengePurpose) -> Response:
    values = view.read(request)
    sent = challenge_send(values["partial_token"], purpose, values["method"], request._request)
    return Response(envelope(sent))


class SecondStepView(OpenView):
    """The partial token and a code (or a passkey's answer as JSON text) → {access, refresh}."""

    serializer_class = SecondStepInput

    def post(self, request: Any) -> Response:
        values = self.read(request)
        proven = challenge_answer(
            values["partial_token"],
            ChallengePurpose.SIGN_IN,
            method=values["method"],
            answer=values["code"],
            request=request._request,
        )
        pair = pair_issue(request._request, proven.user, factor=proven.method)
        return Response(envelope(pair, message=_("Signed in.")))


class SendView(OpenView):
    """Mail or text a code → {sent_to}, or ask for a passkey → {options}."""

    serializer_class = SendInput

    def post(self, request: Any) -> Response:
        return _send(self, request, ChallengePurpose.SIGN_IN)


class ConfirmView(PersonalView):
    """The password again, before something about the sign-in is changed; good for 15 minutes. With a second
    factor the answer is a partial token for ``auth/confirm/second-factor/``."""

    serializer_class = ConfirmInput

    def post(self, request: Any) -> Response:
        attempts_limit(request)
        user: User = request.user
        if user.has_usable_password():
            password = self.read(request)["password"]
            password_sign_in(request._request, email=user.email, password=password)
        if methods_of(user, request, ChallengePurpose.CONFIRM):
            return Response(envelope(half_done(request, user, ChallengePurpose.CONFIRM)))
        session_confirm(request)
        return Response(envelope({}, message=_("Confirmed.")))


class ConfirmSendView(PersonalView):
    """As at sign-in."""

    serializer_class = SendInput

    def post(self, request: Any) -> Response:
        attempts_limit(request)
        return _send(self, request, ChallengePurpose.CONFIRM)


class ConfirmStepView(PersonalView):
    """The second step of a confirmation."""

    serializer_class = SecondStepInput

    def post(self, request: Any) -> Response:
        attempts_limit(request)
        values = self.read(request)
        proven = challenge_answer(
            values["partial_token"],
            ChallengePurpose.CONFIRM,
            method=values["method"],
            answer=values["code"],
            request=request._request,
            expected=request.user,
        )
        session_confirm(request, factor=proven.method)
        return Response(envelope({}, message=_("Confirmed.")))


class SecondFactorsView(PersonalView):
    """My second factors; passkeys are set up in the browser (``/accounts/security/``), others here too."""

    def get(self, request: Any) -> Response:
        rows = SecondFactor.objects.filter(user=request.user, confirmed_at__isnull=False)
        data = {
            "required": factor_required(request.user),
            "allowed": allowed_methods(),
            "backup_codes_left": backup_codes_left(request.user),
            "factors": [
                {
                    "id": row.pk,
                    "method": row.method,
                    "label": row.label,
                    "since": iso_time(row.confirmed_at),
                    "last_used": iso_time(row.last_used_at),
                }
                for row in rows
            ],
        }
        return Response(envelope(data))


register_routes(
    [
        path("auth/token/second-factor/", SecondStepView.as_view(), name="auth_second_factor"),
        path("auth/token/second-factor/send/", SendView.as_view(), name="auth_second_factor_send"),
        path("auth/confirm/", ConfirmView.as_view(), name="auth_confirm"),
        path("auth/confirm/send/", ConfirmSendView.as_view(), name="auth_confirm_send"),
        path("auth/confirm/second-factor/", ConfirmStepView.as_view(), name="auth_confirm_second_factor"),
        path("auth/second-factors/", SecondFactorsView.as_view(), name="auth_second_factors"),
    ]
)
