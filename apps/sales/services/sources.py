"""``order`` and ``delivery`` as fields of invoices and proformas: what a draft takes over, and the links."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import Invoice, InvoiceLine
from apps.company.selectors import company_today
from apps.core.database.prepared import prepared_rows
from apps.core.errors import InvalidInput, Refused
from apps.core.keys import key_sent
from apps.core.locks import lock_row
from apps.core.scope import kind_of, record_open_or_refuse
from apps.core.typed_settings import setting
from apps.documents.lifecycle import lifecycle_of
from apps.documents.models import DocumentLink
from apps.documents.services.links import link_add
from apps.sales.calculation.fulfilment import billing_on_delivery, quantities_of
from apps.sales.models import Delivery, Order, OrderLine
from apps.sales.services.billing import (
    ON_DELIVERY,
    SOURCE,
    delivery_pieces,
    delivery_wanted,
    invoice_charges,
    invoice_discount,
    order_lines,
    order_wanted,
)

_HEADER = (
    "company_id", "party_id", "billing_address", "shipping_address", "place_of_supply", "supply_kind",
    "currency_id", "exchange_rate", "prices_include_tax", "reverse_charge", "po_reference", "po_date",
    "payment_terms_id", "special_terms", "owner_id", "department_id", "team_id",
)  # fmt: skip
_LINE = ("product_id", "description", "hsn", "unit_id", "unit_price", "discount_percent", "tax_category_id")


def order_fill(pk: int, by: Any) -> dict[str, Any]:
    """Input of an invoice of what is open on the order. Raises InvalidInput, Refused (nothing open)."""
    order = _seen(Order, pk, "order", by)
    _billable(order, "order")
    wanted, _on_delivery = order_wanted(order)
    return _invoice_input(order, wanted)


def delivery_fill(pk: int, by: Any) -> dict[str, Any]:
    """Input of an invoice of what a delivery brought and nobody billed."""
    delivery = _seen(Delivery, pk, "delivery", by)
    if delivery.status != "posted" or delivery.order is None:
        raise Refused(
            _("Only a posted delivery of an order is invoiced."), code="invalid_transition", field="delivery"
        )
    _billable(delivery.order, "delivery")
    wanted = delivery_wanted(delivery)
    data, pieces = _invoice_input(delivery.order, wanted), delivery_pieces(delivery)
    for values, (line, _quantity) in zip(data["lines"], wanted, strict=True):
        if (own := pieces.get(line.pk)) is not None:
            values |= {"batch_code": own.batch_text, "serials": own.serials}
    return data


def proforma_fill(pk: int, by: Any) -> dict[str, Any]:
    """Input of a proforma of the whole order."""
    order = _seen(Order, pk, "order", by)
    data = _header(order)
    data["discount_amount"] = str(order.discount_amount)
    data["lines"] = [_line(line, line.quantity) for line in order_lines(order)]
    data["charges"] = [_charge(charge, charge.amount) for charge in order.charges.all()]
    return data


def _seen(model: Any, pk: Any, field: str, by: Any) -> Any:
    key = key_sent(pk)
    found = model.objects.for_user(by).filter(pk=key).first() if key is not None else None
    if found is None:
        raise InvalidInput(
            _("There is no such record: %(id)s.") % {"id": str(pk)[:40]}, field=field, code="not_found"
        )
    return found


def _billable(order: Order, field: str) -> None:
    if order.status not in ("confirmed", "closed"):
        raise Refused(
            _("The order is “%(state)s”.") % {"state": lifecycle_of(Order).state(order.status).label},
            code="invalid_transition",
            field=field,
        )


def _header(order: Order) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name in _HEADER:
        value = getattr(order, name)
        key = name.removesuffix("_id")
        if value not in (None, "", {}):
            data[key] = value if isinstance(value, (int, str, dict)) else str(value)
    data["date"] = max(company_today(), order.date).isoformat()
    return data


def _invoice_input(order: Order, wanted: Sequence[tuple[OrderLine, Decimal]]) -> dict[str, Any]:
    data = _header(order)
    data["moves_stock"] = False
    data["terms"] = setting("accounting.invoice_terms", order.company_id) or order.terms
    data["discount_amount"] = str(invoice_discount(order, wanted))
    data["lines"] = [_line(line, quantity) for line, quantity in wanted]
    data["charges"] = [_charge(charge, charge.amount) for charge in invoice_charges(order)]
    return data


def _line(line: OrderLine, quantity: Decimal) -> dict[str, Any]:
    values: dict[str, Any] = {"quantity": str(quantity), "shadow": line.shadow}
    for name in _LINE:
        value = getattr(line, name)
        if value not in (None, ""):
            values[name.removesuffix("_id")] = value if isinstance(value, (int, str)) else str(value)
    return values


def _charge(charge: Any, amount: Decimal) -> dict[str, Any]:
    values = {"kind": charge.charge_kind, "description": charge.description, "amount": str(amount)}
    if charge.tax_category_id:
        values["tax_category"] = charge.tax_category_id
    return values


# --- after saving ---------------------------------------------------------------------------------


def invoice_order_set(invoice: Invoice, order: Order | None, by: Any) -> None:
    """Tie a draft invoice to the order that it bills: its lines count on the order's lines.

    Raises NotAllowed where a grant to see is all that shows the order to ``by``: billing is a step of it.
    """
    if order is None:
        return
    if by is not None:
        record_open_or_refuse(order, by)
    _same(invoice, order, "order")
    _lines_tie(invoice, order)
    on_delivery = billing_on_delivery([quantities_of(line) for line in order_lines(order)])
    link_add(order, invoice, ON_DELIVERY if on_delivery else "made")


def invoice_delivery_set(invoice: Invoice, delivery: Delivery | None, by: Any) -> None:
    """Tie a draft invoice to a delivery and its order."""
    if delivery is None or delivery.order is None:
        return
    if by is not None:
        record_open_or_refuse(delivery, by)
    _same(invoice, delivery.order, "delivery")
    _lines_tie(invoice, delivery.order)
    link_add(delivery, invoice)
    link_add(delivery.order, invoice, ON_DELIVERY)


def proforma_order_set(proforma: Any, order: Order | None, by: Any) -> None:
    if order is not None:
        _same(proforma, order, "order")
        link_add(order, proforma)


def _same(document: Any, order: Order, field: str) -> None:
    if (document.party_id, document.company_id) != (order.party_id, order.company_id):
        raise InvalidInput(_("The order is of another party or company."), field=field)


def _lines_tie(invoice: Invoice, order: Order) -> None:
    """Each line takes the order line of its product (or text) that has most room for it. Holds the order
    meanwhile, so that no amendment removes a line that is taken."""
    lock_row(Order, order.pk, share=True)
    room = {
        line: line.quantity - line.invoiced_quantity + line.credited_quantity for line in order_lines(order)
    }
    tied = []
    for row in invoice.lines.all():
        if row.source_kind or row.shadow:
            continue
        fitting = [line for line in room if not line.shadow and _fits(row, line)]
        best = next((line for line in fitting if room[line] >= row.quantity), None) or next(
            iter(fitting), None
        )
        if best is not None:
            room[best] -= row.quantity
            row.source_kind, row.source_line_id = SOURCE, best.pk
            tied.append(row)
    InvoiceLine.objects.bulk_update(tied, ["source_kind", "source_line_id"])


def _fits(row: InvoiceLine, line: OrderLine) -> bool:
    if row.product_id or line.product_id:
        return row.product_id == line.product_id and row.unit_id == line.unit_id
    return row.description == line.description


_SOURCES = """
SELECT source_kind, target_id, source_id FROM documents_documentlink
 WHERE source_kind = ANY(%s::text[]) AND target_kind = %s AND target_id = ANY(%s::bigint[])
 ORDER BY id"""


def invoice_sources(ids: list[int]) -> dict[str, dict[int, int]]:
    """``order`` and ``delivery`` of invoices: {name: {invoice id: id}}, one query."""
    names = {kind_of(Order): "order", kind_of(Delivery): "delivery"}
    found: dict[str, dict[int, int]] = {name: {} for name in names.values()}
    for kind, target, source in prepared_rows(_SOURCES, [list(names), kind_of(Invoice), ids]):
        found[names[kind]][target] = source
    return found


def sources_of(source: Any, target: Any, ids: list[int]) -> dict[int, int]:
    """{target id: id of the source it was made from}, one query."""
    rows = DocumentLink.objects.filter(
        source_kind=kind_of(source), target_kind=kind_of(target), target_id__in=ids
    ).order_by("id")
    return dict(rows.values_list("target_id", "source_id"))
