"""Lines and charges carried from one document to the next. What came of what stays traceable by keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import parse_decimal, round_money

HEADER = (
    "company_id", "party_id", "party_name", "party_gstin", "billing_address", "shipping_address",
    "place_of_supply", "supply_kind", "currency_id", "exchange_rate", "prices_include_tax",
    "reverse_charge", "po_reference", "po_date", "payment_terms_id", "terms", "special_terms",
    "owner_id", "department_id", "team_id", "notes",
)  # fmt: skip
LINE = (
    "product_id", "description", "hsn", "unit_id", "unit_price", "discount_percent", "tax_category_id",
    "shadow", "unit_factor",
)  # fmt: skip
CHARGE = ("position", "charge_kind", "description", "amount", "tax_category_id")
MAX_LINES = 1000


def header_copy(source: Any, target: Any, names: Iterable[str] = HEADER) -> Any:
    """Copy what a document hands on: party, addresses, currency and rate, terms, people."""
    for name in names:
        value = getattr(source, name)
        setattr(target, name, dict(value) if isinstance(value, dict) else value)
    for name in ("company", "party", "currency"):  # read once for both
        setattr(target, name, getattr(source, name))
    return target


def line_copy(source: Any, target: Any, quantity: Decimal | None = None) -> Any:
    """Copy a line without its amounts; related rows that are loaded already go along."""
    for name in LINE:
        setattr(target, name, getattr(source, name))
    for name in ("product", "unit", "tax_category"):
        field = source._meta.get_field(name)
        if field.is_cached(source):
            setattr(target, name, getattr(source, name))
    target.position = source.position
    target.quantity = source.quantity if quantity is None else quantity
    return target


def charge_copy(source: Any, target: Any, amount: Decimal | None = None) -> Any:
    """Copy a charge, or a part of it."""
    for name in CHARGE:
        setattr(target, name, getattr(source, name))
    if amount is not None:
        target.amount = amount
    return target


@dataclass(frozen=True)
class Part:
    """Quantity wanted of a line; ``index`` is its place in the request, for error paths."""

    index: int
    line: Any
    quantity: Decimal
    extra: dict[str, Any]


def parts_read(
    rows: Any, by_id: dict[int, Any], *, names: tuple[str, ...] = ("line",), extra: tuple[str, ...] = ()
) -> list[Part]:
    """``[{line, quantity}]`` of a verb's body. Raises InvalidInput with paths.

    ``names``: keys that may carry the line's id; ``extra``: further keys that are allowed and handed on.
    A line without quantity gives quantity 0, which the caller reads as "all that is open".
    """
    if not isinstance(rows, list) or not rows or len(rows) > MAX_LINES:
        raise InvalidInput(_("Send a list of 1 to 1,000 lines."), field="lines")
    errors = ErrorList()
    parts, seen = [], set()
    for index, row in enumerate(rows):
        part = _part(index, row, by_id, names=names, extra=extra, errors=errors)
        if part is None:
            continue
        if part.line.pk in seen and not extra:
            errors.add(f"lines.{index}.{names[0]}", _("This line is named twice."), "duplicate")
        seen.add(part.line.pk)
        parts.append(part)
    errors.raise_if_any()
    return parts


def _part(
    index: int,
    row: Any,
    by_id: dict[int, Any],
    *,
    names: tuple[str, ...],
    extra: tuple[str, ...],
    errors: ErrorList,
) -> Part | None:
    path = f"lines.{index}"
    if not isinstance(row, dict):
        errors.add(path, _("Must be an object with line and quantity."))
        return None
    for name in set(row) - {*names, "quantity", *extra}:
        errors.add(f"{path}.{str(name)[:60]}", _("Unknown field."), "unknown")
    key = next((row[name] for name in names if row.get(name) is not None), None)
    if isinstance(key, bool) or not isinstance(key, int) or key not in by_id:
        errors.add(f"{path}.{names[0]}", _("This line does not belong here."), "not_found")
        return None
    quantity = quantity_read(row.get("quantity"), f"{path}.quantity", errors)
    if quantity is None:
        return None
    return Part(index, by_id[key], quantity, {name: row[name] for name in extra if name in row})


def quantity_read(value: Any, path: str, errors: ErrorList) -> Decimal | None:
    """A positive quantity of at most six decimals; missing gives 0, anything else an error and None."""
    if value is None:
        return Decimal(0)
    try:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError(_("Send quantities as texts such as “2.5”."))
        quantity = parse_decimal(str(value))
    except ValueError as error:
        errors.add(path, str(error))
        return None
    if quantity <= 0:
        errors.add(path, _("Quantity must be more than 0."), "min_value")
        return None
    if quantity != round_money(quantity, 6) or quantity >= Decimal(10) ** 13:
        errors.add(path, _("At most 6 decimals and 13 digits before them."), "max_value")
        return None
    return quantity
