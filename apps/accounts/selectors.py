"""Reads about people that several surfaces use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.core.access import Access, PartyReach, RoleScope
from apps.core.database.prepared import prepared_rows
from apps.core.tenant import is_public

OPERATOR_EMAIL = "operator@platform.invalid"  # the platform's operator inside an organisation
_company_source: list[str] = []
_party_source: list[str] = []

_ACCESS_SQL = """
(SELECT jsonb_build_object(
    'roles', (SELECT jsonb_agg(jsonb_build_array(
            r.default_level, r.discount_limit,
            (SELECT array_agg(p.permission) FROM accounts_rolepermission p WHERE p.role_id = r.id),
            (SELECT jsonb_object_agg(l.record_kind, l.level)
             FROM accounts_rolelevel l WHERE l.role_id = r.id)))
        FROM accounts_role r JOIN accounts_user_roles ur ON ur.role_id = r.id
        WHERE ur.user_id = u.id AND r.active AND r.deleted_at IS NULL),
    'companies', (SELECT jsonb_agg(c.company_id) FROM ({companies}) c),
    'party', (SELECT jsonb_build_array(p.party_id, p.whole) FROM ({party}) p)))
"""
_NO_PARTY = "SELECT NULL::bigint AS party_id, false AS whole WHERE false"
_NO_COMPANIES = "SELECT NULL::bigint AS company_id WHERE false"

_UNITS_SQL = """
WITH RECURSIVE d AS (
    SELECT id FROM accounts_department WHERE id = %s
    UNION SELECT c.id FROM accounts_department c JOIN d ON c.parent_id = d.id
), t AS (
    SELECT team_id AS id FROM accounts_user_teams WHERE user_id = %s
    UNION SELECT c.id FROM accounts_team c JOIN t ON c.parent_id = t.id
), md AS (
    SELECT id FROM accounts_department WHERE manager_id = %s AND deleted_at IS NULL
    UNION SELECT c.id FROM accounts_department c JOIN md ON c.parent_id = md.id
), mt AS (
    SELECT id FROM accounts_team
    WHERE deleted_at IS NULL AND (manager_id = %s OR department_id IN (SELECT id FROM md))
    UNION SELECT c.id FROM accounts_team c JOIN mt ON c.parent_id = mt.id
)
SELECT (SELECT array_agg(id) FROM d), (SELECT array_agg(id) FROM t),
       (SELECT array_agg(id) FROM md), (SELECT array_agg(id) FROM mt)
"""
_MANAGERS_SQL = """
WITH RECURSIVE t AS (
    SELECT id, parent_id, manager_id, department_id, deleted_at FROM accounts_team WHERE id = ANY(%s)
    UNION SELECT p.id, p.parent_id, p.manager_id, p.department_id, p.deleted_at
    FROM accounts_team p JOIN t ON p.id = t.parent_id
), d AS (
    SELECT id, parent_id, manager_id, deleted_at FROM accounts_department
    WHERE id = ANY(%s) OR id IN (SELECT department_id FROM t)
    UNION SELECT p.id, p.parent_id, p.manager_id, p.deleted_at
    FROM accounts_department p JOIN d ON p.id = d.parent_id
)
SELECT manager_id FROM t WHERE manager_id IS NOT NULL AND deleted_at IS NULL
UNION SELECT manager_id FROM d WHERE manager_id IS NOT NULL AND deleted_at IS NULL
"""
_TREES_SQL = """
WITH RECURSIVE d AS (
    SELECT manager_id AS who, id FROM accounts_department WHERE manager_id = ANY(%s) AND deleted_at IS NULL
    UNION SELECT d.who, c.id FROM accounts_department c JOIN d ON c.parent_id = d.id
), t AS (
    (SELECT manager_id AS who, id FROM accounts_team WHERE manager_id = ANY(%s) AND deleted_at IS NULL
     UNION SELECT d.who, x.id FROM accounts_team x JOIN d ON x.department_id = d.id)
    UNION SELECT t.who, c.id FROM accounts_team c JOIN t ON c.parent_id = t.id
)
SELECT who, 0, id FROM d UNION ALL SELECT who, 1, id FROM t
"""


def is_stand_in(user: Any) -> bool:
    """Whether this is the user that stands for the platform's operator: he signs in by his link alone."""
    return getattr(user, "email", "") == OPERATOR_EMAIL


def register_company_source(sql: str) -> None:
    """Called once by ``company``: a SELECT of ``company_id``, the companies that user ``u.id`` is limited to
    (no row: not limited)."""
    _company_source[:] = [sql]


def working_elsewhere(company_id: int) -> list[int]:
    """Ids of the people who are limited to other companies than this one."""
    if not _company_source:
        return []
    source = _company_source[0]
    sql = f"""SELECT u.id FROM accounts_user u WHERE EXISTS ({source})
        AND NOT EXISTS (SELECT 1 FROM ({source}) c WHERE c.company_id = %s)"""  # noqa: S608 - registered by our own app, the value is a parameter
    with connection.cursor() as cursor:
        cursor.execute(sql, [company_id])
        return [row[0] for row in cursor.fetchall()]


def register_party_source(sql: str) -> None:
    """Called once by ``customer_portal``: a SELECT of ``party_id`` and ``whole`` (sees all of the firm), at
    most one row: the party that user ``u.id`` belongs to."""
    _party_source[:] = [sql]


def _access_sql() -> str:
    companies = _company_source[0] if _company_source else _NO_COMPANIES
    return _access_of(companies, _party_source[0] if _party_source else _NO_PARTY)


@lru_cache(maxsize=8)
def _access_of(companies: str, party: str) -> str:
    return _ACCESS_SQL.format(companies=companies, party=party)


def user_read(pk: int, *, more: Mapping[str, str] | None = None, params: Sequence[Any] = ()) -> Any:
    """The user with what his access is made of, in one statement; None when there is no such user.

    ``more`` is {attribute: SQL of the select list} (the user is ``u``), ``params`` are its parameters.
    Nothing is kept between requests, so that a right that is taken away ends with the request under way.
    """
    further = {"access_data": "NULL" if is_public() else _access_sql(), **(more or {})}
    rows = prepared_rows(_user_sql(tuple(further.values())), [*params, pk])
    return _user_made(rows[0], tuple(further)) if rows else None


@lru_cache(maxsize=64)
def _user_sql(further: tuple[str, ...]) -> str:
    """The statement, written once for the few ways in which a user is read."""
    return f"SELECT {', '.join((_user_columns(), *further))} FROM accounts_user u WHERE u.id = %s"  # noqa: S608 - names of our own tables and columns, values are parameters


def _user_made(row: Sequence[Any], more: Sequence[str]) -> Any:
    """The user of a row of his columns; what comes after them becomes attributes of these names."""
    from apps.accounts.models import User

    names, converters = _user_fields()
    values = list(row[: len(names)])
    for index, convert, column in converters:
        values[index] = convert(values[index], column, connection)
    user = User.from_db(connection.alias, names, values)
    user.__dict__.update(zip(more, row[len(names) :], strict=True))
    return user


@cache
def _user_columns() -> str:
    from apps.accounts.models import User

    return ", ".join(f'u."{field.column}"' for field in User._meta.concrete_fields)


@cache
def _user_fields() -> tuple[list[str], list[tuple[int, Any, Any]]]:
    """Attributes of the user's columns, and what turns a value of the database into Python's."""
    from apps.accounts.models import User

    fields = User._meta.concrete_fields
    converters = [
        (index, convert, field.get_col("u"))
        for index, field in enumerate(fields)
        for convert in (
            *connection.ops.get_db_converters(field.get_col("u")),
            *field.get_db_converters(connection),
        )
    ]
    return [field.attname for field in fields], converters


def access_load(user: Any) -> Access:
    """Work out a user's access from roles, units and companies (no query for a user from ``user_read`` whose
    levels need no units, else one or two).

    The platform's operator has nothing by himself: an open visit gives it, for each request.
    """
    if user.is_superuser:
        return Access(user_id=user.pk, permissions=frozenset({"*"}))
    if is_public() or user.pk is None:
        return Access(user_id=user.pk)
    data = _access_data(user)
    rows = data["roles"] or []
    roles = [
        RoleScope(frozenset(codes or []), levels or {}, default_level)
        for default_level, _limit, codes, levels in rows
    ]
    limits = [Decimal(str(limit)) for _level, limit, _codes, _levels in rows if limit is not None]
    if user.is_portal:
        return Access(
            user_id=user.pk,
            permissions=frozenset().union(*(role.permissions for role in roles)),
            roles=tuple(roles),
            reach=PartyReach(*(data["party"] or ())),
        )
    units: tuple[list[int] | None, ...] = (None,) * 4
    if any(level not in ("all", "company") for role in roles for level in _levels_of(role)):
        with connection.cursor() as cursor:
            manager = user.pk if user.is_active and user.deleted_at is None else None
            cursor.execute(_UNITS_SQL, [user.department_id, user.pk, manager, manager])
            units = cursor.fetchone()
    departments, teams, managed_departments, managed_teams = (frozenset(ids or ()) for ids in units)
    companies = data["companies"]
    return Access(
        user_id=user.pk,
        permissions=frozenset().union(*(role.permissions for role in roles)),
        roles=tuple(roles),
        default_level="own",
        department_ids=departments,
        team_ids=teams,
        managed_department_ids=managed_departments,
        managed_team_ids=managed_teams,
        company_ids=frozenset(companies) if companies else None,
        discount_limit=max(limits, default=None),
    )


def _access_data(user: Any) -> dict[str, Any]:
    """Roles [[default level, limit of discounts, codes, levels by kind]], companies and party, read with the
    user or now."""
    found = user.__dict__.pop("access_data", None)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_access_sql()} FROM (SELECT %s::bigint AS id) u", [user.pk])  # noqa: S608 - names of our own tables and columns, values are parameters
            found = cursor.fetchone()[0]
    return json.loads(found) if isinstance(found, str) else found


def _levels_of(role: RoleScope) -> list[str]:
    return [role.default_level, *role.levels.values()]


def managers_over(*, departments: Iterable[int | None] = (), teams: Iterable[int | None] = ()) -> set[int]:
    """Who manages one of these units, or one above them: a department's manager has its teams too."""
    ids = [[pk for pk in units if pk is not None] for units in (teams, departments)]
    if not any(ids):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_MANAGERS_SQL, ids)
        return {row[0] for row in cursor.fetchall()}


def units_managed(user: Any) -> list[Any]:
    """Departments and teams that are the user's own to manage, without those below."""
    from apps.accounts.models import Department, Team

    return [
        unit
        for model in (Department, Team)
        for unit in model.objects.filter(manager_id=user.pk, deleted_at=None).order_by("name")
    ]


def trees_managed(user_ids: Iterable[int]) -> dict[int, tuple[set[int], set[int]]]:
    """{person: departments and teams that he manages, with what lies below them}, in one statement."""
    found: dict[int, tuple[set[int], set[int]]] = {pk: (set(), set()) for pk in user_ids}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_TREES_SQL, [list(found), list(found)])
        for user_id, is_team, pk in cursor.fetchall():
            found[user_id][is_team].add(pk)
    return found


def unit_tree(unit: Any) -> tuple[list[int], list[int]]:
    """Ids of the departments and teams that the manager of this unit has."""
    from apps.accounts.models import Team

    if isinstance(unit, Team):
        return [], Team.below([unit.pk])
    departments = type(unit).below([unit.pk])
    teams = Team.objects.filter(department__in=departments).values_list("pk", flat=True)
    return departments, Team.below(teams)


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
            "density": user.density,
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


def users_holding(permission: str) -> Any:
    """People who work here and whose roles grant the permission, by itself or with its app or with all."""
    from apps.accounts.models import User

    codes = {permission, f"{permission.split('.', 1)[0]}.*", "*"}
    granting = Q(roles__active=True, roles__deleted_at=None, roles__grants__permission__in=codes)
    return User.objects.filter(granting, is_active=True, deleted_at=None, is_portal=False).distinct()


def users_active() -> int:
    """Users who can sign in, as plans count them: no people of customers, not the operator's stand-in."""
    from apps.accounts.models import User

    return (
        User.objects.filter(is_active=True, deleted_at=None, is_portal=False)
        .exclude(email=OPERATOR_EMAIL)
        .count()
    )
