"""Roles: who may do what, and how far they see. Nobody hands on more than he holds himself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Role, RoleLevel, RolePermission, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.handing import levelled_kinds, levels_or_refuse, managers_or_refuse, scope_now
from apps.accounts.services.separation import separation_check
from apps.accounts.ways import other_way
from apps.core.access import LEVELS, RoleScope, access_of
from apps.core.errors import ErrorList, NotAllowed, Refused
from apps.core.locks import advisory_lock
from apps.core.modules import bahi_apps
from apps.core.permissions import all_permissions, ready_roles
from apps.core.records import record_delete, record_restore, record_save

EVERYTHING = "*"


def role_save(
    role: Role,
    *,
    values: dict[str, Any],
    permissions: list[str] | None = None,
    levels: dict[str, str] | None = None,
    version: int | None = None,
    by: Any,
) -> Role:
    """Create or change a role with its tables (None: left as they are).

    Raises InvalidInput (unknown code, kind or level), NotAllowed (codes or levels beyond what ``by`` holds),
    Refused (nobody would be administrator any more), VersionConflict.
    """
    errors = ErrorList()
    _check_codes(permissions or [], errors)
    _check_levels(levels or {}, errors)
    errors.raise_if_any()
    administrators_hold()
    before = role_permissions(role)
    wanted = set(permissions) if permissions is not None else before
    held = _scope_of(role, before)
    switched = "active" in values and values["active"] != role.active
    covers_or_refuse(by, before | wanted if switched or role.pk is None else before ^ wanted)
    _check_discount(role, values, by)
    saved: Any = record_save(role, values=values, version=version, by=by)
    if permissions is not None:
        saved.grants.exclude(permission__in=wanted).delete()
        _add_permissions(saved, wanted - before)
    if levels is not None:
        saved.levels.all().delete()
        RoleLevel.objects.bulk_create(
            [RoleLevel(role=saved, record_kind=kind, level=level) for kind, level in levels.items()]
        )
    scope = _scope_of(saved, wanted)
    levels_or_refuse(by, held, scope)
    if scope is not None and scope != held:
        managers_or_refuse(saved, scope, by=by)
    administrator_must_remain()
    separation_check(saved.users.values_list("pk", flat=True))
    _log(saved, before, wanted, levels)
    return saved


def _scope_of(role: Role, codes: set[str]) -> RoleScope | None:
    """What the role gives as it is in the database now; None for one that is being made."""
    return scope_now(Role.objects.get(pk=role.pk), codes) if role.pk else None


def role_copy(role: Role, *, code: str, name: str, by: Any) -> Role:
    """A new role with the same rights under another code. Raises InvalidInput, NotAllowed."""
    values = {
        "code": code,
        "name": name,
        "description": role.description,
        "default_level": role.default_level,
        "discount_limit": role.discount_limit,
    }
    return role_save(
        Role(), values=values, permissions=sorted(role_permissions(role)), levels=role.level_table, by=by
    )


def role_reset(role: Role, *, by: Any) -> Role:
    """Give a ready role back the rights that it came with. Raises Refused for a role of one's own."""
    declared = ready_roles().get(role.code) if role.is_ready else None
    if declared is None:
        raise Refused(_("Only a role that came with the product can be reset."), code="not_ready")
    return role_save(
        role,
        values={"default_level": "all"},
        permissions=list(declared.permissions),
        levels=dict(declared.levels),
        version=role.version,
        by=by,
    )


def role_differs(role: Role) -> bool:
    """Whether a ready role's rights are no longer those that it came with."""
    declared = ready_roles().get(role.code) if role.is_ready else None
    if declared is None:
        return False
    same_codes = set(role.permissions) == set(declared.permissions)
    return not same_codes or role.level_table != declared.levels or role.default_level != "all"


def _check_discount(role: Role, values: dict[str, Any], by: Any) -> None:
    """Who has a limit of discounts himself gives no role a larger one, or none."""
    own = access_of(by).discount_limit if by is not None else None
    asked = values.get("discount_limit", role.discount_limit)
    if own is not None and asked != role.discount_limit and (asked is None or asked > own):
        raise NotAllowed(
            _("You may give discounts up to %(limit)s %% yourself.") % {"limit": own}, field="discount_limit"
        )


def _add_permissions(role: Role, codes: set[str]) -> None:
    RolePermission.objects.bulk_create([RolePermission(role=role, permission=code) for code in sorted(codes)])


def _log(role: Role, before: set[str], after: set[str], levels: dict[str, str] | None) -> None:
    detail: dict[str, Any] = {"role": role.code}
    detail |= {"added": sorted(after - before), "removed": sorted(before - after)}
    if levels is not None:
        detail["levels"] = levels
    access_log_write(AccessEvent.ROLE_CHANGED, detail=detail)


def role_delete(role: Role, *, by: Any) -> None:
    """Put a role into the bin. Refused while somebody has it."""
    administrators_hold()
    covers_or_refuse(by, role_permissions(role))
    if User.objects.filter(roles=role, deleted_at=None).exists():
        raise Refused(_("Users have this role. Give them another one first."), code="in_use")
    record_delete(role, by=by)
    access_log_write(AccessEvent.ROLE_CHANGED, detail={"role": role.code, "deleted": True})


def role_restore(role: Role, *, by: Any) -> Role:
    """Take a role out of the bin. Refused for rights that the person doesn't hold himself, or not so far."""
    administrators_hold()
    codes = role_permissions(role)
    covers_or_refuse(by, codes)
    scope = RoleScope(frozenset(codes), role.level_table, role.default_level)
    levels_or_refuse(by, None, scope)
    managers_or_refuse(role, scope, by=by)
    restored = record_restore(role, by=by)
    access_log_write(AccessEvent.ROLE_CHANGED, detail={"role": role.code, "restored": True})
    return restored  # type: ignore[return-value]  # the same kind of record comes back


def role_permissions(role: Role) -> set[str]:
    """Codes that the role grants now."""
    return set(role.grants.values_list("permission", flat=True)) if role.pk else set()


def covers_or_refuse(by: Any, codes: set[str]) -> None:
    """Raises NotAllowed when ``by`` doesn't hold one of the codes himself (None: the system)."""
    if by is not None and not access_of(by).covers(codes):
        raise NotAllowed(_("You can't hand on or take away rights that you don't have yourself."))


# --- what may be named ----------------------------------------------------------------------------


def _check_codes(codes: list[str], errors: ErrorList) -> None:
    known = all_permissions()
    labels = {config.label for config in bahi_apps()}
    for index, code in enumerate(codes):
        wide = code == EVERYTHING or (code.endswith(".*") and code[:-2] in labels)
        if not wide and code not in known:
            errors.add(f"permissions.{index}", _("Unknown permission: %(c)s.") % {"c": code}, "unknown")


def _check_levels(levels: dict[str, str], errors: ErrorList) -> None:
    kinds = levelled_kinds()
    labels = {config.label for config in bahi_apps()}
    for kind, level in levels.items():
        wide = kind.endswith(".*") and kind[:-2] in labels
        if not wide and kind not in kinds:
            errors.add(f"levels.{kind}", _("Unknown kind of record: %(k)s.") % {"k": kind}, "unknown")
        if level not in LEVELS:
            errors.add(f"levels.{kind}", _("Must be one of: %(l)s.") % {"l": ", ".join(LEVELS)})


# --- the last administrator ----------------------------------------------------------------------


def administrators_hold() -> None:
    """Serialise changes of rights: two administrators can't remove each other at the same moment."""
    advisory_lock("accounts.administrators")


def administrator_ids() -> set[int]:
    """Active users with a role that grants everything."""
    return set(
        User.objects.filter(
            is_active=True,
            deleted_at=None,
            roles__active=True,
            roles__deleted_at=None,
            roles__grants__permission=EVERYTHING,
        ).values_list("pk", flat=True)
    )


def administrator_must_remain() -> None:
    """Raises Refused when the change just made would leave the organisation without administrator."""
    if not administrator_ids():
        raise Refused(_("The last administrator can't be removed."), code="last_administrator")
    other_way().rights_changed()
