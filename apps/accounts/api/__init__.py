"""API of sign-in, people, roles and access."""

from apps.accounts.api import auth

__all__ = ["auth"]
