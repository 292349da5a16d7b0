"""Departments and teams: who manages one, what lies in what. Both decide what people see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Department, Team, User
from apps.accounts.selectors import is_stand_in, managers_over, unit_tree
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.handing import managing_or_refuse, scopes_of, unit_move_or_refuse
from apps.accounts.services.roles import administrators_hold
from apps.core.access import access_of
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.records import record_restore, record_save
from apps.core.scope import kind_of

DECIDE = ("manager", "parent", "department")
NOWHERE = -1  # a unit that nobody has yet


@dataclass
class Change:
    """Who comes to manage a unit by a change of it, and who does no more, through what lies above it too."""

    gained: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)


def unit_check(unit: Any, values: dict[str, Any], *, by: Any) -> Change:
    """Before a department or team is written with these values.

    Raises NotAllowed where somebody would come to see, or see no more, what ``by`` doesn't see himself, and
    where he makes himself a manager; InvalidInput for a manager who doesn't work here. Serialised with all
    other changes of rights: the person is still active, and his roles as they were, when the unit is written.
    """
    if not any(name in values for name in DECIDE):
        return Change()
    administrators_hold()
    kept = type(unit).objects.filter(pk=unit.pk).first() or type(unit)()
    wanted = {name: values.get(name, getattr(kept, name, None)) for name in DECIDE}
    manager = wanted["manager"]
    if manager is not None and manager.pk != kept.manager_id:
        _works_here(manager)
    unit_move_or_refuse(kept, wanted["parent"], by=by)
    change = _change(kept, wanted)
    for people, name in ((change.gained, "gained"), (change.lost, "lost")):
        for person in User.objects.filter(pk__in=people).order_by("pk"):
            place = "manager" if person.pk == (manager.pk if manager else kept.manager_id) else ""
            _covered_or_refuse(kept, wanted, person, by=by, field=place or _moved(kept, wanted), what=name)
    return change


def _works_here(manager: Any) -> None:
    person = User.objects.filter(pk=manager.pk).first()
    if person is None or person.is_portal or not person.is_active or person.deleted_at or is_stand_in(person):
        raise InvalidInput(_("This person doesn't work here any more."), field="manager")


def _change(kept: Any, wanted: dict[str, Any]) -> Change:
    """A new unit holds nothing yet: those above it gain nothing, its own manager what will be there."""
    own = {wanted["manager"].pk} if wanted["manager"] is not None else set()
    if kept.pk is None:
        return Change(gained=own)
    before = _above(kept, kept.parent_id, getattr(kept, "department_id", None)) | ({kept.manager_id} - {None})
    ids = (getattr(wanted[name], "pk", None) for name in ("parent", "department"))
    after = _above(kept, *ids) | own
    return Change(gained=after - before, lost=before - after)


def _above(unit: Any, parent_id: int | None, department_id: int | None) -> set[int]:
    if isinstance(unit, Team):
        return managers_over(teams=[parent_id], departments=[department_id])
    return managers_over(departments=[parent_id])


def _moved(kept: Any, wanted: dict[str, Any]) -> str:
    """The field by which a manager of something above comes in or goes."""
    parent = getattr(wanted["parent"], "pk", None)
    return "parent" if parent != kept.parent_id or not isinstance(kept, Team) else "department"


def _covered_or_refuse(
    kept: Any, wanted: dict[str, Any], person: User, *, by: Any, field: str, what: str
) -> None:
    access = access_of(by)
    if by is None or "*" in access.permissions:
        return
    if person.pk == by.pk:
        if what == "gained":
            raise NotAllowed(_("Somebody else must make you a manager."), field=field)
        return
    scopes = scopes_of(person.roles.prefetch_related("grants", "levels"))
    managing_or_refuse(person, scopes, by=by, units=_units_of(kept, wanted), field=field)


def _units_of(kept: Any, wanted: dict[str, Any]) -> tuple[list[int], list[int]]:
    """What its manager has. A new unit stands for what it will hold: handed on by those who have what it lies
    in, or who see all of a kind."""
    place = kept if kept.pk is not None else wanted["parent"]
    if place is not None:
        return unit_tree(place)
    return ([], [NOWHERE]) if isinstance(kept, Team) else ([NOWHERE], [])


def unit_log(unit: Any, change: Change) -> None:
    """Enter in the access log who manages the unit now and who does no more."""
    if not change.gained and not change.lost:
        return
    mails = dict(User.objects.filter(pk__in=change.gained | change.lost).values_list("pk", "email"))
    detail = {"unit": f"{kind_of(unit)}:{unit.code}"}
    named = {"added": change.gained, "removed": change.lost}
    detail |= {name: sorted(mails[pk] for pk in people) for name, people in named.items()}  # type: ignore[misc]  # lists beside the text
    access_log_write(AccessEvent.UNIT_CHANGED, detail=detail)


def unit_restore(unit: Any, *, by: Any) -> Any:
    """Take a unit out of the bin; its manager has it again. Raises NotAllowed, Refused."""
    administrators_hold()
    manager = unit.manager if unit.manager is not None and unit.manager.is_active else None
    if manager is not None:
        wanted = {name: getattr(unit, name, None) for name in DECIDE}
        _covered_or_refuse(unit, wanted, manager, by=by, field="manager", what="gained")
    restored = record_restore(unit, by=by)
    unit_log(restored, Change(gained={manager.pk} if manager is not None else set()))
    return restored


def units_leave(user: User, *, by: Any) -> None:
    """Somebody who goes manages nothing any more, nor when he comes back. Must run in a transaction."""
    for model in (Department, Team):
        for unit in model.objects.filter(manager=user).order_by("pk"):
            record_save(unit, values={"manager": None}, version=unit.version, by=by)
            unit_log(unit, Change(lost={user.pk}))
