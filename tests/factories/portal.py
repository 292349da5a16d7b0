"""People of customers and vendors for the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.core.actor import acting_as
from apps.customer_portal.models import PortalMember
from apps.customer_portal.services.members import member_enter

_number = count(1)
PASSWORD = "kalam-Dawat-9"


def portal_person(party: Any, *, sees: str = "firm", email: str = "", name: str = "") -> User:
    """An active person of the party, with a password."""
    index = next(_number)
    email, name = email or f"buyer{index}@customer{index}.example", name or f"Buyer {index}"
    with acting_as(None):
        member = member_enter(party=party, email=email, name=name, password=PASSWORD, sees=sees)
    return User.objects.get(pk=member.user_id)


def member_of(user: User) -> PortalMember:
    return PortalMember.objects.get(user=user)
