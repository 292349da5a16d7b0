"""What a user may do and see, in the three layers: module, role, record.

``Access`` is worked out once per request by accounts (roles) and company (companies) and asked by the
scoped queryset, the admin, the API, search, exports and sockets alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from apps.core.modules import module_key_of_app
from apps.core.tenant import switch_on

LEVELS = ("own", "team", "department", "company", "all")


@dataclass
class Access:
    """permissions: codes such as ``sales.confirm_order``, ``sales.*`` or ``*``; levels: kind → level."""

    user_id: int | None = None
    permissions: frozenset[str] = frozenset()
    levels: dict[str, str] = field(default_factory=dict)
    default_level: str = "all"
    department_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    company_ids: frozenset[int] | None = None  # None: not limited to some companies

    def has(self, permission: str) -> bool:
        """Whether a role grants it and the module is on."""
        app_label = permission.split(".", 1)[0]
        if not switch_on(module_key_of_app(app_label)):
            return False
        held = self.permissions
        return permission in held or f"{app_label}.*" in held or "*" in held

    def has_module(self, app_label: str) -> bool:
        if not switch_on(module_key_of_app(app_label)):
            return False
        prefix = f"{app_label}."
        return "*" in self.permissions or any(item.startswith(prefix) for item in self.permissions)

    def level_of(self, kind: str) -> str:
        app_label = kind.split(".", 1)[0]
        return self.levels.get(kind) or self.levels.get(f"{app_label}.*") or self.default_level


NO_ACCESS = Access()


class HasAccess(Protocol):
    access: Access


def access_of(user: Any) -> Access:
    """The access of a user; nothing for anonymous or inactive ones."""
    if user is None or not getattr(user, "is_active", False):
        return NO_ACCESS
    return getattr(user, "access", NO_ACCESS)


def may(user: Any, permission: str) -> bool:
    return access_of(user).has(permission)
