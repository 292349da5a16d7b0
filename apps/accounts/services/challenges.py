"""The second step: started after the password, ended by a code, a backup code or a passkey.

A challenge is good once, for five minutes and five wrong answers. A code that is mailed or texted belongs to
its challenge, is good for the challenge's life and can be asked for three times, half a minute apart.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.accounts.models import (
    BACKUP,
    ChallengePurpose,
    FactorMethod,
    SecondFactor,
    SignInChallenge,
    User,
)
from apps.accounts.services.backup_codes import backup_code_use, backup_codes_left
from apps.accounts.services.code_messages import code_mail, code_text
from apps.accounts.services.factors import factors_of, totp_use
from apps.accounts.services.lockout import second_step_failed, second_step_locked_until
from apps.accounts.services.passkeys import host_of, passkey_proven, request_options
from apps.accounts.services.sign_in import SignInRefused, TooManyAttempts
from apps.core.errors import InvalidInput
from apps.core.locks import lock_row
from apps.core.tenant import current_schema

LIFE = timedelta(minutes=5)
MAX_WRONG, MAX_SENDS = 5, 3
SEND_AGAIN = timedelta(seconds=30)
SENT_METHODS = (FactorMethod.EMAIL, FactorMethod.SMS)


class ChallengeOver(SignInRefused):
    """The challenge is unknown, was used, is too old or had too many wrong answers (HTTP 401)."""

    code = "challenge_over"


def _hash(token: str) -> str:
    return hashlib.sha256(f"{current_schema()}:challenge:{token}".encode()).hexdigest()


def _code_hash(challenge: SignInChallenge, code: str) -> str:
    return salted_hmac(f"{current_schema()}.challenge.{challenge.pk}", code, algorithm="sha256").hexdigest()


def challenge_start(
    user: User | None, purpose: ChallengePurpose, *, method: str = "", phone: str = ""
) -> str:
    """A new challenge's token; earlier ones of the same purpose end. ``method`` and ``phone``: at set-up."""
    now = timezone.now()
    old = Q(expires_at__lt=now)
    if user is not None:
        old |= Q(user=user, purpose=purpose, used_at=None)
    SignInChallenge.objects.filter(old).delete()
    token = secrets.token_urlsafe(32)
    SignInChallenge.objects.create(
        user=user, purpose=purpose, token_hash=_hash(token), method=method, phone=phone, expires_at=now + LIFE
    )
    return token


def challenge_find(token: str, purpose: ChallengePurpose) -> SignInChallenge:
    """The challenge if it is still open. Raises ChallengeOver."""
    found = (
        SignInChallenge.objects.select_related("user")
        .filter(token_hash=_hash(token), purpose=purpose, used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    lost = found is None or found.attempts >= MAX_WRONG
    if lost or (found.user and (not found.user.is_active or found.user.deleted_at)):  # type: ignore[union-attr]  # a challenge that was found has its user and time
        raise ChallengeOver(_("This took too long or was wrong too often. Please start again."))
    return found  # type: ignore[return-value]  # a challenge that was found has its user and time


def methods_of(user: User, request: Any, purpose: ChallengePurpose = ChallengePurpose.SIGN_IN) -> list[str]:
    """Ways by which this person can take the second step here, the strongest first.

    Who has neither password nor factor (he comes by an identity provider) confirms by a mailed code.
    """
    host = host_of(request)
    usable = [f.method for f in factors_of(user) if f.method != FactorMethod.PASSKEY or f.host == host]
    order = (FactorMethod.PASSKEY, FactorMethod.TOTP, FactorMethod.EMAIL, FactorMethod.SMS)
    found: list[str] = [str(method) for method in order if method in usable]
    if found or factors_of(user):
        return [*found, BACKUP] if backup_codes_left(user) else found
    confirms = purpose == ChallengePurpose.CONFIRM and not user.has_usable_password()
    return [str(FactorMethod.EMAIL)] if confirms else []


def challenge_send(token: str, purpose: ChallengePurpose, method: str, request: Any) -> dict[str, Any]:
    """Mail or text a fresh code, or give the passkey's question. Raises ChallengeOver, InvalidInput,
    TooManyAttempts. The answer holds ``sent_to`` (masked) or ``options``."""
    found = challenge_find(token, purpose)
    with transaction.atomic():
        challenge = lock_row(SignInChallenge, found.pk)
        challenge.user = found.user
        if purpose == ChallengePurpose.ENROL:
            allowed = [challenge.method]
        else:
            allowed = methods_of(found.user, request, purpose) if found.user else [FactorMethod.PASSKEY]
        if method not in allowed:
            raise InvalidInput(_("This way is not open to you."), field="method")
        if method == FactorMethod.PASSKEY:
            options, challenge.state = request_options(found.user, request)
            challenge.save(update_fields=["state"])
            return {"options": options}
        if method in SENT_METHODS:
            return {"sent_to": _send_code(challenge, method)}
    raise InvalidInput(_("Nothing is sent for this way."), field="method")


def _send_code(challenge: SignInChallenge, method: str) -> str:
    now = timezone.now()
    wait = (challenge.sent_at + SEND_AGAIN - now).total_seconds() if challenge.sent_at else 0
    if wait > 0 or challenge.sends >= MAX_SENDS:
        seconds = (
            int(wait if challenge.sends < MAX_SENDS else (challenge.expires_at - now).total_seconds()) + 1
        )
        text = _("A code was sent already. Please wait %(n)d seconds.") % {"n": seconds}
        raise TooManyAttempts(text, retry_after=seconds, code="throttled")
    code = f"{secrets.randbelow(10**6):06d}"
    challenge.method, challenge.code_hash = method, _code_hash(challenge, code)
    challenge.sent_at, challenge.code_until = now, challenge.expires_at
    challenge.sends += 1
    challenge.save(update_fields=["method", "code_hash", "sent_at", "code_until", "sends"])
    user = challenge.user
    if method == FactorMethod.EMAIL:
        return code_mail(user, code)  # type: ignore[arg-type]  # a code is sent to a known user
    phone = challenge.phone or SecondFactor.objects.get(user=user, method=FactorMethod.SMS).phone
    return code_text(user, phone, code)  # type: ignore[arg-type]  # a code is sent to a known user


@dataclass(frozen=True)
class Proven:
    """Who took the second step, how, and with which passkey."""

    user: User
    method: str
    challenge: SignInChallenge
    passkey: SecondFactor | None = None


def challenge_answer(
    token: str,
    purpose: ChallengePurpose,
    *,
    method: str,
    answer: str,
    request: Any,
    expected: User | None = None,
) -> Proven:
    """Take the second step, once; ``expected``: whose it must be.

    Raises ChallengeOver, SignInRefused (wrong), TooManyAttempts (locked).
    """
    found = challenge_find(token, purpose)
    if expected is not None and found.user != expected:
        raise ChallengeOver(_("Please start again."))
    if found.user is not None:
        _refuse_locked(found.user)
    with transaction.atomic():
        challenge = lock_row(SignInChallenge, found.pk)
        challenge.user = found.user
        if challenge.used_at is not None or challenge.attempts >= MAX_WRONG:
            raise ChallengeOver(_("This took too long or was wrong too often. Please start again."))
        proven = _proven(challenge, method, answer.strip(), request)
        if proven is None:
            challenge.attempts += 1
            challenge.save(update_fields=["attempts"])
        else:
            challenge.used_at, challenge.code_hash = timezone.now(), ""
            challenge.save(update_fields=["used_at", "code_hash"])
    if proven is None:
        if found.user is not None:
            second_step_failed(request, found.user.email)
            _refuse_locked(found.user)
        raise SignInRefused(_("This is not right. Please try again."), code="wrong_code")
    return proven


def _refuse_locked(user: User) -> None:
    until = second_step_locked_until(user.email)
    if until is not None:
        wait = max(1, int((until - timezone.now()).total_seconds()) + 1)
        raise TooManyAttempts(
            _("Too many wrong codes. Please wait %(n)d seconds.") % {"n": wait}, retry_after=wait
        )


def _proven(challenge: SignInChallenge, method: str, answer: str, request: Any) -> Proven | None:
    user, held = challenge.user, False
    if method == FactorMethod.PASSKEY:
        state, challenge.state = challenge.state, {}
        challenge.save(update_fields=["state"])
        factor = passkey_proven(answer, state, user, request) if state else None
        return Proven(factor.user, method, challenge, factor) if factor else None
    if user is None:
        return None
    code = "".join(answer.split())
    if method in SENT_METHODS:
        held = _sent_code_holds(challenge, method, code)
    elif challenge.purpose != ChallengePurpose.ENROL:
        if method == FactorMethod.TOTP:
            held = totp_use(user, code)
        elif method == BACKUP:
            held = backup_code_use(user, code, request=request)
    return Proven(user, method, challenge) if held else None


def _sent_code_holds(challenge: SignInChallenge, method: str, code: str) -> bool:
    if challenge.method != method or not challenge.code_hash or challenge.code_until < timezone.now():  # type: ignore[operator]  # a challenge that was found has its user and time
        return False
    held = constant_time_compare(challenge.code_hash, _code_hash(challenge, code))
    if held and challenge.user is not None:
        factors = SecondFactor.objects.filter(user=challenge.user, method=method)
        factors.update(last_used_at=timezone.now())
    return held
