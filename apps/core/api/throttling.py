"""Rate limits by user and by address, each inside its organisation (the cache key carries it); the plan's."""

from __future__ import annotations

from typing import Any

from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from apps.core.quota import quota_claim


class Throttle(SimpleRateThrottle):
    """Base of all limits; the rate of a scope is in the settings."""

    def get_rate(self) -> str | None:
        return self.THROTTLE_RATES.get(self.scope)


class UserThrottle(Throttle):
    scope = "user"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        user = getattr(request, "user", None)
        return f"throttle_user_{user.pk}" if user is not None and user.is_authenticated else None


class AddressThrottle(Throttle):
    scope = "address"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"throttle_{self.scope}_{self.get_ident(request)}"


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
