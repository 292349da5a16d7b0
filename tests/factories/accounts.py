"""People for the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.accounts.models import Role, RoleLevel, RolePermission, User

_number = count(1)


def make_user(
    *permissions: str, level: str = "all", levels: dict[str, str] | None = None, **details: Any
) -> User:
    """An active user with one role that holds these permissions."""
    index = next(_number)
    role = Role.objects.create(code=f"test-{index}", name=f"Test role {index}", default_level=level)
    RolePermission.objects.bulk_create([RolePermission(role=role, permission=code) for code in permissions])
    RoleLevel.objects.bulk_create(
        [RoleLevel(role=role, record_kind=kind, level=value) for kind, value in (levels or {}).items()]
    )
    details.setdefault("email", f"user{index}@acme.example")
    user = User.objects.create_user(name=f"User {index}", password="kalam-Dawat-9", **details)
    user.roles.add(role)
    return user
