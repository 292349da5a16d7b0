"""Invoices and proformas of orders and deliveries: drafts here, posting in accounting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.invoices import sale_compute
from apps.accounting.models import (
    CreditNote,
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    Proforma,
    ProformaCharge,
    ProformaLine,
)
from apps.company.selectors import company_attach, company_today, rate_kept_since
from apps.core.errors import FieldError, Refused
from apps.core.money import ZERO, round_money
from apps.core.typed_settings import setting
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.sales.calculation.fulfilment import (
    LineQuantities,
    billing_on_delivery,
    discount_part,
    quantities_of,
)
from apps.sales.choices import BillingBasis
from apps.sales.models import Delivery, Order, OrderCharge, OrderLine
from apps.sales.services.copying import charge_copy, header_copy, line_copy, parts_read
from apps.sales.services.deliveries import OverDelivery
from apps.sales.services.pieces import Pieces, pieces_of
from apps.sales.services.quotations import document_store

SOURCE = "sales.orderline"
ON_DELIVERY = "delivered"
"""Relation of the link from an order to an invoice that bills what was delivered."""

Wanted = list[tuple[OrderLine, Decimal]]


def order_invoice(
    order: Order, *, by: Any, lines: Any = None, basis: str = "", date: Date | None = None
) -> Invoice:
    """A draft invoice of the order: of what is open, or ``[{line, quantity}]``.

    ``basis`` ordered or delivered; without it deliveries are billed once there are some (see
    ``billing_on_delivery``). Raises Refused when nothing is open or more is wanted than that.
    """
    wanted, on_delivery = order_wanted(order, lines, basis)
    return _draft(order, wanted, on_delivery=on_delivery, date=date)


def order_wanted(order: Order, lines: Any = None, basis: str = "") -> tuple[Wanted, bool]:
    """What an invoice of the order takes, and whether it bills deliveries."""
    known = order_lines(order)
    quantities = {line.pk: quantities_of(line) for line in known}
    on_delivery = basis == BillingBasis.DELIVERED if basis else billing_on_delivery(quantities.values())
    return _wanted(known, quantities, lines, on_delivery=on_delivery), on_delivery


def order_lines(order: Order) -> list[OrderLine]:
    """The lines with what they name, in order; one query."""
    return list(order.lines.select_related("product", "unit", "tax_category"))


def _wanted(
    known: Sequence[OrderLine], quantities: dict[int, LineQuantities], rows: Any, *, on_delivery: bool
) -> Wanted:
    """Lines and quantities to bill. Named quantities may reach what was ordered, delivered or not."""
    left = {pk: item.to_invoice(on_delivery=on_delivery) for pk, item in quantities.items()}
    if rows is None:
        wanted = [(line, left[line.pk]) for line in known if left[line.pk] > 0]
        if not wanted:
            raise Refused(_("Nothing of this order is left to invoice."), code="over_delivery", field="lines")
        return wanted
    wanted, errors = [], []
    for part in parts_read(rows, {line.pk: line for line in known}, names=("line", "order_line")):
        ceiling = quantities[part.line.pk].to_invoice(on_delivery=False)
        quantity = part.quantity or left[part.line.pk]
        if quantity > ceiling or quantity <= 0:
            detail = _("Only %(left)s of this line are not invoiced yet.") % {
                "left": f"{ceiling.normalize():f}"
            }
            errors.append(FieldError(f"lines.{part.index}.quantity", detail, "over_delivery"))
        wanted.append((part.line, quantity))
    if errors:
        raise OverDelivery(errors)
    return wanted


def delivery_invoice(delivery: Delivery, *, by: Any, date: Date | None = None) -> Invoice:
    """A draft invoice of what a delivery brought and nobody has billed yet. Raises Refused."""
    if delivery.order_id is None:
        raise Refused(_("An invoice delivered these goods already."), code="in_use", field="invoice")
    pieces = delivery_pieces(delivery)
    invoice = _draft(delivery.order, delivery_wanted(delivery), on_delivery=True, date=date, pieces=pieces)
    link_add(delivery, invoice)
    return invoice


def delivery_wanted(delivery: Delivery) -> Wanted:
    """What a delivery brought, came not back and is not billed. Raises Refused when that is nothing."""
    brought: dict[int, Decimal] = {}
    for line in delivery.lines.all():
        out = line.quantity - line.returned_quantity
        if line.order_line_id and out > 0:
            brought[line.order_line_id] = brought.get(line.order_line_id, ZERO) + out
    known = [line for line in order_lines(delivery.order) if line.pk in brought]
    wanted = [
        (line, min(brought[line.pk], quantities_of(line).to_invoice(on_delivery=True))) for line in known
    ]
    wanted = [(line, quantity) for line, quantity in wanted if quantity > 0]
    if not wanted:
        raise Refused(_("This delivery is invoiced already."), code="over_delivery", field="lines")
    return wanted


def delivery_pieces(delivery: Delivery) -> dict[int, Pieces]:
    """{order line id: batches and serial numbers that a delivery brought}; two queries."""
    lines = delivery.lines.exclude(order_line=None).values_list("pk", "order_line_id")
    found, merged = pieces_of([delivery.pk]), dict[int, Pieces]()
    for pk, order_line in lines.order_by("position", "pk"):
        if (own := found.get(pk)) is not None:
            into = merged.setdefault(order_line, Pieces())
            into.batches += [code for code in own.batches if code not in into.batches]
            into.serials += own.serials
    return merged


def _draft(
    order: Order,
    wanted: Wanted,
    *,
    on_delivery: bool,
    date: Date | None,
    pieces: Mapping[int, Pieces] | None = None,
) -> Invoice:
    """Store the draft: header, charges and the share of the discount come from the order."""
    company_attach(order)
    invoice = header_copy(order, Invoice())
    invoice.date = max(date or company_today(), order.date)
    _rate_of_day(invoice, order)
    invoice.moves_stock = False  # the order's deliveries do
    invoice.terms = setting("accounting.invoice_terms", order.company_id) or order.terms
    invoice.discount_amount = invoice_discount(order, wanted)
    rows = []
    for number, (line, quantity) in enumerate(wanted, 1):
        row = line_copy(line, InvoiceLine(source_kind=SOURCE, source_line_id=line.pk), quantity)
        row.position = number
        if pieces and (own := pieces.get(line.pk)) is not None:
            row.batch_code, row.serials = own.batch_text, own.serials
        rows.append(row)
    charges = invoice_charges(order)
    sale_compute(invoice, {"lines": rows, "charges": charges})
    document_store(invoice, lines=rows, charges=charges, parent="invoice")
    link_add(order, invoice, ON_DELIVERY if on_delivery else "made")
    timeline_add(invoice, "created", text=_("From order %(n)s") % {"n": order}, data={"order": order.pk})
    return invoice


def _rate_of_day(invoice: Invoice, order: Order) -> None:
    """The books take a sale at the rate of its own day, not of the day on which it was ordered. Where nobody
    kept a rate since, the order's stays."""
    if order.is_foreign:
        rate = rate_kept_since(order.currency_id, after=order.date, day=invoice.date)
        invoice.exchange_rate = order.exchange_rate if rate is None else rate


def invoice_discount(order: Order, wanted: Wanted) -> Decimal:
    """The order's own discount goes along in proportion to value; the last invoice takes the rest."""
    if order.discount_amount <= 0:
        return Decimal("0.00")
    taken = sum((_value(line, quantity) for line, quantity in wanted), ZERO)
    earlier = sum(
        (_value(line, line.invoiced_quantity - line.credited_quantity) for line in order_lines(order)), ZERO
    )
    gross = order.gross_total - order.charges_total
    return discount_part(
        order.discount_amount, gross, taken + earlier, taken_discount=order.discount_invoiced
    )


def _value(line: OrderLine, quantity: Decimal) -> Decimal:
    return line.gross_value * quantity / line.quantity if line.quantity and not line.shadow else ZERO


def invoice_charges(order: Order) -> list[InvoiceCharge]:
    """Charges that no posted invoice took over yet."""
    return [
        charge_copy(charge, InvoiceCharge(), charge.amount - charge.invoiced_amount)
        for charge in order.charges.all()
        if charge.amount > charge.invoiced_amount
    ]


def order_proforma(order: Order, *, by: Any, date: Date | None = None) -> Proforma:
    """A draft proforma of the whole order, for payment in advance."""
    proforma = header_copy(order, Proforma())
    proforma.date = max(date or company_today(), order.date)
    proforma.discount_amount = order.discount_amount
    rows = [line_copy(line, ProformaLine()) for line in order_lines(order)]
    charges = [charge_copy(charge, ProformaCharge()) for charge in order.charges.all()]
    sale_compute(proforma, {"lines": rows, "charges": charges})
    document_store(proforma, lines=rows, charges=charges, parent="proforma")
    link_add(order, proforma)
    timeline_add(proforma, "created", text=_("From order %(n)s") % {"n": order}, data={"order": order.pk})
    return proforma


def charges_taken(orders: Iterable[Order], invoice: Invoice, *, sign: int) -> None:
    """Keep what a posted invoice took over of charges and discount; ``sign`` -1 gives it back."""
    orders = list(orders)
    if len(orders) == 1:  # an invoice over several orders states its own charges
        _taken(orders[0], invoice.charges.all(), invoice.discount_amount, sign=sign)


def charges_given_back(order: Order, note: CreditNote, discount: Decimal, *, sign: int) -> None:
    """What a posted credit note gave back of charges and of the order's discount may be billed again, like
    the pieces; ``sign`` -1: the note was cancelled."""
    _taken(order, note.charges.all(), discount, sign=-sign)


def _taken(order: Order, rows: Iterable[Any], discount: Decimal, *, sign: int) -> None:
    charges = list(order.charges.all())
    left: dict[str, Decimal] = {}
    for row in rows:
        left[row.charge_kind] = left.get(row.charge_kind, ZERO) + row.amount
    for charge in charges:
        room = charge.amount - charge.invoiced_amount if sign > 0 else charge.invoiced_amount
        part = min(left.get(charge.charge_kind, ZERO), room)
        left[charge.charge_kind] = left.get(charge.charge_kind, ZERO) - part
        charge.invoiced_amount += sign * part
    if charges:
        OrderCharge.objects.bulk_update(charges, ["invoiced_amount"])
    if discount:
        taken = round_money(order.discount_invoiced + sign * discount)
        Order.objects.filter(pk=order.pk).untracked_update(discount_invoiced=max(taken, ZERO))
