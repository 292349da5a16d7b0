"""Departments and teams: none goes while somebody or something is in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Team, User
from apps.core.errors import Refused
from apps.core.records import record_delete


def unit_delete(unit: Department | Team, *, by: Any) -> None:
    """Put a department or team into the bin. Refused while people or units are in it."""
    people = User.objects.filter(deleted_at=None)
    inside = (
        people.filter(department=unit) if isinstance(unit, Department) else people.filter(teams=unit)
    ).exists()
    if inside or unit.children.filter(deleted_at=None).exists():
        raise Refused(_("People or units are still in it."), code="in_use")
    record_delete(unit, by=by)
