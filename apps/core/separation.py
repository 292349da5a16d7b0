"""Separation of duties: what one person should not do alone. Apps register rules in ``permissions.py``.

A rule about **one record** says that who entered it may not do the named thing with it. A rule about **one
person** says that nobody should hold a permission of both sides. Whether a rule is off, warns or forbids is
the organisation's choice (``accounts``); these are its proposals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from apps.core.permissions import load_permissions

Mode = Literal["off", "warn", "forbid"]
MODES: tuple[Mode, ...] = ("off", "warn", "forbid")


@dataclass(frozen=True)
class SeparationRule:
    """``first`` empty: a rule about one record, whose maker may not use ``second`` on it. Else any code of
    ``first`` together with any of ``second`` in one person's hands breaks it."""

    code: str
    name: Any
    second: tuple[str, ...]
    first: tuple[str, ...] = ()
    usual: Mode = "warn"

    @property
    def about_record(self) -> bool:
        return not self.first

    def broken_by(self, permissions: frozenset[str] | set[str]) -> bool:
        """Whether someone who holds these codes holds both sides (wildcards of an app count)."""
        return bool(self.first) and _some(self.first, permissions) and _some(self.second, permissions)


def _some(codes: tuple[str, ...], held: frozenset[str] | set[str]) -> bool:
    return any(code in held or f"{code.split('.', 1)[0]}.*" in held for code in codes)


_rules: dict[str, SeparationRule] = {}


def register_separation(*rules: SeparationRule) -> None:
    for rule in rules:
        _rules[rule.code] = rule


def separation_rules() -> dict[str, SeparationRule]:
    """{key: rule} of all registered rules."""
    load_permissions()
    return dict(_rules)
