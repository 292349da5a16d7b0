"""Sending somebody to a provider and recognising him when he comes back: once, soon, in the same browser."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.models import User
from apps.core.locks import lock_row
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import current_schema
from apps.sso.choices import Purpose
from apps.sso.claims import Claims
from apps.sso.models import IdentityProvider, SsoAttempt, UsedAssertion
from apps.sso.refusals import Reason, SsoRefused

BROWSER = "bahi_sso_browser"  # in the session: ties what comes back to the browser that was sent
LIVES = timedelta(minutes=10)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _kept_page(page: str) -> str:
    """The page to go to afterwards; the start page where it isn't one that can be kept whole."""
    return page if len(page) <= 500 and page.isprintable() else "/"


def derived(token: str, what: str) -> str:
    """A secret of one attempt (``nonce``, ``verifier``) that nobody can work out from its token."""
    return salted_hmac(f"sso.{current_schema()}.{what}", token, algorithm="sha256").hexdigest()


def attempt_start(
    request: Any, provider: IdentityProvider, purpose: Purpose, *, page: str, user: User | None = None
) -> tuple[SsoAttempt, str]:
    """(attempt, its token). The browser gets a mark in its session, if it has none."""
    mark = request.session.setdefault(BROWSER, secrets.token_urlsafe(32))
    token = secrets.token_urlsafe(32)
    attempt = SsoAttempt.objects.create(
        provider=provider,
        purpose=purpose,
        token_hash=_hash(token),
        browser_hash=_hash(mark),
        user=user,
        page=_kept_page(page),
        expires_at=timezone.now() + LIVES,
    )
    return attempt, token


def attempt_unasked(provider: IdentityProvider, *, page: str) -> tuple[SsoAttempt, str]:
    """Somebody began at the provider: there is no browser to compare with."""
    token = secrets.token_urlsafe(32)
    attempt = SsoAttempt.objects.create(
        provider=provider,
        purpose=Purpose.SIGN_IN,
        token_hash=_hash(token),
        page=_kept_page(page),
        expires_at=timezone.now() + LIVES,
    )
    return attempt, token


def attempt_find(token: str, provider: IdentityProvider) -> SsoAttempt:
    """An attempt at this provider that may still be answered. Raises SsoRefused."""
    found = SsoAttempt.objects.filter(
        token_hash=_hash(token), provider=provider, used_at=None, expires_at__gt=timezone.now()
    ).first()
    if found is None:
        raise SsoRefused(Reason.STATE, "unknown, used or expired state")
    return found


def attempt_use(request: Any, token: str, provider: IdentityProvider, *, answered: bool) -> SsoAttempt:
    """Take an attempt, once, in the browser that began it. ``answered``: a response must have come before.

    Raises SsoRefused.
    """
    found = attempt_find(token, provider)
    mark = request.session.get(BROWSER, "")
    if found.browser_hash and not constant_time_compare(found.browser_hash, _hash(mark)):
        raise SsoRefused(Reason.BROWSER, "the state was made for another browser")
    with transaction.atomic():
        attempt = lock_row(SsoAttempt, found.pk)
        if attempt.used_at is not None or (attempt.answered_at is not None) != answered:
            raise SsoRefused(Reason.STATE, "the state was used")
        attempt.used_at = timezone.now()
        attempt.save(update_fields=["used_at"])
    return attempt


def attempt_answer(attempt: SsoAttempt, claims: Claims, *, proof_id: str, until: datetime) -> None:
    """Keep what a believed response said, sealed, until the browser comes for it. Raises SsoRefused."""
    with transaction.atomic():
        proof_use(attempt.provider, proof_id, until=until)
        row = lock_row(SsoAttempt, attempt.pk)
        if row.answered_at is not None or row.used_at is not None:
            raise SsoRefused(Reason.REPLAYED, "the request was answered before")
        secret_write(row, "claims", json.dumps(claims.as_data()))
        row.answered_at = timezone.now()
        row.save(update_fields=["claims", "answered_at"])


def attempt_claims(attempt: SsoAttempt) -> Claims:
    """What the response said; forgotten with this."""
    claims = Claims(**json.loads(secret_read(attempt, "claims")))
    attempt.claims = ""
    attempt.save(update_fields=["claims"])
    return claims


def proof_use(provider: IdentityProvider, proof_id: str, *, until: datetime) -> None:
    """Mark an assertion or message as used; the database lets each in once. Raises SsoRefused."""
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                provider=provider, proof_hash=_hash(proof_id), expires_at=until + timedelta(minutes=10)
            )
    except IntegrityError as error:
        raise SsoRefused(Reason.REPLAYED, f"{proof_id} was used before") from error


def leftovers_remove() -> None:
    """Attempts and used proofs whose time is over, and half-done sign-ins of yesterday."""
    from apps.sso.models import SsoSession

    now = timezone.now()
    SsoAttempt.objects.filter(expires_at__lt=now - timedelta(hours=1)).delete()
    UsedAssertion.objects.filter(expires_at__lt=now).delete()
    SsoSession.objects.filter(sign_in=None, created_at__lt=now - timedelta(days=1)).delete()
    SsoSession.objects.filter(sign_in__ended_at__lt=now - timedelta(days=1)).delete()
