"""Lock-out after failed sign-ins, by account **and** address, for a time that grows with each failure.

A stranger who guesses locks the account for his own address only: its owner, elsewhere, signs in as before.
While locked nothing is checked and nothing counts, so that waiting always ends it. The rows are django-axes'
(its backend asks this handler before any password is looked at, on every way to sign in).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt, AccessAttemptExpiration
from django.db import transaction
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.address import client_address
from apps.core.locks import lock_row

FREE_FAILURES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)


def lock_time(failures: int) -> timedelta:
    """How long an account is locked after so many failures: under five 0, then 30 s, doubled up to 1 h."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    return min(FIRST_LOCK * 2 ** min(failures - FREE_FAILURES, 12), LONGEST_LOCK)


def account_key(email: str) -> str:
    """The account name as the lock's rows keep it."""
    return email.strip().lower()[:254]


def locked_until(email: str, address: str) -> datetime | None:
    """Until when sign-in to this account from this address is refused; None when it isn't."""
    row = AccessAttemptExpiration.objects.filter(
        access_attempt__username=account_key(email),
        access_attempt__ip_address=address or None,
        expires_at__gt=timezone.now(),
    ).first()
    return row.expires_at if row else None


def failure_count(request: Any, email: str) -> None:
    """Count a failure, lock when there were enough, write both to the access log."""
    address, now = client_address(request), timezone.now()
    AccessAttempt.objects.filter(attempt_time__lt=now - FORGOTTEN_AFTER).delete()
    with transaction.atomic():
        row, _new = AccessAttempt.objects.get_or_create(
            username=account_key(email),
            ip_address=address or None,
            user_agent="",
            defaults={"failures_since_start": 0, "get_data": "", "post_data": ""},
        )
        attempt = lock_row(AccessAttempt, row.pk)
        attempt.failures_since_start += 1
        attempt.attempt_time = now
        attempt.save()
        wait = lock_time(attempt.failures_since_start)
        if wait:
            AccessAttemptExpiration.objects.update_or_create(
                access_attempt=attempt, defaults={"expires_at": now + wait}
            )
    access_log_write(AccessEvent.SIGN_IN_FAILED, request=request, label=account_key(email))
    if wait:
        access_log_write(
            AccessEvent.LOCKED,
            request=request,
            label=account_key(email),
            detail={"seconds": int(wait.total_seconds()), "failures": attempt.failures_since_start},
        )


def failures_forget(email: str, address: str | None = None) -> int:
    """Unlock an account (for one address, or everywhere); returns how many locks were dropped."""
    attempts = AccessAttempt.objects.filter(username=account_key(email))
    if address is not None:
        attempts = attempts.filter(ip_address=address or None)
    return attempts.delete()[0]


class GrowingLockHandler(AxesHandler):
    """What axes asks and tells at every ``authenticate`` and ``login``."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        email = (credentials or {}).get("username") or ""
        return locked_until(email, client_address(request)) is not None

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        row = AccessAttempt.objects.filter(
            username=account_key((credentials or {}).get("username") or ""),
            ip_address=client_address(request) or None,
        ).first()
        return row.failures_since_start if row else 0

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        email = (credentials or {}).get("username") or ""
        if request is not None and not self.is_locked(request, credentials):
            failure_count(request, email)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        failures_forget(user.email, client_address(request))

    def user_logged_out(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Nothing to count."""

    def post_save_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Nothing follows a kept attempt."""

    def post_delete_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Nothing follows a forgotten attempt."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        return failures_forget(username or "", ip_address)
