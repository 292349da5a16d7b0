"""What a user may do, and why: the steps by which the product decides, in the order in which it asks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.accounts.selectors import unit_tree, units_managed
from apps.accounts.services.grants import Grant, grants_on
from apps.core.access import LEVELS, RoleScope
from apps.core.formats import show_moment
from apps.core.guards import guards_of
from apps.core.modules import module_key_of_app, module_of_app
from apps.core.permissions import Permission, all_permissions
from apps.core.registry import KindRef
from apps.core.scope import kind_of, managed_filter, record_open, scope_of
from apps.core.tenant import switch_on


@dataclass(frozen=True)
class Step:
    """One thing that was asked. ``passed``: True lets through, False refuses, None only tells."""

    passed: bool | None
    text: str


@dataclass(frozen=True)
class Explanation:
    """The verdict and the steps to it."""

    allowed: bool
    steps: list[Step]


def roles_of(user: User) -> list[Role]:
    return list(user.roles.prefetch_related("grants", "levels").order_by("name"))


def granting(role: Role, permission: str) -> str:
    """The code by which the role grants it: itself, ``sales.*`` or ``*``; empty when it doesn't."""
    held = set(role.permissions)
    wide = f"{permission.split('.', 1)[0]}.*"
    return next((code for code in (permission, wide, "*") if code in held), "")


def permission_explain(user: User, permission: str) -> Explanation:
    """Why the user holds a permission or doesn't."""
    steps = [_active_step(user), _module_step(permission.split(".", 1)[0])]
    granted = False
    for role in roles_of(user):
        code, working = granting(role, permission), role.active and role.deleted_at is None
        granted |= bool(code) and working
        steps.append(_role_step(role, permission, code, working))
    if not granted:
        steps.append(Step(False, _("No role of the user grants “%(p)s”.") % {"p": permission}))
    return Explanation(bool(user.is_active and user.access.has(permission)), steps)


def _active_step(user: User) -> Step:
    if user.is_active and user.deleted_at is None:
        return Step(True, _("The user is active."))
    return Step(False, _("The user is switched off: nothing is allowed."))


def _module_step(app_label: str) -> Step:
    if switch_on(module_key_of_app(app_label)):
        return Step(True, _("The module “%(m)s” is switched on.") % {"m": module_title(app_label)})
    text = _("The module “%(m)s” is switched off for the organisation.")
    return Step(False, text % {"m": module_title(app_label)})


def _role_step(role: Role, permission: str, code: str, working: bool) -> Step:
    if not code:
        return Step(None, _("Role “%(r)s” doesn't grant it.") % {"r": role.name})
    if not working:
        return Step(None, _("Role “%(r)s” would grant it, but is switched off.") % {"r": role.name})
    if code == permission:
        return Step(True, _("Role “%(r)s” grants it.") % {"r": role.name})
    return Step(True, _("Role “%(r)s” grants it by “%(c)s”.") % {"r": role.name, "c": code})


# --- one record -----------------------------------------------------------------------------------


def record_explain(user: User, record: models.Model, action: str = "view") -> Explanation:
    """Why the user may do ``action`` (view, change, delete) with a record or may not."""
    meta = record._meta
    found = permission_explain(user, f"{meta.app_label}.{action}_{meta.model_name}")
    steps = [
        *found.steps,
        *_company_steps(user, record),
        *_level_steps(user, record, action),
        *_guard_steps(user, record),
    ]
    return Explanation(found.allowed and _seen(user, record, action), steps)


def _seen(user: User, record: Any, action: str = "view") -> bool:
    return type(record).objects.for_user(user, action).filter(pk=record.pk).exists()


def _value(record: models.Model, path: str) -> Any:
    value: Any = record
    for part in path.split("__"):
        value = getattr(value, part, None)
    return getattr(value, "pk", value)


def _company_steps(user: User, record: models.Model) -> list[Step]:
    scope, limit = scope_of(type(record)), user.access.company_ids
    if not scope.company:
        return []
    if limit is None:
        return [Step(True, _("The user isn't limited to some companies."))]
    if _value(record, scope.company) in limit:
        return [Step(True, _("The record's company is one of the user's companies."))]
    return [Step(False, _("The record belongs to a company that the user may not see."))]


def _level_steps(user: User, record: models.Model, action: str) -> list[Step]:
    """How far each role sees of this kind, and what of it covers the record."""
    scope, kind = scope_of(type(record)), kind_of(record)
    level = user.access.level_of(kind)
    if scope.shared and level != "party":
        return [Step(True, _("Everybody with the permission sees every record of this kind."))]
    steps = []
    for role in roles_of(user):
        held = RoleScope(frozenset(role.permissions), role.level_table, role.default_level)
        if held.touches(kind.split(".", 1)[0]):
            text = _("Role “%(r)s” sees %(l)s.") % {"r": role.name, "l": _level_text(held.level_of(kind))}
            steps.append(Step(None, text))
    if level == "party":
        return [*steps, _party_step(user, record)]
    if level in ("all", "company"):
        return [*steps, Step(True, _("The widest of them covers every record."))]
    return [*steps, *_cover_steps(user, record, level, action)]


def _party_step(user: User, record: models.Model) -> Step:
    if _seen(user, record):
        return Step(True, _("The record is of the person's own customer or vendor, and published to it."))
    return Step(False, _("The record isn't of the person's own customer or vendor, or not published to it."))


def _level_text(level: str) -> str:
    return str(dict(Role._meta.get_field("default_level").choices)[level])


def _cover_steps(user: User, record: models.Model, level: str, action: str) -> list[Step]:
    """What makes a narrow level show the record; a refusal when nothing does."""
    scope, access, reach = scope_of(type(record)), user.access, LEVELS.index(level)
    covers = []
    if scope.owner and _value(record, scope.owner) == user.pk:
        covers.append(_("The user is responsible for the record."))
    if reach >= LEVELS.index("team") and scope.team and _value(record, scope.team) in access.team_ids:
        covers.append(_("The record belongs to a team of the user, or one below it."))
    in_department = scope.department and _value(record, scope.department) in access.department_ids
    if reach >= LEVELS.index("department") and in_department:
        covers.append(_("The record belongs to the user's department, or one below it."))
    covers += _managing_texts(user, record)
    grants = grants_on(record, user)
    covers += [grant_text(grant) for grant in grants if action in ("view", grant.action)]
    if covers:
        return [Step(True, text) for text in covers]
    if _seen(user, record) and record_open(record, user, action):
        return [Step(True, _("The person responsible is in the user's team or department."))]
    if grants:
        return [Step(False, _("%(grant)s Not more.") % {"grant": grant_text(one)}) for one in grants]
    text = _("The record is nobody's whose records the user sees (%(l)s).")
    return [Step(False, text % {"l": _level_text(level)})]


def _managing_texts(user: User, record: Any) -> list[str]:
    """The units by whose management the user sees the record."""
    if not user.access.manages:
        return []
    rows, scope = type(record)._default_manager.filter(pk=record.pk), scope_of(type(record))
    found = [
        unit for unit in units_managed(user) if rows.filter(managed_filter(scope, *unit_tree(unit))).exists()
    ]
    text = _("As manager of “%(u)s”: the record, or the person responsible for it, belongs to it or below.")
    return [text % {"u": unit.name} for unit in found]


def grant_text(grant: Grant) -> str:
    """What was given, by whom and when: a sentence."""
    values = {"who": grant.given_by or _("the system"), "when": show_moment(grant.given_at)}
    if grant.action == "view":
        return _("This single record was shared with the user to see it, by %(who)s, %(when)s.") % values
    if grant.action == "change":
        return _("This single record was shared with the user to change it, by %(who)s, %(when)s.") % values
    return _("This single record was shared with the user to delete it, by %(who)s, %(when)s.") % values


def _guard_steps(user: User, record: models.Model) -> list[Step]:
    """Fields that need a permission of their own."""
    hidden = _("The field “%(f)s” is hidden: “%(p)s” is missing.")
    fixed = _("The field “%(f)s” is read only: “%(p)s” is missing.")
    steps = []
    for name, guard in guards_of(type(record)).items():
        for code, text in ((guard.see, hidden), (guard.change, fixed)):
            if code and not user.access.has(code):
                steps.append(Step(None, text % {"f": name.replace("_", " "), "p": code}))
                break
    return steps


def managing_text(user: User) -> str:
    """“As manager of “Sales”, “Export”: …”, or empty when he manages nothing that counts now."""
    names = [f"“{unit.name}”" for unit in units_managed(user)]
    if not names or not user.is_active:
        return ""
    text = _("As manager of %(units)s he sees what their people see, of the kinds that his roles show.")
    return text % {"units": ", ".join(names)}


def record_of(text: str, *, by: Any) -> models.Model | None:
    """The record of ``sales.order:7`` that the asking person may see himself."""
    try:
        return KindRef.parse(text).get(by)
    except (ValueError, LookupError, AttributeError):
        return None


def permission_table(user: User) -> list[tuple[str, list[tuple[Permission, list[str]]]]]:
    """By module: what the user may do, each with the names of the roles that grant it."""
    roles = [role for role in roles_of(user) if role.active and role.deleted_at is None]
    table: dict[str, list[tuple[Permission, list[str]]]] = {}
    for code, permission in all_permissions().items():
        if user.access.has(code):
            givers = [role.name for role in roles if granting(role, code)]
            table.setdefault(code.split(".", 1)[0], []).append((permission, givers))
    return [(module_title(label), rows) for label, rows in table.items()]


def module_title(app_label: str) -> str:
    module = module_of_app(app_label)
    return str(module.title) if module and module.title else app_label.capitalize()
