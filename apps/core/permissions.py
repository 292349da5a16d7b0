"""Registry of business permissions and ready roles, filled from each app's ``permissions.py``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from apps.core.modules import Role
from apps.core.registry import registered_models


@dataclass(frozen=True)
class Permission:
    code: str
    name: str


_permissions: dict[str, Permission] = {}
_roles: dict[str, Role] = {}
_stand_in: set[str] = set()


def register_permissions(app_label: str, table: dict[str, str]) -> None:
    """Business permissions of an app: {"confirm_order": "Confirm sales orders"}."""
    for codename, name in table.items():
        code = f"{app_label}.{codename}"
        _permissions[code] = Permission(code, name)


def register_roles(roles: Iterable[Role]) -> None:
    """Ready roles. An app adds its permissions to a role of another app by naming the same code."""
    for role in roles:
        known = _roles.get(role.code)
        _roles[role.code] = _merged(known, role) if known else role


def _merged(known: Role, more: Role) -> Role:
    permissions = tuple(dict.fromkeys(known.permissions + more.permissions))
    return Role(known.code, known.name or more.name, permissions, {**known.levels, **more.levels})


def register_stand_in(app_label: str, *, models: Iterable[str] = (), codes: Iterable[str] = ()) -> None:
    """What the platform's operator may do in this app on a visit with writing: enter, change, remove and
    import these models, and these codes.

    An app or code that nobody names is closed to him: nothing that lets somebody in, hands data out of the
    house or outlasts the visit belongs here.
    """
    _stand_in.update(f"{app_label}.{code}" for code in codes)
    _stand_in.update(
        f"{app_label}.{action}_{model}"
        for model in models
        for action in ("add", "change", "delete", "import")
    )


def stand_in_permissions() -> frozenset[str]:
    """All that ``register_stand_in`` was told."""
    load_permissions()
    return frozenset(_stand_in)


@cache
def load_permissions() -> None:
    """Import every app's ``permissions`` module (idempotent, and asked by every transition: done once)."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.permissions"):
            import_module(f"{config.name}.permissions")


def model_permissions() -> dict[str, Permission]:
    """View, add, change and delete of every model that has a surface."""
    table = {}
    for model in registered_models():
        meta = model._meta
        for action in ("view", "add", "change", "delete", "export", "import"):
            code = f"{meta.app_label}.{action}_{meta.model_name}"
            table[code] = Permission(code, f"{action.capitalize()} {meta.verbose_name_plural}")
    return table


def all_permissions() -> dict[str, Permission]:
    """{code: permission}: those of models (view, add …) and those that apps registered."""
    load_permissions()
    return {**model_permissions(), **_permissions}


def business_permissions() -> dict[str, Permission]:
    """{code: permission} of those that apps registered."""
    load_permissions()
    return dict(_permissions)


def ready_roles() -> dict[str, Role]:
    """{code: role} of the roles that come with the apps."""
    load_permissions()
    return dict(_roles)
