"""Keeping invoiced and credited quantities of order lines in step with what accounting posts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from apps.core.errors import FieldError, InvalidInput, Refused
from apps.core.locks import lock_rows
from apps.core.money import ZERO, round_money
from apps.documents.lifecycle import lifecycle_of
from apps.documents.models import DocumentLink
from apps.sales.models import Order, OrderLine
from apps.sales.services.billing import ON_DELIVERY, SOURCE, charges_given_back, charges_taken
from apps.sales.services.deliveries import OverDelivery
from apps.sales.services.fulfilment import quantities_add, quantities_take

Sums = dict[int, Decimal]


def _of_orders(lines: Sequence[Any]) -> tuple[Sums, dict[int, str]]:
    """{order line id: quantity} of the lines that bill orders, and the paths that named them."""
    sums: Sums = {}
    paths: dict[int, str] = {}
    for index, line in enumerate(lines):
        if line.source_kind == SOURCE and line.source_line_id and not line.shadow:
            sums[line.source_line_id] = sums.get(line.source_line_id, ZERO) + line.quantity
            paths.setdefault(line.source_line_id, f"lines.{index}.quantity")
    return sums, paths


def invoice_counted(invoice: Invoice, lines: Sequence[Any]) -> None:
    """Count what the invoice bills. Raises Refused: more than ordered (or delivered), order not confirmed."""
    sums, paths = _of_orders(lines)
    if not sums:
        return
    orders = _orders_of(sums)
    for order in orders:
        if order.status not in ("confirmed", "closed"):
            raise Refused(
                _("The order %(n)s is “%(state)s”.")
                % {"n": order, "state": lifecycle_of(Order).state(order.status).label},
                code="invalid_transition",
                field="order",
            )
        if order.party_id != invoice.party_id or order.company_id != invoice.company_id:
            raise InvalidInput(_("The order is of another party or company."), field="party")
    quantities_add("invoiced", sums, paths=paths)
    if _bills_deliveries(invoice):
        _delivered_check(sums, paths)
    charges_taken(orders, invoice, sign=1)


def _orders_of(sums: Sums) -> list[Order]:
    """The orders of the lines, held so that nobody cancels or amends them meanwhile."""
    ids = OrderLine.objects.filter(pk__in=sums).values_list("order_id", flat=True)
    return lock_rows(Order, set(ids), share=True)


def _bills_deliveries(invoice: Invoice) -> bool:
    links = DocumentLink.objects.filter(target_kind="accounting.invoice", target_id=invoice.pk)
    pairs = links.values_list("source_kind", "relation")
    return any(kind == "sales.delivery" or relation == ON_DELIVERY for kind, relation in pairs)


_OVER_DELIVERED = """
SELECT l.id FROM sales_orderline l JOIN catalog_product p ON p.id = l.product_id
WHERE l.id = ANY(%s) AND p.product_kind IN ('goods', 'kit')
  AND l.invoiced_quantity - l.credited_quantity > l.delivered_quantity - l.returned_quantity
"""


def _delivered_check(sums: Sums, paths: dict[int, str]) -> None:
    """An invoice of deliveries never bills more than was delivered, however many drafts there were."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER_DELIVERED, [list(sums)])
        over = [row[0] for row in cursor.fetchall()]
    if over:
        detail = _("More than was delivered and not yet invoiced.")
        raise OverDelivery([FieldError(paths[pk], detail, "over_delivery") for pk in over])


def invoice_uncounted(invoice: Invoice) -> None:
    """Take the invoice's quantities back."""
    sums, _paths = _of_orders(list(invoice.lines.all()))
    if sums:
        quantities_take("invoiced", sums)
        charges_taken(Order.objects.filter(lines__in=sums).distinct(), invoice, sign=-1)


# --- credit notes ---------------------------------------------------------------------------------


def credit_counted(note: CreditNote, lines: Sequence[Any], *, by: Any) -> None:
    """Count pieces given back; with ``moves_stock`` the goods of the note come back into stock."""
    rows = _credit_lines(note)
    _given_back(note, rows, sign=1)
    sums = _credited(rows)
    if sums:
        quantities_add("credited", sums)
    if note.moves_stock:
        from apps.sales.services.direct import credit_take_back

        credit_take_back(note, rows, by=by)


def _credit_lines(note: CreditNote) -> list[CreditNoteLine]:
    return list(
        note.lines.filter(value_only=False, invoice_line__isnull=False).select_related(
            "invoice_line", "product"
        )
    )


def _credited(rows: Sequence[CreditNoteLine]) -> Sums:
    sums: Sums = {}
    for row in rows:
        source = row.invoice_line
        if source is not None and source.source_kind == SOURCE and source.source_line_id:
            sums[source.source_line_id] = sums.get(source.source_line_id, ZERO) + row.quantity
    return sums


def credit_uncounted(note: CreditNote) -> None:
    """A cancelled note credits nothing any more, and the goods that it took back leave again with it."""
    rows = _credit_lines(note)
    _given_back(note, rows, sign=-1)
    sums = _credited(rows)
    if sums:
        quantities_take("credited", sums)
    if note.moves_stock:
        from apps.sales.services.direct import credit_return_undo

        credit_return_undo(note)


def _given_back(note: CreditNote, rows: Sequence[CreditNoteLine], *, sign: int) -> None:
    """Charges and the share of the order's discount in a note on an invoice of one order."""
    discount = _discount_share(rows)
    if note.invoice_id is None or not (discount or note.charges_total):
        return
    billed = InvoiceLine.objects.filter(invoice=note.invoice_id, source_kind=SOURCE)
    lines = OrderLine.objects.filter(pk__in=billed.values("source_line_id"))
    orders = lock_rows(Order, lines.values_list("order_id", flat=True))
    if len(orders) == 1:
        charges_given_back(orders[0], note, discount, sign=sign)


def _discount_share(rows: Sequence[CreditNoteLine]) -> Decimal:
    """Of what the lines were billed at less, the part that was the document's discount, not their own."""
    own = sum((round_money(row.gross_value * row.discount_percent / 100) for row in rows), ZERO)
    return max(sum((row.discount_value for row in rows), ZERO) - own, ZERO)
