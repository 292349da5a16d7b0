"""Fields that need a permission of their own: cost, bank account, identity number.

A model declares them once, and every surface asks here::

    class Product(MasterModel):
        guarded_fields = {"standard_cost": Guard(see="catalog.see_cost")}

Who lacks ``see`` doesn't get the value (or its last characters only, ``tail``), can't write it, and can
neither filter nor sort by it: an order or a count of hits would tell the value as well. Who lacks ``change``
sees the value and sends it back unchanged, or is refused by the field's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.errors import FieldError, NotAllowed

if TYPE_CHECKING:
    from apps.core.records import Child

MASK = "••••"


@dataclass(frozen=True)
class Guard:
    """``see`` and ``change``: permission codes, empty = nothing special; ``tail``: last characters shown."""

    see: str = ""
    change: str = ""
    tail: int = 0


def guards_of(model: type[models.Model]) -> dict[str, Guard]:
    """Guarded fields and properties of a model, by name."""
    return getattr(model, "guarded_fields", {})


def hidden_fields(model: type[models.Model], user: Any) -> dict[str, int]:
    """{name: tail} of the fields whose value this user doesn't get; tail 0: not even its end."""
    guards = guards_of(model)
    return {name: g.tail for name, g in guards.items() if g.see and not may(user, g.see)} if guards else {}


def fixed_fields(model: type[models.Model], user: Any) -> frozenset[str]:
    """Fields that this user sees but may not change."""
    guards, hidden = guards_of(model), hidden_fields(model, user)
    return frozenset(
        name for name, g in guards.items() if name not in hidden and g.change and not may(user, g.change)
    )


def masked(value: Any, tail: int) -> str | None:
    """``••••4321``; nothing for an empty value."""
    text = str(value or "")
    return f"{MASK}{text[-tail:] if tail else ''}" if text else ("" if value == "" else None)


def path_hidden(model: type[models.Model], path: str, user: Any) -> bool:
    """Whether a path such as ``product__standard_cost__gte`` touches a field that the user may not see."""
    return any(not may(user, code) for code in _asked_by(model, path.lstrip("-")))


@lru_cache(maxsize=4096)
def _asked_by(model: type[models.Model], path: str) -> tuple[str, ...]:
    """The permissions that a path asks for: those to see each guarded field on its way."""
    current, found = model, []
    for part in path.split("__"):
        guard = guards_of(current).get(part)
        if guard is not None and guard.see:
            found.append(guard.see)
        try:
            field = current._meta.get_field(part)
        except FieldDoesNotExist:
            break
        if not isinstance(field.related_model, type):
            break
        current = field.related_model
    return tuple(found)


def open_paths(model: type[models.Model], table: dict[str, str], user: Any) -> dict[str, str]:
    """The filters or orderings of a list (name → path) that this user may use."""
    closed = set(hidden_fields(model, user))
    closed.update(name for name, code in _asked_for(model, tuple(table.items())) if not may(user, code))
    return {name: path for name, path in table.items() if name not in closed}


@lru_cache(maxsize=1024)
def _asked_for(model: type[models.Model], table: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Of these names and paths those that ask for a permission, with it; nearly all ask for none."""
    return [(name, code) for name, path in table for code in _asked_by(model, path)]


def open_names(model: type[models.Model], names: Iterable[Any], user: Any) -> list[Any]:
    """Names of fields or columns of the model without those that the user may not see."""
    hidden = hidden_fields(model, user)
    return [name for name in names if not hidden or not _is_hidden(model, name, hidden, user)]


def _is_hidden(model: type[models.Model], name: Any, hidden: dict[str, int], user: Any) -> bool:
    """A column may be a function: its name counts, and what it sorts by."""
    plain = name if isinstance(name, str) else getattr(name, "__name__", "")
    sorts = getattr(name, "admin_order_field", "") or ""
    return plain in hidden or (isinstance(sorts, str) and bool(sorts) and path_hidden(model, sorts, user))


# --- input ----------------------------------------------------------------------------------------


def input_check(
    model: type[models.Model], data: Any, user: Any, *, names: dict[str, str], row: Any = None, path: str = ""
) -> list[FieldError]:
    """What of ``data`` this user may not write. ``names``: API name → field; ``row``: the record as it is."""
    if not guards_of(model) or not isinstance(data, dict):
        return []
    hidden, fixed = hidden_fields(model, user), fixed_fields(model, user)
    errors = []
    for api_name, value in data.items():
        name = names.get(api_name, api_name)
        if name in fixed:
            if _same(model, name, value, row):
                continue
        elif name not in hidden or (row is None and _same(model, name, value, None)):
            continue
        text = _("You may not set %(field)s.") % {"field": _label(model, name)}
        errors.append(FieldError(f"{path}{api_name}", text, "permission_denied"))
    return errors


def _same(model: type[models.Model], name: str, value: Any, row: Any) -> bool:
    """Whether the sent value is what stands there; for a new record: what it would get anyway."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    now = getattr(row if row is not None else model(), field.attname)
    if value in (None, ""):
        return now in (None, "")
    try:
        sent = field.target_field.to_python(value) if field.is_relation else field.to_python(value)
    except Exception:
        return False
    return sent == now


def _label(model: type[models.Model], name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name.replace("_", " ")


def record_input_check(
    model: type[models.Model],
    data: Any,
    user: Any,
    *,
    names: dict[str, str],
    children: Iterable[Child] = (),
    row: Any = None,
) -> None:
    """Raises NotAllowed naming each guarded field of the record or its lines that ``user`` may not write."""
    errors = input_check(model, data, user, names=names, row=row)
    for child in children:
        rows = data.get(child.name) if isinstance(data, dict) else None
        if not guards_of(child.model) or not isinstance(rows, list):
            continue
        known = (
            {}
            if row is None or row.pk is None
            else {r.pk: r for r in child.model._default_manager.filter(**{child.parent: row})}
        )
        kept = {pk: known[pk] for item in rows if (pk := _row_id(item)) in known}
        for index, item in enumerate(rows):
            errors += input_check(
                child.model,
                item,
                user,
                names=child.rename,
                row=kept.get(_row_id(item)),
                path=f"{child.name}.{index}.",
            )
        if len(kept) < len(known) and _guards_change(child.model, user):
            what = {"action": _("delete"), "what": child.model._meta.verbose_name_plural}
            text = _("You may not %(action)s %(what)s.") % what
            errors.append(FieldError(child.name, text, "permission_denied"))
    if errors:
        raise FieldsNotAllowed(errors)


def _row_id(item: Any) -> int | None:
    """The id of a sent row as the serializer reads it: a text of digits names a row too."""
    from rest_framework.exceptions import ValidationError  # models come here before core.lean_imports
    from rest_framework.serializers import IntegerField

    try:
        return int(IntegerField().to_internal_value(item["id"]))
    except (KeyError, TypeError, ValidationError):
        return None


def _guards_change(model: type[models.Model], user: Any) -> bool:
    """Whether there is a field that this user may not change: a row that goes takes its value with it."""
    return any(guard.change and not may(user, guard.change) for guard in guards_of(model).values())


class FieldsNotAllowed(NotAllowed):
    """Refuses the named fields (HTTP 403)."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(errors[0].detail, field=errors[0].field)
        self._errors = errors

    @property
    def errors(self) -> list[FieldError]:
        return self._errors
