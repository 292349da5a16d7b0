"""API authentication: a token of one organisation is refused by every other."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import RefreshToken, Token

from apps.accounts.models import User
from apps.core.tenant import current_schema

TENANT_CLAIM = "org"
STAMP_CLAIM = "stamp"


def _audience() -> str:
    return f"bahi:{current_schema()}"


def password_stamp(user: User) -> str:
    """Short fingerprint of the password: tokens end when the password changes."""
    from django.utils.crypto import salted_hmac

    return salted_hmac(f"{current_schema()}.token", user.password).hexdigest()[:16]


def _bind(token: Token, user: User) -> Token:
    token[TENANT_CLAIM] = current_schema()
    token["aud"] = _audience()
    token[STAMP_CLAIM] = password_stamp(user)
    return token


class BoundRefreshToken(RefreshToken):
    """Refresh token that carries the organisation; its access tokens carry it too."""

    @classmethod
    def for_user(cls, user: Any) -> BoundRefreshToken:
        token = super().for_user(user)
        return _bind(token, user)  # type: ignore[return-value]


def check_token(token: Token) -> None:
    """Raises InvalidToken when the token was made for another organisation."""
    if token.get(TENANT_CLAIM) != current_schema() or token.get("aud") != _audience():
        raise InvalidToken(_("This token belongs to another organisation."))


class TenantJWTAuthentication(JWTAuthentication):
    """``Authorization: Bearer``. The header wins over a session."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        token = super().get_validated_token(raw_token)
        check_token(token)
        return token

    def authenticate(self, request: Any) -> tuple[User, Token] | None:
        result = super().authenticate(request)
        if result is not None:
            request._request.bahi_api_user = result[0]
        return result

    def get_user(self, validated_token: Token) -> User:
        user = User.objects.filter(pk=validated_token.get("sub")).first()
        if user is None or not user.is_active or user.deleted_at is not None:
            raise exceptions.AuthenticationFailed(_("This user is not active."), code="user_inactive")
        if validated_token.get(STAMP_CLAIM) != password_stamp(user):
            raise InvalidToken(_("The password was changed. Please sign in again."))
        return user


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session on the same origin, with CSRF. Ignored when an Authorization header is there."""

    def authenticate(self, request: Any) -> tuple[User, None] | None:
        if request.META.get("HTTP_AUTHORIZATION"):
            raise exceptions.AuthenticationFailed(_("The Authorization header is not understood."))
        return super().authenticate(request)

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
