"""API of sign-in, people, roles and access."""

from apps.accounts.api import auth, grants, keys, people, second_step

__all__ = ["auth", "grants", "keys", "people", "second_step"]
