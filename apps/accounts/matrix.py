"""The matrix of roles and permissions: reading it by module, changing it, taking a change back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.explain import module_title
from apps.accounts.models import AccessLog, Role
from apps.accounts.services.roles import role_permissions, role_save
from apps.core.errors import InvalidInput, NotFound, Refused
from apps.core.permissions import all_permissions

GENERIC = ("view", "add", "change", "delete", "export", "import")
LAST = 15


@dataclass(frozen=True)
class Cell:
    """``state``: on, off, or wide (granted by ``sales.*`` or ``*``, so it can't be taken away alone)."""

    role: Role
    code: str
    state: str


@dataclass(frozen=True)
class MatrixRow:
    code: str
    name: str
    cells: list[Cell]


def matrix_modules() -> list[tuple[str, str]]:
    """(app label, title) of every module that has permissions, by title."""
    labels = dict.fromkeys(code.split(".", 1)[0] for code in all_permissions())
    return sorted(((label, module_title(label)) for label in labels), key=lambda item: item[1])


def matrix_roles() -> list[Role]:
    """Roles in use, the administrator first."""
    rows = Role.objects.filter(deleted_at=None).prefetch_related("grants", "levels")
    return sorted(rows, key=lambda role: (role.code != "administrator", not role.is_ready, role.name))


def module_codes(app_label: str) -> list[str]:
    """``sales.*`` and every permission of the app: its own verbs first, then those of the kinds of record."""
    found = [code for code in all_permissions() if code.startswith(f"{app_label}.")]
    return [f"{app_label}.*", *sorted(found, key=_place)]


def _place(code: str) -> tuple[bool, str, int]:
    action, _sep, subject = code.split(".", 1)[1].partition("_")
    if action not in GENERIC:
        return False, code, 0
    return True, subject, GENERIC.index(action)


def matrix_rows(app_label: str, roles: list[Role]) -> list[MatrixRow]:
    known = all_permissions()
    held = {role.pk: set(role.permissions) for role in roles}
    rows = []
    for code in module_codes(app_label):
        name = str(known[code].name) if code in known else _("Everything in this module")
        rows.append(MatrixRow(code, name, [Cell(role, code, _state(code, held[role.pk])) for role in roles]))
    return rows


def _state(code: str, held: set[str]) -> str:
    wide = f"{code.split('.', 1)[0]}.*"
    if "*" in held or (wide in held and code != wide):
        return "wide"
    return "on" if code in held else "off"


def matrix_save(
    app_label: str, *, wanted: dict[int, set[str]], versions: dict[int, int], by: Any
) -> list[str]:
    """Give the roles these codes of a module (id → codes); → names of the roles that changed.

    Codes outside the module stay. Raises InvalidInput, NotAllowed, Refused, VersionConflict.
    """
    codes, wide = set(module_codes(app_label)), f"{app_label}.*"
    if len(codes) == 1:
        raise InvalidInput(_("There is no such module."), field="module", code="unknown")
    changed = []
    for role in Role.objects.filter(pk__in=wanted, deleted_at=None).order_by("pk"):
        before, asked = role_permissions(role), wanted[role.pk] & codes
        kept_wide = wide in before and wide in asked  # its single codes are shown as granted, not sent
        if "*" in before or kept_wide or asked == before & codes:
            continue
        after = sorted((before - codes) | asked)
        role_save(role, values={}, permissions=after, version=versions.get(role.pk), by=by)
        changed.append(role.name)
    return changed


@dataclass(frozen=True)
class PastChange:
    """One change of a role's permissions."""

    entry: AccessLog
    role: Role | None
    added: list[str]
    removed: list[str]

    @property
    def undoable(self) -> bool:
        """Whether the role still is as this change left it, in what it changed."""
        if self.role is None or not (self.added or self.removed):
            return False
        held = set(self.role.permissions)
        return set(self.added) <= held and not set(self.removed) & held


def past_changes() -> list[PastChange]:
    """The last changes of roles, newest first."""
    entries = list(AccessLog.objects.filter(event=AccessEvent.ROLE_CHANGED, detail__has_key="role")[:LAST])
    roles = {r.code: r for r in Role.objects.filter(deleted_at=None).prefetch_related("grants")}
    return [
        PastChange(
            entry,
            roles.get(entry.detail["role"]),
            list(entry.detail.get("added", [])),
            list(entry.detail.get("removed", [])),
        )
        for entry in entries
    ]


def change_undo(entry_id: int, *, by: Any) -> Role:
    """Take a change of a role back. Raises NotFound, Refused when it was changed again since."""
    found = next((item for item in past_changes() if item.entry.pk == entry_id), None)
    if found is None or found.role is None:
        raise NotFound(_("Not found."))
    if not found.undoable:
        raise Refused(_("The role was changed again since."), code="changed_since")
    role = found.role
    after = sorted((set(role.permissions) - set(found.added)) | set(found.removed))
    return role_save(role, values={}, permissions=after, version=role.version, by=by)
