"""Lock-out after failed sign-ins, for a time that grows with each failure.

Failures are counted by account **and** source. The source is the browser, where the owner signed in before
(``devices.py``), else the address: a stranger who guesses locks the account for his own address only, even
behind the owner's router. Against guessing from many addresses at once the failures of all unknown sources
are counted together as well; that locks nobody out, it makes every unknown source wait after its first
failure instead of its fifth. So whoever has the right password comes in from an address that has not failed
itself, in whatever program, and guessing costs one address a try.
While locked nothing is checked and nothing counts, so that waiting always ends it. Wrong second factors are
counted for the account as a whole: who comes so far knows the password.

The rows are django-axes' (its backend asks this handler before any password is looked at, on every way to
sign in); its column ``user_agent`` names what a row counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt, AccessAttemptExpiration
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.devices import known_device
from apps.accounts.services.access_log import access_log_write
from apps.core.address import client_address
from apps.core.locks import lock_row

FIRST_LOCK = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(hours=24)
EVERYWHERE, SECOND_STEP = "everywhere", "second-step"
NOWHERE = "0.0.0.0"  # noqa: S104 - in rows that count no address, which the table's unique key wants filled


@dataclass(frozen=True)
class Rule:
    """How many failures are free, and the longest lock after more of them."""

    free: int
    longest: timedelta


SOURCE_RULE = Rule(free=5, longest=timedelta(hours=1))
ATTACKED_RULE = Rule(free=1, longest=timedelta(hours=1))  # of unknown sources while many of them fail
ATTACK = 50  # failures of unknown sources together
ATTACK_LASTS = timedelta(hours=1)  # after the last of them
SECOND_RULE = Rule(free=10, longest=timedelta(hours=1))


def lock_time(failures: int, rule: Rule = SOURCE_RULE) -> timedelta:
    """How long is locked after so many failures: nothing while they are free, then 30 s, doubled each
    time.
    """
    if failures < rule.free:
        return timedelta(0)
    return min(FIRST_LOCK * 2 ** min(failures - rule.free, 12), rule.longest)


def account_key(email: str) -> str:
    """The account name as the lock's rows keep it."""
    return email.strip().lower()[:254]


@dataclass(frozen=True)
class Counter:
    """One row that counts: of an address, or of what ``name`` says. rule: None where it locks nothing."""

    address: str
    name: str
    rule: Rule | None

    @property
    def where(self) -> Q:
        return Q(ip_address=self.address, user_agent=self.name)


def _counters(request: Any, email: str) -> list[Counter]:
    """What a wrong password of this request counts for, the source first."""
    device = known_device(request, email)
    if device:
        return [Counter(NOWHERE, f"device:{device}", SOURCE_RULE)]
    rule = ATTACKED_RULE if _attacked(email) else SOURCE_RULE
    return [Counter(_source(client_address(request)), "", rule), Counter(NOWHERE, EVERYWHERE, None)]


def _source(address: str) -> str:
    """An address as it counts: of IPv6 the network, whose addresses one person has all; one of IPv4 that is
    written as IPv6 is itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return NOWHERE
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(ip_network(f"{parsed}/64", strict=False).network_address)


def _attacked(email: str) -> bool:
    """Whether many unknown sources failed at this account lately."""
    return AccessAttempt.objects.filter(
        username=account_key(email),
        user_agent=EVERYWHERE,
        failures_since_start__gte=ATTACK,
        attempt_time__gt=timezone.now() - ATTACK_LASTS,
    ).exists()


def locked_until(request: Any, email: str) -> datetime | None:
    """Until when sign-in to this account from this source is refused; None when it isn't."""
    return _until(email, _counters(request, email))


def second_step_locked_until(email: str) -> datetime | None:
    """Until when no second factor of this account is looked at."""
    return _until(email, [Counter(NOWHERE, SECOND_STEP, SECOND_RULE)])


def _until(email: str, counters: list[Counter]) -> datetime | None:
    condition = Q()
    for counter in counters:
        condition |= counter.where
    rows = AccessAttempt.objects.filter(condition, username=account_key(email)).filter(
        expiration__expires_at__gt=timezone.now()
    )
    return max(rows.values_list("expiration__expires_at", flat=True), default=None)


def failure_count(request: Any, email: str) -> None:
    """Count a wrong password, lock when there were enough, write both to the access log."""
    _count(request, email, _counters(request, email), AccessEvent.SIGN_IN_FAILED)


def second_step_failed(request: Any, email: str) -> None:
    """Count a wrong second factor."""
    _count(request, email, [Counter(NOWHERE, SECOND_STEP, SECOND_RULE)], AccessEvent.SECOND_FACTOR_FAILED)


def _count(request: Any, email: str, counters: list[Counter], event: AccessEvent) -> None:
    now = timezone.now()
    AccessAttempt.objects.filter(attempt_time__lt=now - FORGOTTEN_AFTER).delete()
    locks = [_one_more(account_key(email), counter, now) for counter in counters]
    access_log_write(event, request=request, label=account_key(email))
    failures, wait = max(locks, key=lambda item: item[1])
    if wait:
        detail = {"seconds": int(wait.total_seconds()), "failures": failures}
        access_log_write(AccessEvent.LOCKED, request=request, label=account_key(email), detail=detail)


def _one_more(account: str, counter: Counter, now: datetime) -> tuple[int, timedelta]:
    with transaction.atomic():
        row, _new = AccessAttempt.objects.get_or_create(
            username=account,
            ip_address=counter.address,
            user_agent=counter.name,
            defaults={"failures_since_start": 0, "get_data": "", "post_data": ""},
        )
        attempt = lock_row(AccessAttempt, row.pk)
        attempt.failures_since_start += 1
        attempt.attempt_time = now
        attempt.save()
        wait = lock_time(attempt.failures_since_start, counter.rule) if counter.rule else timedelta(0)
        if wait:
            AccessAttemptExpiration.objects.update_or_create(
                access_attempt=attempt, defaults={"expires_at": now + wait}
            )
    return attempt.failures_since_start, wait


def failures_forget(email: str, request: Any = None) -> int:
    """Unlock an account everywhere, or (signed in) for the source of a request; returns how many rows
    went.
    """
    attempts = AccessAttempt.objects.filter(username=account_key(email))
    if request is not None:
        condition = Q(user_agent=SECOND_STEP)
        for counter in _counters(request, email):
            if counter.name != EVERYWHERE:
                condition |= counter.where
        attempts = attempts.filter(condition)
    return attempts.delete()[0]


class GrowingLockHandler(AxesHandler):
    """What axes asks and tells at every ``authenticate`` and ``login``."""

    def is_locked(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        email = (credentials or {}).get("username") or ""
        return locked_until(request, email) is not None

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        email = (credentials or {}).get("username") or ""
        row = AccessAttempt.objects.filter(
            _counters(request, email)[0].where, username=account_key(email)
        ).first()
        return row.failures_since_start if row else 0

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        email = (credentials or {}).get("username") or ""
        if request is not None and not self.is_locked(request, credentials):
            failure_count(request, email)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        failures_forget(user.email, request)

    def user_logged_out(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Nothing to count."""

    def post_save_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Nothing follows a kept attempt."""

    def post_delete_access_attempt(self, instance: Any, **kwargs: Any) -> None:
        """Nothing follows a forgotten attempt."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        return failures_forget(username or "")
