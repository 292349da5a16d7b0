"""Sign-in by e-mail and password, the same for the page and the API."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services.lockout import locked_until
from apps.core.errors import BahiError


class SignInRefused(BahiError):
    """Wrong e-mail or password, or a user that is switched off: never said which (HTTP 401)."""

    status = 401
    code = "invalid_credentials"


class TooManyAttempts(BahiError):
    """Locked for a while, or too many tries from one address (HTTP 429). ``retry_after`` in seconds."""

    status = 429
    code = "locked_out"

    def __init__(self, detail: str, *, retry_after: int, code: str = "locked_out") -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


def password_sign_in(request: Any, *, email: str, password: str) -> User:
    """The user with this e-mail and password. Raises SignInRefused, TooManyAttempts."""
    _refuse_locked(request, email)
    user = authenticate(request=request, username=email, password=password)
    if user is None:
        _refuse_locked(request, email)
        raise SignInRefused(_("E-mail or password is wrong."))
    return user  # type: ignore[return-value]  # authenticate() gives our own user model


def _refuse_locked(request: Any, email: str) -> None:
    until = locked_until(request, email)
    if until is not None:
        wait = max(1, int((until - timezone.now()).total_seconds()) + 1)
        raise TooManyAttempts(
            _("Too many wrong passwords. Please wait %(n)d seconds, or set a new password by mail.")
            % {"n": wait},
            retry_after=wait,
        )
