"""Separation of duties: which rules hold here, who breaks them, and refusing where a rule forbids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import RolePermission, SeparationChoice, User
from apps.accounts.services.access_log import access_log_write
from apps.core.database.prepared import prepared_rows
from apps.core.errors import InvalidInput, Refused
from apps.core.records import record_save
from apps.core.separation import MODES, SeparationRule, separation_rules

EVERYTHING = "*"


@dataclass(frozen=True)
class Breach:
    """A user who holds both sides of a rule; ``roles`` are the roles that give them."""

    rule: SeparationRule
    mode: str
    user: User
    roles: tuple[str, ...]


def modes() -> dict[str, str]:
    """{rule: off, warn or forbid} as the organisation chose, else as proposed. One query."""
    chosen: dict[str, str] = dict(prepared_rows("SELECT rule, mode FROM accounts_separationchoice", []))
    return {code: chosen.get(code, rule.usual) for code, rule in separation_rules().items()}


def mode_set(code: str, mode: str, *, by: Any) -> None:
    """Choose how strictly a rule is taken. A rule that people break already can't be made to forbid.

    Raises InvalidInput (unknown rule or mode), Refused.
    """
    rule = separation_rules().get(code)
    if rule is None:
        raise InvalidInput(_("There is no such rule."), field="rule", code="unknown")
    if mode not in MODES:
        raise InvalidInput(_("Must be one of: %(l)s.") % {"l": ", ".join(MODES)}, field="mode")
    if mode == "forbid" and not rule.about_record:
        broken = [b.user for b in breaches(rules={code: "forbid"})]
        if broken:
            names = ", ".join(str(user) for user in broken[:5])
            raise Refused(
                _("These people hold both sides of the rule: %(n)s. Change their roles first.")
                % {"n": names},
                code="separation",
            )
    before = modes()[code]
    row = SeparationChoice.objects.filter(rule=code).first() or SeparationChoice(rule=code)
    record_save(row, values={"mode": mode}, by=by)
    if before != mode:
        detail = {"separation": code, "before": before, "after": mode}
        access_log_write(AccessEvent.ROLE_CHANGED, detail=detail)


def breaches(*, rules: dict[str, str] | None = None, users: Iterable[int] | None = None) -> list[Breach]:
    """Active users who hold both sides of a rule about one person, rules that are off left out.

    Who holds everything (administrators) is left out: no rule can hold for him. Two queries.
    """
    taken = rules if rules is not None else modes()
    known = separation_rules()
    found = []
    for user, held in _holders(users):
        codes = frozenset(held)
        if EVERYTHING in codes:
            continue
        for code, mode in taken.items():
            rule = known[code]
            if mode != "off" and rule.broken_by(codes):
                found.append(Breach(rule, mode, user, _giving(rule, held)))
    return found


def _holders(users: Iterable[int] | None) -> list[tuple[User, dict[str, set[str]]]]:
    """(user, {permission: names of his roles that grant it})."""
    rows: Any = RolePermission.objects.filter(
        role__active=True, role__deleted_at=None, role__users__is_active=True, role__users__deleted_at=None
    )
    if users is not None:
        rows = rows.filter(role__users__in=list(users))
    table: dict[int, dict[str, set[str]]] = {}
    for pk, permission, name in rows.values_list("role__users", "permission", "role__name"):
        table.setdefault(pk, {}).setdefault(permission, set()).add(name)
    people = User.objects.in_bulk(list(table))
    return [(people[pk], held) for pk, held in sorted(table.items()) if pk in people]


def _giving(rule: SeparationRule, held: dict[str, set[str]]) -> tuple[str, ...]:
    sides = (*rule.first, *rule.second)
    wide = {f"{code.split('.', 1)[0]}.*" for code in sides}
    names = {name for code in (*sides, *wide) for name in held.get(code, ())}
    return tuple(sorted(names))


def role_conflicts(permissions: Iterable[str]) -> list[SeparationRule]:
    """Rules that a role with these codes breaks by itself, for the editor's warning."""
    held, taken = frozenset(permissions), modes()
    if EVERYTHING in held:
        return []
    return [r for code, r in separation_rules().items() if taken[code] != "off" and r.broken_by(held)]


def separation_check(users: Iterable[int]) -> None:
    """After a change of rights. Raises Refused when one of these users now breaks a rule that forbids."""
    forbidding = {code: mode for code, mode in modes().items() if mode == "forbid"}
    if not forbidding:
        return
    for breach in breaches(rules=forbidding, users=users):
        text = _("%(user)s would hold both sides of a separation of duties: %(rule)s.")
        raise Refused(text % {"user": breach.user, "rule": breach.rule.name}, code="separation")


# --- one record -----------------------------------------------------------------------------------


def maker_of(record: models.Model) -> int | None:
    """Who entered a record: the first entry of its history, else who is responsible for it."""
    history = getattr(record, "history", None)
    first = history.order_by("history_id").first() if history is not None else None
    return first.history_user_id if first is not None else getattr(record, "owner_id", None)


def record_separation(record: models.Model, permission: str, *, by: Any) -> str:
    """The code of a warning rule that ``by`` breaks by using this permission on what he entered; empty else.

    Raises Refused when the rule forbids it.
    """
    rules = [r for r in separation_rules().values() if r.about_record and permission in r.second]
    if by is None or not rules:
        return ""
    taken = modes()
    rules = [rule for rule in rules if taken[rule.code] != "off"]
    if not rules or maker_of(record) != by.pk:
        return ""
    rule = rules[0]
    if taken[rule.code] == "forbid":
        raise Refused(_("Somebody else must do this: %(rule)s.") % {"rule": rule.name}, code="separation")
    return rule.code
