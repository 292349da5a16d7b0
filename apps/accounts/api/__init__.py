"""API of sign-in, people, roles and access."""

from apps.accounts.api import auth, grants, people

__all__ = ["auth", "grants", "people"]
