"""How the documents of sales look on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.printing.taxed import day_text, filled, taxed_print, watermark_of
from apps.company.selectors import company_moment
from apps.core.formats import show_quantity
from apps.documents.printing import (
    COPIES_CHALLAN,
    PrintColumn,
    PrintDocument,
    PrintLine,
    PrintRow,
    PrintSignature,
    PrintTable,
    PrintTotal,
)
from apps.documents.services.printing import (
    Variant,
    print_company,
    print_party,
    register_print,
    register_variant,
)
from apps.sales.models import Delivery, DeliveryLine, DeliveryReturn, DeliveryReturnLine, Order, Quotation
from apps.sales.selectors import quotation_signature
from apps.sales.services.alternatives import stands_for
from apps.sales.services.kits import component_products, exploded
from apps.sales.services.pieces import pieces_of


def _terms(document: Any) -> str:
    """Special terms first, general ones after them."""
    parts = []
    if document.special_terms:
        parts.append(_("Special terms:") + "\n" + document.special_terms)
    if document.terms:
        parts.append(document.terms if not parts else _("General terms:") + "\n" + document.terms)
    return "\n\n".join(parts)


def quotation_print(quotation: Quotation) -> PrintDocument:
    """The offer, with alternatives and optional lines in tables of their own; a place for the customer to
    sign."""
    fields = (
        (_("Valid until"), day_text(quotation.valid_until)),
        (_("Your reference"), quotation.po_reference),
        (_("Payment"), str(quotation.payment_terms) if quotation.payment_terms_id else ""),
        (_("Contact"), str(quotation.owner) if quotation.owner_id else ""),
    )
    return taxed_print(
        quotation,
        title="Quotation",
        number=str(quotation),
        terms=_terms(quotation),
        fields=filled(*fields),
        tables=_beside(quotation),
        signatures=(PrintSignature(), _acceptance(quotation)),
        show_bank=False,
        stamp=_("Superseded") if quotation.status == "superseded" else "",
    )


def _acceptance(quotation: Quotation) -> PrintSignature:
    """Where the customer signs; once accepted: who said yes, when, and the signature drawn in the portal."""
    place = PrintSignature(caption="Accepted by the customer", ours=False, note="Name, date, seal")
    if quotation.status != "accepted" or quotation.decided_at is None or not quotation.decided_by:
        return place  # where nobody of the customer's is known, he can still sign on paper
    moment = company_moment(quotation.decided_at)
    note = _("Accepted on %(day)s at %(time)s") % {"day": day_text(moment), "time": f"{moment:%H:%M}"}
    return replace(place, name=quotation.decided_by, note=note, image=quotation_signature(quotation))


def _beside(quotation: Quotation) -> tuple[PrintTable, ...]:
    """What is offered beside the lines in the total: alternatives to them, and options."""
    lines = list(quotation.lines.select_related("unit"))
    other, options = stands_for(lines), [(line, "") for line in lines if line.optional and not line.chosen]
    alternatives = [
        (line, _("Alternative to line %(n)s") % {"n": other[line.pk]}) for line in lines if line.pk in other
    ]
    tables = ((_("Alternatives, not in the total"), alternatives), (_("Optional, not in the total"), options))
    return tuple(_beside_table(title, rows) for title, rows in tables if rows)


def _beside_table(title: str, rows: list[tuple[Any, str]]) -> PrintTable:
    columns = (
        PrintColumn(_("Description"), weight=1),
        PrintColumn(_("Qty"), "right"),
        PrintColumn(_("Rate"), "right"),
        PrintColumn(_("Amount with tax"), "right"),
    )
    return PrintTable(columns=columns, rows=tuple(_beside_row(*row) for row in rows), title=title)


def _beside_row(line: Any, note: str) -> PrintRow:
    quantity = f"{show_quantity(line.quantity)} {line.unit.code if line.unit_id else ''}".strip()
    text = f"{note}: {line.description}" if note else line.description
    return PrintRow((text, quantity, line.unit_price, line.line_total))


def order_print(order: Order) -> PrintDocument:
    """The acknowledgement that the customer gets of an order."""
    fields = (
        (_("Your order"), order.po_reference),
        (_("of"), day_text(order.po_date)),
        (_("Promised for"), day_text(order.promised_date)),
        (_("Quotation"), str(order.quotation) if order.quotation_id else ""),
        (_("Payment"), str(order.payment_terms) if order.payment_terms_id else ""),
    )
    return taxed_print(
        order,
        title="Order acknowledgement",
        number=str(order),
        terms=_terms(order),
        fields=filled(*fields),
    )


register_print(Quotation, quotation_print)
register_print(Order, order_print)


def delivery_print(delivery: Delivery) -> PrintDocument:
    """The challan that travels with the goods, in three copies (rule 55 of the CGST Rules)."""
    lines = list(delivery.lines.select_related("product", "unit", "batch"))
    order, parts = delivery.order, component_products(lines)
    picked = {pk: own.batches for pk, own in pieces_of([delivery.pk]).items()}
    fields = (
        (_("Order"), str(order) if order else ""),
        (_("Your order"), order.po_reference if order else ""),
        (_("Invoice"), delivery.invoice.number if delivery.invoice_id else ""),
        (_("Dispatched from"), str(delivery.place)),
        (_("Carrier"), delivery.carrier),
        (_("Vehicle"), delivery.vehicle_number),
        (_("Tracking number"), delivery.tracking_number),
        (_("Packages"), str(delivery.packages or "")),
    )
    consignee = print_party(
        delivery.party_name, delivery.shipping_address, gstin=delivery.party.gstin, label=_("Consignee")
    )
    total = sum((line.taxable_value for line in lines), Decimal(0))
    return PrintDocument(
        title="Delivery challan",
        number=str(delivery),
        date=day_text(delivery.date),
        company=print_company(delivery.company),
        bill_to=consignee,
        fields=filled(*fields),
        lines=tuple(_delivery_line(line, parts, picked.get(line.pk, ())) for line in lines),
        columns=("position", "description", "hsn", "quantity", "taxable"),
        totals=(PrintTotal("Value of goods", total),),
        notes=delivery.instructions,
        signatures=(
            PrintSignature(),
            PrintSignature(caption="Received in good condition", ours=False, note="Name, date, seal"),
        ),
        copies=COPIES_CHALLAN,
        show_bank=False,
        watermark=watermark_of(delivery),
    )


def _delivery_line(line: DeliveryLine, parts: dict[int, Any], picked: Sequence[str]) -> PrintLine:
    """A line of the challan; of a kit also what is in it, for whoever packs and counts."""
    detail = [line.product.code]
    detail += [
        f"{show_quantity(quantity)} {product.unit.code} {product.name}"
        for product, quantity in exploded(line, line.base_quantity, parts)
    ]
    if batches := [line.batch.code] if line.batch_id else picked:
        detail.append(_("Batch %(code)s") % {"code": ", ".join(batches)})
    if line.serials:
        detail.append(_("S/N %(codes)s") % {"codes": ", ".join(line.serials)})
    return PrintLine(
        position=str(line.position),
        description=line.description,
        detail=" · ".join(detail),
        hsn=line.product.hsn,
        quantity=line.quantity,
        unit=line.unit.code if line.unit_id else "",
        taxable=line.taxable_value,
    )


register_print(Delivery, delivery_print)


def packing_slip(delivery: Delivery, built: PrintDocument) -> PrintDocument:
    """What lies in the packages: one copy, no values."""
    return replace(
        built,
        title="Packing Slip",
        columns=("position", "description", "quantity"),
        totals=(),
        copies=(),
        signatures=(
            PrintSignature(caption="Packed by", ours=True),
            PrintSignature(caption="Checked by", ours=True),
        ),
    )


register_variant(Delivery, Variant("packing", gettext_lazy("Packing slip"), packing_slip))


def return_print(document: DeliveryReturn) -> PrintDocument:
    """The receipt for goods that came back."""
    delivery = document.delivery
    lines = document.lines.select_related("product", "delivery_line__unit")
    fields = (
        (_("Delivery"), str(delivery)),
        (_("Taken back to"), str(document.place)),
        (_("Condition"), document.get_condition_display()),
        (_("Credit note"), str(document.credit_note) if document.credit_note_id else ""),
    )
    return PrintDocument(
        title=_("Goods returned"),
        number=str(document),
        date=day_text(document.date),
        company=print_company(document.company),
        bill_to=print_party(
            document.party_name, delivery.shipping_address, gstin=document.party.gstin, label=_("From")
        ),
        fields=filled(*fields),
        lines=tuple(_return_line(line) for line in lines),
        columns=("position", "description", "quantity"),
        notes=document.reason,
        signatures=(PrintSignature(),),
        show_bank=False,
        watermark=watermark_of(document),
    )


def _return_line(line: DeliveryReturnLine) -> PrintLine:
    detail = [line.product.code]
    if line.serials:
        detail.append(_("S/N %(codes)s") % {"codes": ", ".join(line.serials)})
    unit = line.delivery_line.unit
    return PrintLine(
        position=str(line.position),
        description=line.description,
        detail=" · ".join(detail),
        quantity=line.quantity,
        unit=unit.code if unit else "",
    )


register_print(DeliveryReturn, return_print)
