"""Keys of records as addresses, forms and tokens send them."""

from __future__ import annotations

from functools import cache
from typing import Any

DIGITS = 18
"""So many fit into the database's keys (63 bits)."""


def key_read(text: Any) -> int | None:
    """The id that plain digits say; None for everything else ("²" is a digit too, and ten thousand are)."""
    sent = str(text)
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= DIGITS else None


def key_sent(value: Any) -> int | None:
    """The id that a JSON value is; None for everything else (true is a number too)."""
    return value if type(value) is int and 0 < value < 2**63 else None


def keys_joined(queryset: Any, **columns: tuple[str, ...]) -> Any:
    """``select_related`` of these keys with the named columns of the records behind them; the others are read
    when somebody asks for them. For lists, where each row would carry all of them."""
    left_out = [f"{key}__{name}" for key in columns for name in _others(queryset.model, key, columns[key])]
    return queryset.select_related(*columns).defer(*left_out)


@cache
def _others(model: Any, key: str, names: tuple[str, ...]) -> list[str]:
    """The columns of the record behind a key, but for its own key and those named."""
    related = model._meta.get_field(key).related_model
    kept = {related._meta.pk.name, *names}
    return [field.name for field in related._meta.concrete_fields if field.name not in kept]
