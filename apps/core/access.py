"""What a user may do and see, in the three layers: module, role, record.

``Access`` is worked out once per request by accounts (roles) and company (companies) and asked by the
scoped queryset, the admin, the API, search, exports and sockets alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.core.modules import module_key_of_app
from apps.core.tenant import switch_on

LEVELS = ("party", "own", "team", "department", "company", "all")


@dataclass(frozen=True)
class RoleScope:
    """One role as it bears on records: how far it sees of each kind, where it grants anything at all."""

    permissions: frozenset[str]
    levels: dict[str, str]
    default_level: str

    def touches(self, app_label: str) -> bool:
        prefix = f"{app_label}."
        return "*" in self.permissions or any(item.startswith(prefix) for item in self.permissions)

    def level_of(self, kind: str) -> str:
        wide = f"{kind.split('.', 1)[0]}.*"
        return self.levels.get(kind) or self.levels.get(wide) or self.default_level


@dataclass(frozen=True)
class PartyReach:
    """What a person of a customer or vendor reaches, whatever his roles say: records of his party (None: of
    nobody), all of the firm or only those that are his own."""

    party_id: int | None = None
    whole: bool = False


@dataclass
class Access:
    """permissions: codes such as ``sales.confirm_order``, ``sales.*`` or ``*``, of all roles together.

    ``reach`` is set for people of customers and vendors only: their level of every kind is ``party``.
    """

    user_id: int | None = None
    permissions: frozenset[str] = frozenset()
    roles: tuple[RoleScope, ...] = ()
    default_level: str = "all"  # for an access without roles (operators, tests)
    department_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    managed_department_ids: frozenset[int] = frozenset()  # what he manages, with the trees below
    managed_team_ids: frozenset[int] = frozenset()
    company_ids: frozenset[int] | None = None  # None: not limited to some companies
    discount_limit: Decimal | None = None  # percent that the person may give on a sale; None: no limit
    reach: PartyReach | None = None
    _levels: dict[str, str] = field(default_factory=dict)

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

    @property
    def manages(self) -> bool:
        """Whether units are his to look after: what his roles let him see, he sees of their people too."""
        return bool(self.managed_department_ids or self.managed_team_ids)

    def level_of(self, kind: str) -> str:
        """The widest level that a role which grants something of this app gives for the kind."""
        if self.reach is not None:
            return "party"
        known = self._levels.get(kind)
        if known is None:
            app_label = kind.split(".", 1)[0]
            found = [role.level_of(kind) for role in self.roles if role.touches(app_label)]
            known = max(found, key=LEVELS.index) if found else ("own" if self.roles else self.default_level)
            self._levels[kind] = known
        return known

    def covers(self, permissions: frozenset[str] | set[str]) -> bool:
        """Whether this access holds all of these codes, so that its user may hand them on."""
        if "*" in self.permissions:
            return True
        held = self.permissions
        return all(code in held or f"{code.split('.', 1)[0]}.*" in held for code in permissions)


NO_ACCESS = Access()


def access_of(user: Any) -> Access:
    """The access of a user; nothing for anonymous or inactive ones."""
    if user is None or not getattr(user, "is_active", False):
        return NO_ACCESS
    return getattr(user, "access", NO_ACCESS)


def may(user: Any, permission: str) -> bool:
    """Whether the user holds a permission (``sales.confirm_order``); nobody and inactive users hold none."""
    return access_of(user).has(permission)
