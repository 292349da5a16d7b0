"""Where people are signed in: browser sessions and families of API tokens."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.events import PortalSignedIn
from apps.accounts.models import SessionKind, SignInSession, User
from apps.accounts.selectors import is_stand_in
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.policy import factor_missing
from apps.accounts.ways import VIA, other_way
from apps.core.address import client_address
from apps.core.events import announce
from apps.core.live import close_sockets

STARTED, SEEN = "bahi_started", "bahi_seen"
MUST_ENROL = "bahi_must_enrol"  # the person has to set up a second factor before he goes on
VOUCHED = "bahi_vouched"  # the identity provider took the second step: ours isn't asked for
SSO = "sso"


def browser_session_start(
    request: Any, user: User, *, factor: str = "", proven: bool = True
) -> SignInSession:
    """Sign the browser in under a new session key and enter it in the list of sign-ins.

    factor: the second step that was taken, if one was; ``sso``: by the identity provider.
    proven: the person has just shown who he is; else what asks for a fresh proof goes on asking.
    """
    via = request.session.pop(VIA, {})
    login(request, user, backend="apps.accounts.backends.RoleBackend")
    now = timezone.now()
    request.session[VOUCHED] = factor == SSO
    request.session[MUST_ENROL] = _must_enrol(request, user)
    request.session[STARTED] = request.session[SEEN] = int(now.timestamp())
    if not request.session.session_key:
        request.session.save()
    by_way = via.get("user") == user.pk
    access_log_write(
        AccessEvent.SIGN_IN, request=request, user=user, detail=_how(SSO if by_way else "page", factor)
    )
    session = SignInSession.objects.create(
        user=user,
        session_kind=SessionKind.BROWSER,
        session_key=request.session.session_key,
        address=client_address(request),
        agent=request.META.get("HTTP_USER_AGENT", "")[:300],
        seen_at=now,
        confirmed_at=now if proven else None,
        second_factor=factor,
        expires_at=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    if by_way:
        other_way().started(session, via["ref"])
    if user.is_portal:
        announce(PortalSignedIn(user.pk, "page"))
    return session


def _must_enrol(request: Any, user: Any) -> bool:
    """Never the operator's stand-in, who can set nothing up: his own factor guards the platform's sign-in."""
    return not is_stand_in(user) and not request.session.get(VOUCHED, False) and factor_missing(user)


def _how(by: str, factor: str) -> dict[str, str]:
    return {"by": by, "second_step": factor} if factor else {"by": by}


def current_sign_in(request: Any) -> SignInSession | None:
    """The sign-in that a request comes with, of a browser or of API tokens; None for an API key."""
    rows = SignInSession.objects.filter(user=request.user, ended_at=None)
    token = getattr(request, "auth", None)
    if token is not None:
        family = token.get("fam") if hasattr(token, "get") else None
        return rows.filter(family=family).first() if family else None
    key = request.session.session_key
    return rows.filter(session_key=key).first() if key else None


def lately_confirmed(request: Any) -> bool:
    """Whether the person proved himself in this sign-in a short while ago; never the operator's stand-in."""
    if is_stand_in(request.user):
        return False
    session = current_sign_in(request)
    if session is None or session.confirmed_at is None:
        return False
    return session.confirmed_at > timezone.now() - timedelta(seconds=settings.CONFIRM_SECONDS)


def session_confirm(request: Any, *, factor: str = "") -> None:
    """The person has just proved himself again; a browser gets a new session key."""
    session = current_sign_in(request)
    if session is None:
        return
    session.confirmed_at = timezone.now()
    session.second_factor = factor or session.second_factor
    if session.session_key:
        request.session.cycle_key()
        session.session_key = request.session.session_key
    session.save(update_fields=["confirmed_at", "second_factor", "session_key"])
    access_log_write(AccessEvent.CONFIRMED, request=request, user=request.user, detail=_how("again", factor))


def session_second_factor(request: Any, factor: str) -> None:
    """The person has set up a factor in this sign-in: he may go on."""
    if hasattr(request, "session") and getattr(request, "auth", None) is None:  # not for tokens
        request.session[MUST_ENROL] = _must_enrol(request, request.user)
    session = current_sign_in(request)
    if session is not None:
        session.second_factor = factor
        session.save(update_fields=["second_factor"])


def browser_session_end(request: Any) -> None:
    """Sign this browser out."""
    user, key = request.user, request.session.session_key
    if user.is_authenticated:
        _mark(SignInSession.objects.filter(session_key=key, ended_at=None), "sign_out")
        access_log_write(AccessEvent.SIGN_OUT, request=request, user=user)
    logout(request)


def browser_session_rekey(request: Any, old_key: str) -> None:
    """The session got a new key (password change): the list follows."""
    SignInSession.objects.filter(session_key=old_key).untracked_update(
        session_key=request.session.session_key
    )


def session_over(session: Any) -> bool:
    """Whether a browser session idled or lasted too long."""
    now = int(timezone.now().timestamp())
    idle, lasted = now - session.get(SEEN, now), now - session.get(STARTED, now)
    return bool(idle > settings.SESSION_IDLE_SECONDS or lasted > settings.SESSION_COOKIE_AGE)


def session_watch(request: Any) -> bool:
    """Whether this signed-in browser session may go on; ends it after the idle or the absolute limit."""
    now = int(timezone.now().timestamp())
    seen = request.session.get(SEEN, now)
    if session_over(request.session):
        _mark(SignInSession.objects.filter(session_key=request.session.session_key, ended_at=None), "timeout")
        logout(request)
        return False
    if now - seen > settings.SESSION_SEEN_SECONDS:
        request.session[SEEN] = now
        request.session[MUST_ENROL] = _must_enrol(request, request.user)
        SignInSession.objects.filter(session_key=request.session.session_key).untracked_update(
            seen_at=timezone.now()
        )
    return True


def open_sessions(user: User) -> list[SignInSession]:
    """Where this user is signed in now, newest first."""
    return list(SignInSession.objects.filter(user=user, ended_at=None, expires_at__gt=timezone.now()))


def session_end(session: SignInSession, *, why: str = "ended", by: Any = None) -> None:
    """End one sign-in at once: its browser session is gone, its tokens are refused."""
    _end([session], why)
    access_log_write(
        AccessEvent.SESSION_ENDED,
        detail={"user": session.user_id, "device": session.agent[:80], "by": str(by or "")},
    )


def sessions_end_all(user: User, *, keep_key: str = "", why: str = "ended") -> int:
    """End every sign-in of a user except the browser session ``keep_key``; returns how many ended."""
    return sessions_end_these(SignInSession.objects.filter(user=user), keep_key=keep_key, why=why)


def sessions_end_these(found: Any, *, keep_key: str = "", why: str) -> int:
    """End the open ones of a queryset of sign-ins except the browser session ``keep_key``; how many ended."""
    rows = [row for row in found.filter(ended_at=None) if not keep_key or row.session_key != keep_key]
    _end(rows, why)
    return len(rows)


def _end(rows: list[SignInSession], why: str) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        if row.session_key:
            store().delete(row.session_key)
    _mark(SignInSession.objects.filter(pk__in=[row.pk for row in rows]), why)
    for user_id in {row.user_id for row in rows}:
        close_sockets(user_id)  # pages that are still signed in elsewhere come back by themselves


def _mark(rows: Any, why: str) -> None:
    rows.untracked_update(ended_at=timezone.now(), ended_why=why)
