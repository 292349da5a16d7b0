"""Where allauth (sign-in through identity providers) meets our users."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself: people are invited, or entered by an identity provider's rules."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False
