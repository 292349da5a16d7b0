"""Departments and teams: trees without circles."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Team, User
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import advisory_lock
from apps.core.records import record_delete, record_save


def unit_save(unit: Department | Team, *, values: dict[str, Any], version: int | None = None, by: Any) -> Any:
    """Create or change a department or team. Raises InvalidInput when it would lie inside itself."""
    advisory_lock("accounts.units")
    parent = values.get("parent")
    steps = 0
    while parent is not None:
        if parent.pk == unit.pk or steps > 50:
            raise InvalidInput(_("It would lie inside itself."), field="parent", code="circle")
        parent, steps = parent.parent, steps + 1
    return record_save(unit, values=values, version=version, by=by)


def unit_delete(unit: Department | Team, *, by: Any) -> None:
    """Put a department or team into the bin. Refused while people or units are in it."""
    people = User.objects.filter(deleted_at=None)
    inside = (
        people.filter(department=unit) if isinstance(unit, Department) else people.filter(teams=unit)
    ).exists()
    if inside or unit.children.filter(deleted_at=None).exists():
        raise Refused(_("People or units are still in it."), code="in_use")
    record_delete(unit, by=by)
