"""Fields that a higher app adds to a lower master: the lower app never knows, every surface shows them.

contribute(Party, {"balance_due": Contribution(kind="money", resolve=balances_of, permission="…")})
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from apps.core.access import may
from apps.core.modules import module_key_of_app
from apps.core.tenant import switch_on


@dataclass(frozen=True)
class Contribution:
    """kind: money, quantity, rate (price or cost of one unit), text, integer, key, keys (a list of them),
    date or json.

    ``resolve(ids)`` gives {id: value} in one query;
    ``write(instance, value, by)`` makes the field writable; ``model`` names the model of a key. ``fill(value,
    by)`` gives the input that a new document takes over when this field is sent (an invoice's ``order``);
    what was sent besides goes before it. ``together(ids)`` gives {name: {id: value}} of several fields in one
    query, for fields that name the same function.
    """

    kind: str
    resolve: Callable[[list[int]], dict[int, Any]]
    label: str = ""
    permission: str = ""
    write: Callable[[Any, Any, Any], None] | None = None
    model: type[models.Model] | None = None
    app: str = ""
    fill: Callable[[Any, Any], dict[str, Any]] | None = None
    together: Callable[[list[int]], dict[str, dict[int, Any]]] | None = None


_contributions: dict[type[models.Model], dict[str, Contribution]] = defaultdict(dict)


def contribute(model: type[models.Model], fields: dict[str, Contribution], *, app: str) -> None:
    """Add fields to a lower model; ``app`` is the contributing app (its switch hides them)."""
    for name, item in fields.items():
        _contributions[model][name] = Contribution(**{**item.__dict__, "app": app})


def contributions_to(model: type[models.Model], user: Any = None) -> dict[str, Contribution]:
    """Contributed fields that are on here and that ``user`` (when given) may see."""
    return {
        name: item
        for name, item in _contributions.get(model, {}).items()
        if switch_on(module_key_of_app(item.app))
        and (user is None or not item.permission or may(user, item.permission))
    }


def resolve_contributions(
    model: type[models.Model], ids: Iterable[int], names: Iterable[str], user: Any
) -> dict[str, dict[int, Any]]:
    """{field name: {id: value}} for the named fields, one query a field (or for all that go together)."""
    id_list = list(ids)
    available = contributions_to(model, user)
    found: dict[str, dict[int, Any]] = {}
    for name in names if id_list else ():
        if name in available and name not in found:
            item = available[name]
            values = item.together(id_list) if item.together else {name: item.resolve(id_list)}
            found |= {key: value for key, value in values.items() if key in available}
    return found
