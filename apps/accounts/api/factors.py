"""Setting up one's own second factors over the API: what the security page does, with its fresh proof."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import PersonalView, text_field
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.limits import attempts_limit
from apps.accounts.models import ChallengePurpose, FactorMethod
from apps.accounts.services import factors
from apps.accounts.services.backup_codes import backup_codes_make, factor_added
from apps.accounts.services.challenges import SENT_METHODS, challenge_answer, challenge_send, challenge_start
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.errors import Refused
from apps.core.uow import run_in_unit_of_work


class CodeInput(StrictSerializer):
    code = text_field(max_length=40)


class SentInput(StrictSerializer):
    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class SentCodeInput(StrictSerializer):
    partial_token = text_field(max_length=100)
    code = text_field(max_length=40)


class _SetUpView(PersonalView):
    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        attempts_limit(request)
        confirmed_or_refuse(request)


def _added(request: Any, method: str) -> Response:
    """The first factor brings ten backup codes, shown this once."""
    data: dict[str, Any] = {"method": method}
    if codes := factor_added(request, method):
        data["backup_codes"] = codes
    return Response(envelope(data, message=_("It is set up.")), status=201)


class TotpView(_SetUpView):
    """Begin with an authenticator app → {seed, uri}; nothing counts before its first code was sent."""

    def post(self, request: Any) -> Response:
        factor = factors.totp_begin(request.user)
        return Response(envelope(factors.totp_details(factor)))


class TotpConfirmView(_SetUpView):
    """The app's first code; with the first factor the answer has ten backup codes, shown this once."""

    serializer_class = CodeInput

    def post(self, request: Any) -> Response:
        factors.totp_confirm(request.user, self.read(request)["code"], request=request._request)
        return _added(request, FactorMethod.TOTP)


class SentView(_SetUpView):
    """``email`` or ``sms`` (with ``phone``): a code is sent → {partial_token, sent_to}."""

    serializer_class = SentInput
    method = FactorMethod.EMAIL

    def post(self, request: Any) -> Response:
        method = self.method
        factors.method_allowed(method)
        asked = self.read(request)
        number = factors.phone_clean(asked["phone"]) if method == FactorMethod.SMS else ""

        def work() -> dict[str, Any]:
            token = challenge_start(request.user, ChallengePurpose.ENROL, method=method, phone=number)
            sent = challenge_send(token, ChallengePurpose.ENROL, method, request._request)
            return {"partial_token": token, "sent_to": sent["sent_to"]}

        return Response(envelope(run_in_unit_of_work(work)))


class SentConfirmView(_SetUpView):
    """The code that was sent, with its token."""

    serializer_class = SentCodeInput
    method = FactorMethod.EMAIL

    def post(self, request: Any) -> Response:
        method = self.method
        factors.method_allowed(method)
        asked = self.read(request)
        proven = challenge_answer(
            asked["partial_token"],
            ChallengePurpose.ENROL,
            method=method,
            answer=asked["code"],
            request=request._request,
            expected=request.user,
        )
        phone = proven.challenge.phone
        factors.sent_factor_add(request.user, method, phone=phone, request=request._request)
        return _added(request, method)


class FactorRemoveView(_SetUpView):
    """Remove one of one's own; the last one stays where one is required."""

    def delete(self, request: Any, pk: int) -> Response:
        factors.factor_remove(request.user, pk, request=request._request)
        return Response(envelope({"id": pk}, message=_("Removed.")))


class BackupCodesView(_SetUpView):
    """Ten new backup codes, shown this once; the earlier ones end."""

    def post(self, request: Any) -> Response:
        if not factors.factors_of(request.user):
            raise Refused(_("Set up a second factor first."), code="no_factor")
        codes = backup_codes_make(request.user, request=request._request)
        return Response(envelope({"backup_codes": codes}), status=201)


register_routes(
    [
        path("auth/second-factors/totp/", TotpView.as_view(), name="auth_factor_totp"),
        path("auth/second-factors/totp/confirm/", TotpConfirmView.as_view(), name="auth_factor_totp_confirm"),
        path("auth/second-factors/backup-codes/", BackupCodesView.as_view(), name="auth_backup_codes"),
        path("auth/second-factors/<int:pk>/", FactorRemoveView.as_view(), name="auth_factor"),
    ]
)
for _method in SENT_METHODS:
    _address, _name = f"auth/second-factors/{_method.value}/", f"auth_factor_{_method.value}"
    register_routes(
        [
            path(_address, SentView.as_view(method=_method), name=_name),
            path(f"{_address}confirm/", SentConfirmView.as_view(method=_method), name=f"{_name}_confirm"),
        ]
    )
