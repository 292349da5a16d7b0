"""API authentication: a token of one organisation is refused by every other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions, permissions
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from apps.accounts.door import door_or_refuse, reading_or_refuse
from apps.accounts.events import PortalSignedIn
from apps.accounts.models import ApiKey, SessionKind, SignInSession, User
from apps.accounts.own_tokens import OwnAccessToken
from apps.accounts.selectors import user_read
from apps.accounts.services.keys import (
    EVERYTHING,
    access_within,
    key_find,
    key_seen,
    scopes_only_read,
)
from apps.core.events import announce
from apps.core.keys import key_read
from apps.core.tenant import current_schema

TENANT_CLAIM = "org"
STAMP_CLAIM = "stamp"
FAMILY_CLAIM = "fam"


def _audience() -> str:
    return f"bahi:{current_schema()}"


def password_stamp(user: User) -> str:
    """Short fingerprint of the password: tokens end when the password changes."""
    return salted_hmac(f"{current_schema()}.token", user.password).hexdigest()[:16]


class BoundRefreshToken(RefreshToken):
    """Refresh token with organisation, password stamp and family; its access tokens carry them too."""

    @classmethod
    def for_user(
        cls, user: Any, *, address: str = "", agent: str = "", factor: str = ""
    ) -> BoundRefreshToken:
        """The first token of a new family."""
        token = super().for_user(user)
        session = SignInSession.objects.create(
            user=user,
            session_kind=SessionKind.API,
            token_id=token["jti"],
            address=address,
            agent=agent[:300],
            seen_at=token.current_time,
            confirmed_at=token.current_time,
            second_factor=factor,
            expires_at=datetime.fromtimestamp(token["exp"], UTC),
        )
        if user.is_portal:
            announce(PortalSignedIn(user.pk, "api"))
        return token._bind(session, user)  # type: ignore[return-value]  # the method returns the class it is called on

    @classmethod
    def next_of(cls, session: SignInSession, user: User) -> BoundRefreshToken:
        """The next token of a family; the one before is spent. Must run in a transaction."""
        token = super().for_user(user)
        session.token_id = token["jti"]
        session.seen_at = token.current_time
        session.expires_at = datetime.fromtimestamp(token["exp"], UTC)
        session.save(update_fields=["token_id", "seen_at", "expires_at"])
        return token._bind(session, user)  # type: ignore[return-value]  # the method returns the class it is called on

    def _bind(self, session: SignInSession, user: User) -> BoundRefreshToken:
        self[TENANT_CLAIM] = current_schema()
        self["aud"] = _audience()
        self[STAMP_CLAIM] = password_stamp(user)
        self[FAMILY_CLAIM] = session.family.hex
        return self


_LIVE_SQL = """EXISTS(
    SELECT 1 FROM accounts_signinsession s
    WHERE s.family = %s::uuid AND s.user_id = u.id AND s.ended_at IS NULL
)"""


def check_token(token: Token) -> None:
    """Raises InvalidToken when the token was made for another organisation."""
    if token.get(TENANT_CLAIM) != current_schema() or token.get("aud") != _audience():
        raise InvalidToken(_("This token belongs to another organisation."))
    if not token.get(FAMILY_CLAIM) or key_read(token.get("sub")) is None:
        raise InvalidToken(_("This token is not complete."))


def token_user(token: Token) -> User:
    """The token's user with his access, in one query.

    Raises AuthenticationFailed or InvalidToken when it is over.
    """
    live = {"sign_in_is_live": _LIVE_SQL}
    user = user_read(int(token["sub"]), more=live, params=[token[FAMILY_CLAIM]])
    if user is None or not user.is_active or user.deleted_at is not None:
        raise exceptions.AuthenticationFailed(_("This user is not active."), code="user_inactive")
    if not constant_time_compare(token.get(STAMP_CLAIM) or "", password_stamp(user)):
        raise InvalidToken(_("The password was changed. Please sign in again."))
    if not user.sign_in_is_live:
        raise InvalidToken(_("This sign-in has ended. Please sign in again."))
    return user


class TenantJWTAuthentication(JWTAuthentication):
    """``Authorization: Bearer``. The header wins over a session."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        try:
            token = OwnAccessToken(raw_token)  # type: ignore[arg-type]  # the library takes the text, its types want a Token
        except TokenError as error:
            raise InvalidToken(_("The token is not valid or has expired.")) from error
        check_token(token)
        return token

    def authenticate(self, request: Any) -> tuple[User, Token] | None:
        result = super().authenticate(request)
        if result is not None:
            request._request.bahi_api_user = result[0]
            door_or_refuse(result[0], request)
        return result

    def get_user(self, validated_token: Token) -> User:
        return token_user(validated_token)


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """``Authorization: Api-Key bahi_…``: the key's user with what the key's scopes leave of his rights."""

    keyword = "api-key"

    def authenticate(self, request: Any) -> tuple[User, ApiKey] | None:
        kind, _space, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != self.keyword:
            return None
        key = key_find(text.strip())
        if key is None:
            raise exceptions.AuthenticationFailed(_("This API key is not valid."), code="key_invalid")
        user = key.user
        user.access = access_within(user.access, key.scopes)
        user.key_scopes = None if EVERYTHING in key.scopes else tuple(key.scopes)
        key_seen(key, request)
        request._request.bahi_api_user = user
        door_or_refuse(user, request)
        if scopes_only_read(key.scopes):
            reading_or_refuse(request)
        return user, key

    def authenticate_header(self, request: Any) -> str:
        return "Api-Key"


class NoApiKey(permissions.BasePermission):
    """A key is for business data: it can't change how its owner signs in."""

    message = _("An API key can't do this. Please sign in.")

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.is_authenticated) and not isinstance(request.auth, ApiKey)


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session on the same origin, with CSRF. Ignored when an Authorization header is there."""

    def authenticate(self, request: Any) -> tuple[User, None] | None:
        if request.META.get("HTTP_AUTHORIZATION"):
            raise exceptions.AuthenticationFailed(_("The Authorization header is not understood."))
        return super().authenticate(request)

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
