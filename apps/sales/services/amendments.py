"""Changing the lines of a confirmed order."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import Invoice, InvoiceLine
from apps.catalog.models import Product
from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import parse_decimal
from apps.core.scope import sees
from apps.documents.selectors import record_title
from apps.sales.models import Delivery, DeliveryLine, Order, OrderLine
from apps.sales.services.billing import SOURCE
from apps.sales.services.copying import MAX_LINES, quantity_read

LINE_CHANGES = ("quantity", "unit_price", "discount_percent", "description", "promised_date")
LINE_ADDS = ("product", "quantity", "unit_price", "discount_percent", "description", "promised_date")


def lines_amend(
    order: Order, lines: list[OrderLine], rows: Any, changes: list[dict[str, Any]], *, by: Any
) -> list[OrderLine]:
    """Apply the rows to the lines (in place), leave out those to remove, append new ones; fills ``changes``.

    Raises InvalidInput."""
    if not isinstance(rows, list) or not rows or len(rows) + len(lines) > MAX_LINES:
        raise InvalidInput(_("Send a list of 1 to 1,000 lines."), field="lines")
    errors = ErrorList()
    by_id = {line.pk: line for line in lines}
    products = _products(rows, by)
    gone = _removed(by_id, rows, changes, errors, by=by)
    result = [line for line in lines if line.pk not in gone]
    for index, row in enumerate(rows):
        path = f"lines.{index}"
        if not isinstance(row, dict):
            errors.add(path, _("Must be an object."))
        elif row.get("remove") is True:
            continue
        elif "line" in row:
            _change(by_id.get(row["line"]) if _is_key(row["line"]) else None, row, path, changes, errors)
        else:
            line = _added(order, row, products, path, errors)
            if line is not None:
                line.position = len(result) + 1
                result.append(line)
                changes.append({"line": line.position, "new": str(line.quantity), "field": "added"})
    errors.raise_if_any()
    if gone and not any(not line.shadow for line in result):
        raise InvalidInput(_("An order needs at least one line."), field="lines", code="required")
    for position, line in enumerate(result, 1):
        line.position = position
    return result


def _removed(
    by_id: dict[int, OrderLine], rows: list[Any], changes: list[dict[str, Any]], errors: ErrorList, *, by: Any
) -> set[int]:
    """The lines that rows with ``remove`` name; refused where something of them went out, or is about to."""
    asked = {
        index: row for index, row in enumerate(rows) if isinstance(row, dict) and row.get("remove") is True
    }
    named = Counter(row["line"] for row in rows if isinstance(row, dict) and _is_key(row.get("line")))
    going = {row["line"] for row in asked.values() if _is_key(row.get("line"))}
    kept = lines_used([line for line in by_id.values() if line.pk in going])
    gone: set[int] = set()
    for index, row in asked.items():
        path, line = f"lines.{index}", by_id.get(row["line"]) if _is_key(row.get("line")) else None
        for name in set(row) - {"line", "remove"}:
            errors.add(f"{path}.{str(name)[:60]}", _("A line that is removed takes no other change."))
        if line is None:
            errors.add(f"{path}.line", _("This line does not belong here."), "not_found")
        elif named[line.pk] > 1:
            errors.add(f"{path}.line", _("This line is named twice."))
        elif line.pk in kept:
            values = {"n": line.position, "name": _named(line), "document": _title(kept[line.pk], by)}
            text = _("Line %(n)s (%(name)s) stays: it stands on %(document)s.") % values
            errors.add(f"{path}.line", text, "in_use")
        else:
            gone.add(line.pk)
            old = f"{line.quantity.normalize():f} {_named(line)}"
            changes.append({"line": line.position, "field": "removed", "old": old, "new": ""})
    return gone


def _named(line: OrderLine) -> str:
    return str(line.product) if line.product_id else line.description.split("\n", 1)[0][:60]


def _title(document: Any, by: Any) -> str:
    return record_title(document) if sees(document, by) else str(document._meta.verbose_name)


def lines_used(lines: list[OrderLine]) -> dict[int, Delivery | Invoice]:
    """{order line id: the delivery or invoice that holds it back}: of it something was delivered or invoiced,
    or is about to; a delivery keeps its line even cancelled."""
    ids = [line.pk for line in lines]
    if not ids:
        return {}
    used: dict[int, Delivery | Invoice] = {}
    invoiced = InvoiceLine.objects.filter(source_kind=SOURCE, source_line_id__in=ids)
    for row in invoiced.exclude(invoice__status="cancelled").select_related("invoice"):
        used.setdefault(row.source_line_id or 0, row.invoice)
    for item in DeliveryLine.objects.filter(order_line__in=ids).select_related("delivery"):
        used[item.order_line_id or 0] = item.delivery
    return used


def lines_removable(order: Order) -> list[int]:
    """Ids of the lines that an amendment can remove."""
    lines = list(order.lines.all())
    used = lines_used(lines)
    return [line.pk for line in lines if line.pk not in used]


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
