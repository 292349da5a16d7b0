"""Changing the lines of a confirmed order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.models import Product
from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import parse_decimal
from apps.sales.models import Order, OrderLine
from apps.sales.services.copying import MAX_LINES, quantity_read

LINE_CHANGES = ("quantity", "unit_price", "discount_percent", "description", "promised_date")
LINE_ADDS = ("product", "quantity", "unit_price", "discount_percent", "description", "promised_date")


def lines_amend(
    order: Order, lines: list[OrderLine], rows: Any, changes: list[dict[str, Any]], *, by: Any
) -> list[OrderLine]:
    """Apply the rows to the lines (in place) and append new ones; fills ``changes``. Raises InvalidInput."""
    if not isinstance(rows, list) or not rows or len(rows) + len(lines) > MAX_LINES:
        raise InvalidInput(_("Send a list of 1 to 1,000 lines."), field="lines")
    errors = ErrorList()
    by_id = {line.pk: line for line in lines}
    products = _products(rows, by)
    result = list(lines)
    for index, row in enumerate(rows):
        path = f"lines.{index}"
        if not isinstance(row, dict):
            errors.add(path, _("Must be an object."))
        elif "line" in row:
            _change(by_id.get(row["line"]) if _is_key(row["line"]) else None, row, path, changes, errors)
        else:
            line = _added(order, row, products, path, errors)
            if line is not None:
                line.position = len(result) + 1
                result.append(line)
                changes.append({"line": line.position, "new": str(line.quantity), "field": "added"})
    errors.raise_if_any()
    return result


def _is_key(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _products(rows: list[Any], by: Any) -> dict[int, Product]:
    ids = {row["product"] for row in rows if isinstance(row, dict) and _is_key(row.get("product"))}
    found = Product.objects.filter(pk__in=ids, deleted_at=None) if ids else []
    return {product.pk: product for product in found}


def _change(
    line: OrderLine | None, row: dict[str, Any], path: str, changes: list[dict[str, Any]], errors: ErrorList
) -> None:
    if line is None:
        errors.add(f"{path}.line", _("This line does not belong here."), "not_found")
        return
    for name in set(row) - {"line", *LINE_CHANGES}:
        errors.add(f"{path}.{str(name)[:60]}", _("Unknown field."), "unknown")
    for name in LINE_CHANGES:
        if name not in row:
            continue
        value = _read(name, row[name], f"{path}.{name}", errors)
        if value is None or value == getattr(line, name):
            continue
        _allowed(line, name, value, f"{path}.{name}", errors)
        changes.append(
            {"line": line.position, "field": name, "old": str(getattr(line, name)), "new": str(value)}
        )
        setattr(line, name, value)


def _allowed(line: OrderLine, name: str, value: Any, path: str, errors: ErrorList) -> None:
    """Within what happened: not below what was delivered or billed, no other price once it was billed."""
    least = max(
        line.delivered_quantity - line.returned_quantity, line.invoiced_quantity - line.credited_quantity
    )
    if name == "quantity" and value < least:
        errors.add(
            path,
            _("%(n)s were delivered or invoiced already.") % {"n": f"{least.normalize():f}"},
            "min_value",
        )
    billed = line.invoiced_quantity > line.credited_quantity
    if name in ("unit_price", "discount_percent") and billed:
        errors.add(path, _("This line was invoiced at its price."), "invalid")


def _added(
    order: Order, row: dict[str, Any], products: dict[int, Product], path: str, errors: ErrorList
) -> OrderLine | None:
    for name in set(row) - set(LINE_ADDS):
        errors.add(f"{path}.{str(name)[:60]}", _("Unknown field."), "unknown")
    key = row.get("product")
    if not _is_key(key) or key not in products:
        errors.add(f"{path}.product", _("There is no such record."), "not_found")
        return None
    line = OrderLine(order=order, product=products[key])
    for name in LINE_CHANGES:
        if name in row:
            value = _read(name, row[name], f"{path}.{name}", errors)
            if value is not None:
                setattr(line, name, value)
    return line


def _read(name: str, value: Any, path: str, errors: ErrorList) -> Any:
    """A value of a line from JSON; None after an error was noted."""
    try:
        if name == "quantity":
            return quantity_read(value, path, errors) or None
        if name == "promised_date":
            return date.fromisoformat(str(value))
        if name == "description":
            return str(value)[:4000]
        number: Decimal = parse_decimal(str(value), allow_negative=False)
    except ValueError as error:
        errors.add(path, str(error))
        return None
    return number
