"""Rate limits by user, address and organisation, each inside its organisation (the cache key carries it); the
plan's."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from apps.core.quota import quota_claim


class Throttle(SimpleRateThrottle):
    """Base of all limits; the rate of a scope is in the settings.

    Counts per window, and of the window before as much as still reaches into the last ``duration`` seconds:
    two small numbers, however high the rate, where a list of moments would grow with it.
    """

    remaining = 0.0  # seconds until the present window ends

    def get_rate(self) -> str | None:
        return self.THROTTLE_RATES.get(self.scope)

    def allow_request(self, request: Any, view: Any) -> bool:
        key = self.get_cache_key(request, view) if self.rate is not None else None
        if key is None:
            return True
        window, passed = divmod(self.timer(), self.duration)
        self.remaining = self.duration - passed
        before = self.cache.get(f"{key}_{int(window) - 1}", 0) * self.remaining / self.duration
        return before + self._count(f"{key}_{int(window)}") < self.num_requests + 1

    def _count(self, key: str) -> int:
        """How often, with this time, in this window."""
        try:
            return self.cache.incr(key)
        except ValueError:  # the first in it, or there was one between the two calls
            return 1 if self.cache.add(key, 1, 2 * self.duration) else self._again(key)

    def _again(self, key: str) -> int:
        try:
            return self.cache.incr(key)
        except ValueError:  # it went meanwhile
            self.cache.set(key, 1, 2 * self.duration)
            return 1

    def wait(self) -> float:
        """Seconds to wait, as Django REST framework asks for them."""
        return self.remaining

    def refused(self, request: Any) -> int:
        """Outside of the API: whole seconds that this call has to wait, 0 where it may go on."""
        return 0 if self.allow_request(request, None) else self.seconds()

    def seconds(self) -> int:
        """Whole seconds to wait, for Retry-After: never 0, which would invite to try at once."""
        return int(self.remaining) + 1


class UserThrottle(Throttle):
    scope = "user"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        user = getattr(request, "user", None)
        return f"throttle_user_{user.pk}" if user is not None and user.is_authenticated else None


class OrganisationThrottle(Throttle):
    """All signed-in callers of one organisation together: one busy organisation leaves room for the others.

    Strangers don't count, so that they can't use it up: they have the limit of their address.
    """

    scope = "organisation"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        user = getattr(request, "user", None)
        return "throttle_organisation" if user is not None and user.is_authenticated else None


class AddressThrottle(Throttle):
    scope = "address"

    def get_ident(self, request: Any) -> str:
        """The address as ``ClientAddressMiddleware`` left it."""
        return request.META.get("REMOTE_ADDR") or ""

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"throttle_{self.scope}_{self.get_ident(request)}"


class LinkThrottle(AddressThrottle):
    """Pages behind a link from a mail: enough for an impatient finger, too little to guess tokens."""

    scope = "public_link"
    default_rate = "60/min"

    def get_rate(self) -> str | None:
        return self.THROTTLE_RATES.get(self.scope, self.default_rate)


class SignInThrottle(Throttle):
    scope = "sign_in"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"throttle_sign_in_{self.get_ident(request)}"


class PlanThrottle(BaseThrottle):
    """API calls a day, as the organisation's plan says. Our own pages come with a session and don't count."""

    def allow_request(self, request: Any, view: Any) -> bool:
        if getattr(request, "auth", None) is not None:
            quota_claim("api_calls")
        return True
