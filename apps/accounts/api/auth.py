"""Sign-in, tokens, one's own profile, password and sign-ins over the API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.bases import OpenView, PersonalView, text_field
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.api.second_step import half_done
from apps.accounts.limits import attempts_limit
from apps.accounts.models import ApiKey, ChallengePurpose, SignInSession, User
from apps.accounts.selectors import profile_data
from apps.accounts.services.addresses import email_change_offer
from apps.accounts.services.factors import factors_of
from apps.accounts.services.passwords import (
    invitation_accept,
    password_change,
    password_reset,
    password_reset_ask,
)
from apps.accounts.services.profile import OWN_FIELDS, profile_save
from apps.accounts.services.sessions import (
    current_sign_in,
    open_sessions,
    session_end,
    sessions_end_all,
)
from apps.accounts.services.sign_in import password_sign_in
from apps.accounts.tokens import pair_issue, pair_refresh, pair_revoke
from apps.accounts.ways import other_way
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, model_field, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed, NotFound


class SignInInput(StrictSerializer):
    email = serializers.CharField(max_length=254)
    password = text_field()


class RefreshInput(StrictSerializer):
    refresh = text_field()


class ResetAskInput(StrictSerializer):
    email = serializers.CharField(max_length=254)


class ResetInput(StrictSerializer):
    token = text_field(max_length=200)
    password = text_field()


class AcceptInput(ResetInput):
    name = serializers.CharField(max_length=120, required=False, default="")


class PasswordInput(StrictSerializer):
    current_password = text_field()
    password = text_field()


class EmailInput(StrictSerializer):
    email = serializers.CharField(max_length=254)


class TokenView(OpenView):
    """E-mail and password → {access, refresh}; or {two_factor_required, partial_token, methods} where the
    person has a second factor: the partial token is good for five minutes, once. 403 ``sso_required`` where
    he has to come through the organisation's identity provider, with its pages in ``data.sign_in``."""

    serializer_class = SignInInput

    def post(self, request: Any) -> Response:
        values = self.read(request)
        user = password_sign_in(request._request, **values)
        other_way().local_refuse(user)
        if factors_of(user):
            return Response(envelope(half_done(request, user, ChallengePurpose.SIGN_IN)))
        return Response(envelope(pair_issue(request._request, user), message=_("Signed in.")))


class RefreshView(OpenView):
    """A refresh token, once → a new pair."""

    serializer_class = RefreshInput

    def post(self, request: Any) -> Response:
        return Response(envelope(pair_refresh(request._request, self.read(request)["refresh"])))


class RevokeView(OpenView):
    """A refresh token → its sign-in ends."""

    serializer_class = RefreshInput

    def post(self, request: Any) -> Response:
        pair_revoke(request._request, self.read(request)["refresh"])
        return Response(envelope({}, message=_("Signed out.")))


class ResetAskView(OpenView):
    """Mail a link for a new password; the answer is the same for a known and an unknown address."""

    serializer_class = ResetAskInput

    def post(self, request: Any) -> Response:
        password_reset_ask(email=self.read(request)["email"], request=request._request)
        text = _("If we know this address, a mail with a link is on its way.")
        return Response(envelope({}, message=text))


class ResetView(OpenView):
    """The link's token and the new password."""

    serializer_class = ResetInput

    def post(self, request: Any) -> Response:
        password_reset(**self.read(request), request=request._request)
        return Response(envelope({}, message=_("The new password is set.")))


class AcceptView(OpenView):
    """An invitation's token, name and first password → {access, refresh}; or, as at ``auth/token/``, the
    partial token of somebody who was here before and has a second factor."""

    serializer_class = AcceptInput

    def post(self, request: Any) -> Response:
        user = invitation_accept(**self.read(request), request=request._request)
        if factors_of(user):
            return Response(envelope(half_done(request, user, ChallengePurpose.SIGN_IN)))
        return Response(envelope(pair_issue(request._request, user), message=_("Welcome.")))


class MeView(APIView):
    """Who am I, what may I do, which modules are on; PATCH changes one's own name, language and look."""

    def get(self, request: Any) -> Response:
        return Response(envelope(profile_data(request.user)))

    def patch(self, request: Any) -> Response:
        if isinstance(request.auth, ApiKey):
            raise NotAllowed(_("An API key can't do this. Please sign in."))
        attrs = {name: model_field(User, name) for name in OWN_FIELDS}
        serializer = type("ProfileInput", (StrictSerializer,), attrs)(data=request.data, partial=True)
        raise_invalid(serializer)

        def work() -> tuple[int, Any, str]:
            return 200, profile_data(profile_save(user=request.user, values=serializer.validated_data)), ""

        return api_write(request, work)


class PasswordView(PersonalView):
    """Change one's own password; every other sign-in ends."""

    serializer_class = PasswordInput

    def post(self, request: Any) -> Response:
        attempts_limit(request)
        values = self.read(request)
        password_change(
            user=request.user,
            current=values["current_password"],
            password=values["password"],
            request=request._request,
        )
        text = _("The password is changed. Please sign in again.")
        return Response(envelope({}, message=text))


class EmailView(PersonalView):
    """Ask for a new e-mail address; it counts once the links sent to it and to the old one were opened."""

    serializer_class = EmailInput

    def post(self, request: Any) -> Response:
        attempts_limit(request)
        confirmed_or_refuse(request)
        email, user = self.read(request)["email"], request.user
        email_change_offer(user=user, email=email, by=user, request=request._request)
        return Response(envelope({}, message=_("A mail with a link was sent to both addresses.")))


def session_data(session: SignInSession, request: Any) -> dict[str, Any]:
    """One sign-in as the API and the profile page show it."""
    token = request.auth
    current = bool(token) and token.get("fam") == session.family.hex
    if not current and session.session_key and not token:
        current = session.session_key == request.session.session_key
    return {
        "id": session.pk,
        "kind": session.session_kind,
        "device": session.agent,
        "address": session.address,
        "second_factor": session.second_factor,
        "since": iso_time(session.started_at),
        "last_seen": iso_time(session.seen_at),
        "current": current,
    }


class SessionsView(PersonalView):
    """Where I am signed in."""

    def get(self, request: Any) -> Response:
        return Response(envelope([session_data(row, request) for row in open_sessions(request.user)]))


class SessionEndView(PersonalView):
    """Sign out one device; another than this one after a fresh proof."""

    def post(self, request: Any, pk: int) -> Response:
        session = SignInSession.objects.filter(user=request.user, pk=pk, ended_at=None).first()
        if session is None:
            raise NotFound(_("Not found."))
        if session != current_sign_in(request):
            confirmed_or_refuse(request)
        session_end(session, by=request.user)
        return Response(envelope({"id": pk}, message=_("Signed out.")))


class SessionsEndView(PersonalView):
    """Sign out everywhere, here too, after a fresh proof."""

    def post(self, request: Any) -> Response:
        confirmed_or_refuse(request)
        count = sessions_end_all(request.user)
        return Response(envelope({"ended": count}, message=_("Signed out everywhere.")))


register_routes(
    [
        path("auth/token/", TokenView.as_view(), name="auth_token"),
        path("auth/token/refresh/", RefreshView.as_view(), name="auth_refresh"),
        path("auth/token/revoke/", RevokeView.as_view(), name="auth_revoke"),
        path("auth/me/", MeView.as_view(), name="auth_me"),
        path("auth/password/", PasswordView.as_view(), name="auth_password"),
        path("auth/password/reset/", ResetAskView.as_view(), name="auth_reset_ask"),
        path("auth/password/reset/confirm/", ResetView.as_view(), name="auth_reset"),
        path("auth/email/", EmailView.as_view(), name="auth_email"),
        path("auth/invitation/accept/", AcceptView.as_view(), name="auth_accept"),
        path("auth/sessions/", SessionsView.as_view(), name="auth_sessions"),
        path("auth/sessions/<int:pk>/end/", SessionEndView.as_view(), name="auth_session_end"),
        path("auth/sessions/end-all/", SessionsEndView.as_view(), name="auth_sessions_end"),
    ]
)
