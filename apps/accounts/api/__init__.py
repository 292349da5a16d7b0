"""API of sign-in, people, roles and access."""

from apps.accounts.api import auth, factors, grants, keys, people, rules, second_step

__all__ = ["auth", "factors", "grants", "keys", "people", "rules", "second_step"]
