"""Reads about people that several surfaces use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from apps.core.access import Access, RoleScope
from apps.core.tenant import is_public

_company_source: list[Callable[[int], frozenset[int] | None]] = []

_PERMISSIONS_SQL = """
SELECT r.id, r.default_level,
       (SELECT array_agg(p.permission) FROM accounts_rolepermission p WHERE p.role_id = r.id),
       (SELECT jsonb_object_agg(l.record_kind, l.level) FROM accounts_rolelevel l WHERE l.role_id = r.id)
FROM accounts_role r JOIN accounts_user_roles ur ON ur.role_id = r.id
WHERE ur.user_id = %s AND r.active AND r.deleted_at IS NULL
"""

_UNITS_SQL = """
WITH RECURSIVE d AS (
    SELECT id FROM accounts_department WHERE id = %s
    UNION SELECT c.id FROM accounts_department c JOIN d ON c.parent_id = d.id
), t AS (
    SELECT team_id AS id FROM accounts_user_teams WHERE user_id = %s
    UNION SELECT c.id FROM accounts_team c JOIN t ON c.parent_id = t.id
)
SELECT (SELECT array_agg(id) FROM d), (SELECT array_agg(id) FROM t)
"""


def register_company_source(function: Callable[[int], frozenset[int] | None]) -> None:
    """Called once by ``company``: the companies a user is limited to, or None."""
    _company_source[:] = [function]


def access_load(user: Any) -> Access:
    """Work out a user's access from roles, units and companies (two or three queries)."""
    if user.is_superuser:
        return Access(user_id=user.pk, permissions=frozenset({"*"}))
    if is_public() or user.pk is None:
        return Access(user_id=user.pk)
    roles: list[RoleScope] = []
    departments: list[int] | None = None
    teams: list[int] | None = None
    with connection.cursor() as cursor:
        cursor.execute(_PERMISSIONS_SQL, [user.pk])
        for _role_id, default_level, codes, levels in cursor.fetchall():
            roles.append(RoleScope(frozenset(codes or []), _as_dict(levels), default_level))
        if any(level not in ("all", "company") for role in roles for level in _levels_of(role)):
            cursor.execute(_UNITS_SQL, [user.department_id, user.pk])
            departments, teams = cursor.fetchone()
    return Access(
        user_id=user.pk,
        permissions=frozenset().union(*(role.permissions for role in roles)),
        roles=tuple(roles),
        default_level="own",
        department_ids=frozenset(departments or []),
        team_ids=frozenset(teams or []),
        company_ids=_company_source[0](user.pk) if _company_source else None,
    )


def _levels_of(role: RoleScope) -> list[str]:
    return [role.default_level, *role.levels.values()]


def _as_dict(value: Any) -> dict[str, str]:
    import json

    return json.loads(value) if isinstance(value, str) else dict(value or {})


def profile_data(user: Any) -> dict[str, Any]:
    """What ``auth/me`` tells: the person, his roles, everything he may do, the modules that are on."""
    from apps.core.modules import all_modules
    from apps.core.permissions import all_permissions
    from apps.core.tenant import current_organisation

    organisation = current_organisation()
    access = user.access
    enabled = set(organisation.enabled_modules)
    return {
        "user": {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "phone": user.phone,
            "language": user.language,
            "theme": user.theme,
            "department": user.department_id,
            "teams": [team.pk for team in user.teams.all()],
            "quick_create": user.quick_create,
            "favourites": user.favourites,
        },
        "organisation": {"slug": organisation.slug, "name": organisation.name},
        "roles": [{"id": role.pk, "code": role.code, "name": role.name} for role in user.roles.all()],
        "companies": sorted(access.company_ids) if access.company_ids is not None else None,
        "permissions": sorted(code for code in all_permissions() if access.has(code)),
        "modules": [
            {"key": module.key, "title": str(module.title)}
            for module in all_modules()
            if not module.switchable or module.key in enabled
        ],
    }
