"""API tokens: a short access token and a refresh token that is good once.

A family is one sign-in of one client. Each refresh gives a new refresh token; an old one that comes again
was copied by somebody, so the whole family ends and both have to sign in again.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError

from apps.accounts.authentication import BoundRefreshToken, check_token, token_user
from apps.accounts.choices import AccessEvent
from apps.accounts.models import SignInSession, User
from apps.accounts.selectors import is_stand_in
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.lockout import failures_forget
from apps.accounts.services.policy import factor_missing, factor_required
from apps.accounts.services.sessions import session_end
from apps.accounts.services.sign_in import SignInRefused
from apps.accounts.ways import other_way
from apps.core.address import client_address
from apps.core.errors import NotAllowed
from apps.core.locks import lock_row


class SecondFactorMissing(NotAllowed):
    """The organisation requires a second factor and this person has none yet (HTTP 403)."""

    code = "second_factor_setup_required"


def _refuse_without_factor(user: User) -> None:
    if factor_missing(user):
        raise SecondFactorMissing(
            _("Your organisation requires a second factor. Sign in with a browser and set one up.")
        )


def pair_issue(request: Any, user: User, *, factor: str = "") -> dict[str, str]:
    """A new family for a user who has just proved who he is: {access, refresh}.

    Raises SecondFactorMissing; a refusal where the person has to come through his identity provider.
    """
    if is_stand_in(user):
        raise NotAllowed(_("The operator may not do this."))
    other_way().local_refuse(user)
    _refuse_without_factor(user)
    refresh = BoundRefreshToken.for_user(
        user, address=client_address(request), agent=request.META.get("HTTP_USER_AGENT", ""), factor=factor
    )
    failures_forget(user.email, request)
    access_log_write(
        AccessEvent.SIGN_IN,
        request=request,
        user=user,
        detail={"by": "api", **({"second_step": factor} if factor else {})},
    )
    return _pair(refresh)


def _pair(refresh: BoundRefreshToken) -> dict[str, str]:
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _read(text: str) -> BoundRefreshToken:
    try:
        token = BoundRefreshToken(text)  # type: ignore[arg-type]  # the library takes the text, its types want a Token
        check_token(token)
    except (TokenError, AuthenticationFailed, TypeError, ValueError) as error:
        raise SignInRefused(_("The refresh token is not valid."), code="token_invalid") from error
    return token


def _user(token: BoundRefreshToken) -> User:
    try:
        return token_user(token)
    except AuthenticationFailed as error:
        raise SignInRefused(str(error.detail), code="token_revoked") from error


def pair_refresh(request: Any, text: str) -> dict[str, str]:
    """Exchange a refresh token for a new pair. Raises SignInRefused; reuse ends the family."""
    token = _read(text)
    with transaction.atomic():
        session = _family(token)
        reused = session.token_id != token["jti"]
        if not reused:
            if not session.second_factor:
                _refuse_without_second_step(session.user)
            fresh = BoundRefreshToken.next_of(session, _user(token))
    if reused:
        session_end(session, why="token_reused")
        access_log_write(AccessEvent.TOKEN_REUSED, request=request, user=session.user)
        raise SignInRefused(
            _("This refresh token was used before. Please sign in again."), code="token_reused"
        )
    return _pair(fresh)


def _refuse_without_second_step(user: User) -> None:
    """A rule that came after the sign-in counts from the next refresh on."""
    if factor_required(user):
        raise SignInRefused(
            _("Your organisation requires a second factor. Please sign in again."), code="token_revoked"
        )


def pair_revoke(request: Any, text: str) -> None:
    """Sign the client out: its refresh and access tokens end at once. An ended family is no error."""
    token = _read(text)
    session = SignInSession.objects.filter(family=token["fam"], ended_at=None).first()
    if session:
        session_end(session, why="sign_out")


def _family(token: BoundRefreshToken) -> SignInSession:
    found = SignInSession.objects.filter(family=token["fam"]).first()
    session = lock_row(SignInSession, found.pk) if found else None
    if session is None or session.ended_at is not None:
        raise SignInRefused(_("This sign-in has ended. Please sign in again."), code="token_revoked")
    return session
