"""How often one address may try to sign in, reset a password or use a link, whatever it tries."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import ApiKey
from apps.accounts.services.sign_in import TooManyAttempts
from apps.core.api.throttling import SignInThrottle, Throttle


class KeyThrottle(Throttle):
    """As many calls a minute as the API key allows."""

    scope = "key"
    rate = "1/min"  # replaced by the key's own

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        key = getattr(request, "auth", None)
        if not isinstance(key, ApiKey):
            return None
        self.num_requests, self.duration = key.per_minute, 60
        return f"throttle_key_{key.prefix}"


def attempts_limit(request: Any) -> None:
    """Raises TooManyAttempts when this address tries too often."""
    if wait := SignInThrottle().refused(request):
        raise TooManyAttempts(
            _("Too many tries. Please wait %(n)d seconds.") % {"n": wait}, retry_after=wait, code="throttled"
        )
