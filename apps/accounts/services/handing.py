"""Nobody hands on, or takes for himself, more than he holds: codes, how far they see, units, single records.

Codes alone are half of a right: who holds ``sales.view_order`` for his own orders must not make a role see
all of them, nor move himself into another department. Compared kind by kind with what the acting person sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import Role, Team, User
from apps.accounts.selectors import managers_over, trees_managed
from apps.core.access import LEVELS, Access, RoleScope, access_of
from apps.core.errors import NotAllowed
from apps.core.registry import registered_models
from apps.core.scope import grant_model, kind_of, scope_of

NOTHING = -1
WIDE = LEVELS.index("company")
OWN = LEVELS.index("own")
UNITS = (LEVELS.index("team"), LEVELS.index("department"))


def levelled_kinds() -> dict[str, str]:
    """Kinds of record whose visibility depends on a level: {``sales.order``: "Sales orders"}."""
    table = {}
    for model in registered_models():
        scope = scope_of(model)
        if not scope.shared and (scope.owner or scope.team or scope.department):
            table[kind_of(model)] = str(model._meta.verbose_name_plural).capitalize()
    return table


def scope_now(role: Role, permissions: Iterable[str]) -> RoleScope:
    """What an active role gives; nothing while it is switched off or in the bin."""
    usable = role.active and role.deleted_at is None
    return RoleScope(frozenset(permissions) if usable else frozenset(), role.level_table, role.default_level)


def level_in(scopes: Iterable[RoleScope], kind: str) -> int:
    """How far roles see of a kind together, as a place in ``LEVELS``; ``NOTHING`` where none grants any."""
    label = kind.split(".", 1)[0]
    found = [LEVELS.index(scope.level_of(kind)) for scope in scopes if scope.touches(label)]
    return max(found, default=NOTHING)


def level_held(access: Access, kind: str) -> int:
    """The same of a person's access, an API key's limits included."""
    prefix = f"{kind.split('.', 1)[0]}."
    some = "*" in access.permissions or any(code.startswith(prefix) for code in access.permissions)
    return LEVELS.index(access.level_of(kind)) if some else NOTHING


def levels_or_refuse(by: Any, before: RoleScope | None, after: RoleScope | None) -> None:
    """Raises NotAllowed (``levels``) when the change makes somebody see more, or less, than ``by`` sees."""
    if by is None:
        return
    access = access_of(by)
    for kind, name in levelled_kinds().items():
        old, new = (level_in([scope] if scope else [], kind) for scope in (before, after))
        if old != new and max(old, new) > level_held(access, kind):
            raise NotAllowed(
                _("You don't see that much of this yourself: %(kind)s.") % {"kind": name}, field="levels"
            )


def units_or_refuse(
    user: User, scopes: list[RoleScope], *, by: Any, department_id: int | None, team_ids: set[int] | None
) -> None:
    """Before a person, whose roles give ``scopes``, gets this department and these teams (None: they stay).

    Raises NotAllowed (``department``, ``teams``): to oneself, or where records would come into somebody's
    sight that ``by`` doesn't see himself.
    """
    if by is None or "*" in access_of(by).permissions:
        return
    before = set(user.teams.values_list("pk", flat=True)) if user.pk else set()
    departments = {user.department_id} ^ {department_id}
    teams = before ^ team_ids if team_ids is not None else set()
    for field, changed in (("department", departments - {None}), ("teams", teams)):
        if not changed:
            continue
        if user.pk == by.pk:
            raise NotAllowed(_("Somebody else must change your own department or teams."), field=field)
        if not _within(scopes, by, field, changed):
            raise NotAllowed(_("You don't see the records of this unit yourself."), field=field)


def _within(scopes: list[RoleScope], by: Any, field: str, changed: set[Any]) -> bool:
    """Whether ``by`` sees what comes into sight when somebody comes into, or leaves, these units: to him, to
    those who manage one, and to ``by`` himself."""
    access = access_of(by)
    above = managers_over(departments=changed) if field == "department" else managers_over(teams=changed)
    for kind in levelled_kinds():
        theirs, mine = level_in(scopes, kind), level_held(access, kind)
        concerned = theirs in UNITS or mine in UNITS or (above and theirs != NOTHING)
        if concerned and mine < WIDE and not changed <= _units_seen(access, field, mine):
            return False
    return True


def _units_seen(access: Access, field: str, level: int) -> frozenset[int]:
    """The departments (teams) whose records a person of this level sees: his own and those he manages."""
    if level == NOTHING:
        return frozenset()
    of_departments = field == "department"
    managed = access.managed_department_ids if of_departments else access.managed_team_ids
    if level not in UNITS:
        return managed
    return managed | (access.department_ids if of_departments else access.team_ids)


def scopes_of(roles: Iterable[Role]) -> list[RoleScope]:
    """What roles give."""
    return [scope_now(role, role.permissions) for role in roles]


def person_or_refuse(user: User, *, by: Any) -> None:
    """Raises NotAllowed when acting as this person would show records that ``by`` doesn't see: who could
    choose his password or address could act as him."""
    if by is None or by.pk == user.pk or user.is_portal or "*" in access_of(by).permissions:
        return
    access = access_of(by)
    scopes = scopes_of(user.roles.prefetch_related("grants", "levels"))
    teams = set(user.teams.values_list("pk", flat=True))
    departments = {user.department_id} - {None}
    for kind, name in levelled_kinds().items():
        theirs, mine = level_in(scopes, kind), level_held(access, kind)
        if theirs == NOTHING or mine >= max(theirs, WIDE):
            continue
        if theirs >= WIDE:
            raise NotAllowed(_("This person sees more than you do: %(kind)s.") % {"kind": name})
        level = (
            mine if mine >= theirs else min(mine, OWN)
        )  # who sees less of a unit has what he manages of it
        seen = (_units_seen(access, "department", level), _units_seen(access, "teams", level))
        inside = (departments | teams) and departments <= seen[0] and teams <= seen[1]
        if not inside or _shared_beyond(user, kind, by):
            raise NotAllowed(_("This person sees more than you do: %(kind)s.") % {"kind": name})
    managing_or_refuse(user, scopes, by=by)


def _shared_beyond(user: User, kind: str, by: Any) -> bool:
    """Whether a single record of this kind was shared with the person that ``by`` doesn't see, or not to do
    as much with it."""
    model: Any = apps.get_model(kind)
    if (table := grant_model(model)) is None:
        return False
    rows = table._default_manager.filter(user=user)
    actions = {code.split("_", 1)[0] for code in rows.values_list("permission__codename", flat=True)}
    return any(
        rows.filter(permission__codename=f"{action}_{model._meta.model_name}")
        .exclude(content_object__in=model._default_manager.for_user(by, action))
        .exists()
        for action in actions
    )


def managing_or_refuse(
    person: User,
    scopes: list[RoleScope],
    *,
    by: Any,
    units: tuple[Collection[int], Collection[int]] | None = None,
    field: str = "",
) -> None:
    """Whether ``by`` sees all that a person with these roles sees as manager of ``units`` (departments and
    teams with what lies below them; None: all that he manages now). Raises NotAllowed."""
    access = access_of(by)
    if by is None or "*" in access.permissions:
        return
    if units is None:
        units = _managed_by(person)
    departments, teams = units
    if not (departments or teams):
        return
    inside = set(departments) <= access.managed_department_ids and set(teams) <= access.managed_team_ids
    for kind, name in levelled_kinds().items():
        theirs, mine = level_in(scopes, kind), level_held(access, kind)
        if theirs == NOTHING or mine >= WIDE or (inside and mine != NOTHING):
            continue
        text = _("%(who)s sees more as manager than you do: %(kind)s.")
        raise NotAllowed(text % {"who": person, "kind": name}, field=field)


def managers_or_refuse(role: Role, scope: RoleScope, *, by: Any) -> None:
    """A role that managers have gives them this of all their people. Raises NotAllowed."""
    if by is None or "*" in access_of(by).permissions:
        return
    managing = Q(managed_departments__isnull=False) | Q(managed_teams__isnull=False)
    people = list(User.objects.filter(managing, roles=role).distinct().order_by("pk"))
    managed = trees_managed(person.pk for person in people)
    for person in people:
        managing_or_refuse(person, [scope], by=by, units=managed[person.pk], field="permissions")


def _managed_by(person: User) -> tuple[set[int], set[int]]:
    """Departments and teams that a person would manage if he came in now, switched off or not."""
    return trees_managed([person.pk])[person.pk] if person.pk else (set(), set())


def unit_move_or_refuse(unit: Any, parent: Any, *, by: Any) -> None:
    """Raises NotAllowed (``parent``) when hanging a department or team elsewhere would bring its records into
    the tree of the one who does it, or into the sight of others than see them now, while he doesn't see them
    himself: who comes to a unit above sees what lies below it (``_members_above``)."""
    if by is None or unit.pk is None or getattr(parent, "pk", None) == unit.parent_id:
        return
    access = access_of(by)
    if "*" in access.permissions:
        return
    is_team = isinstance(unit, Team)
    own = access.team_ids if is_team else access.department_ids
    managed = access.managed_team_ids if is_team else access.managed_department_ids
    if parent is not None and parent.pk in own and unit.pk not in own | managed:
        raise NotAllowed(_("Somebody else must put this under your own unit."), field="parent")
    field = "teams" if is_team else "department"
    for scopes in _members_above(type(unit), parent, unit, without=by):
        for kind in levelled_kinds():
            mine = level_held(access, kind)
            if (
                level_in(scopes, kind) in UNITS
                and mine < WIDE
                and unit.pk not in _units_seen(access, field, mine)
            ):
                raise NotAllowed(_("You don't see the records of this unit yourself."), field="parent")


def _members_above(model: Any, parent: Any, unit: Any, *, without: User) -> list[list[RoleScope]]:
    """What the roles give of the people who come to have the unit below them, or have it no more."""
    now, then = (
        {row.pk for row in (top, *top.ancestors())} if top else set() for top in (unit.parent, parent)
    )
    changed = now ^ then
    place = Q(teams__in=changed) if model is Team else Q(department__in=changed)
    people = User.objects.filter(place, is_active=True, deleted_at=None).exclude(pk=without.pk).distinct()
    return [
        scopes_of(person.roles.all()) for person in people.prefetch_related("roles__grants", "roles__levels")
    ]
