"""How the documents of sales look on paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.india.numbers import SYMBOLS, format_quantity
from apps.documents.printing import (
    COPIES_CHALLAN,
    PrintDocument,
    PrintLine,
    PrintParty,
    PrintSignature,
    PrintTaxRow,
    PrintTotal,
)
from apps.documents.services.printing import print_company, print_party, register_print, state_label
from apps.sales.models import Delivery, DeliveryLine, DeliveryReturn, DeliveryReturnLine, Order, Quotation

DATE = "%d-%m-%Y"


def _day(value: Any) -> str:
    return f"{value:{DATE}}" if value else ""


def taxed_print(document: Any, **more: Any) -> PrintDocument:
    """What quotation and order share: parties, lines, tax summary, totals, terms."""
    lines = list(document.lines.select_related("unit", "product"))
    charges = list(document.charges.all())
    code = document.currency.code
    values: dict[str, Any] = {
        "title": "",
        "number": str(document),
        "date": _day(document.date),
        "company": print_company(document.company),
        "bill_to": print_party(document.party_name, document.billing_address, gstin=document.party_gstin),
        "ship_to": _ship_to(document),
        "place_of_supply": state_label(document.place_of_supply),
        "lines": tuple(_line(line) for line in lines if not getattr(line, "optional", False)),
        "tax_rows": _tax_rows([*lines, *charges]),
        "totals": _totals(document, charges),
        "words": document.amount_in_words,
        "terms": _terms(document),
        "currency": code,
        "symbol": SYMBOLS.get(code, code).strip(),
        "watermark": _("Draft") if document.status == "draft" else "",
    }
    return PrintDocument(**{**values, **more})


def _ship_to(document: Any) -> PrintParty | None:
    if not document.shipping_address or document.shipping_address == document.billing_address:
        return None
    return print_party(document.party_name, document.shipping_address)


def _line(line: Any) -> PrintLine:
    code = line.product.code if line.product_id else ""
    return PrintLine(
        position=str(line.position),
        description=line.description,
        detail=code if code and code not in line.description else "",
        hsn=line.hsn,
        quantity=line.quantity,
        unit=line.unit.code if line.unit_id else "",
        price=line.unit_price,
        discount=f"{format_quantity(line.discount_percent)} %" if line.discount_percent else None,
        taxable=line.taxable_value,
        rate=line.gst_rate or None,
        cgst=line.cgst or None,
        sgst=line.sgst or None,
        igst=line.igst or None,
        cess=line.cess or None,
        total=line.line_total,
        shadow=line.shadow,
    )


def _tax_rows(rows: list[Any]) -> tuple[PrintTaxRow, ...]:
    """One row for each HSN and rate, in order of first appearance; shadow and optional lines left out."""
    groups: dict[tuple[str, Decimal], list[Any]] = {}
    for row in rows:
        if not getattr(row, "shadow", False) and not getattr(row, "optional", False):
            name = row.hsn if hasattr(row, "hsn") else row.get_charge_kind_display()
            groups.setdefault((name, row.gst_rate), []).append(row)
    return tuple(_tax_row(hsn, rate, group) for (hsn, rate), group in groups.items() if rate)


def _tax_row(hsn: str, rate: Decimal, group: list[Any]) -> PrintTaxRow:
    sums = {
        name: sum((getattr(row, name) for row in group), Decimal(0))
        for name in ("taxable_value", "cgst", "sgst", "igst", "cess")
    }
    return PrintTaxRow(
        hsn=hsn,
        taxable=sums["taxable_value"],
        rate=rate,
        cgst=sums["cgst"] or None,
        sgst=sums["sgst"] or None,
        igst=sums["igst"] or None,
        cess=sums["cess"] or None,
        total=sums["cgst"] + sums["sgst"] + sums["igst"] + sums["cess"],
    )


def _totals(document: Any, charges: list[Any]) -> tuple[PrintTotal, ...]:
    goods = document.gross_total - document.charges_total
    rows = [PrintTotal("Gross", goods)] if document.discount_total or charges else []
    if document.discount_total:
        rows.append(PrintTotal("Discount", -document.discount_total))
    rows += [
        PrintTotal(charge.description or charge.get_charge_kind_display(), charge.amount)
        for charge in charges
    ]
    rows.append(PrintTotal("Taxable value", document.taxable_total))
    rows += [
        PrintTotal(label, amount)
        for label, amount in (
            ("CGST", document.cgst_total),
            ("SGST", document.sgst_total),
            ("IGST", document.igst_total),
            ("Cess", document.cess_total),
            ("Round-off", document.round_off),
        )
        if amount
    ]
    return (*rows, PrintTotal("Total", document.grand_total, "grand"))


def _terms(document: Any) -> str:
    """Special terms first, general ones after them."""
    parts = []
    if document.special_terms:
        parts.append(_("Special terms:") + "\n" + document.special_terms)
    if document.terms:
        parts.append(document.terms if not parts else _("General terms:") + "\n" + document.terms)
    return "\n\n".join(parts)


def quotation_print(quotation: Quotation) -> PrintDocument:
    """The offer, with optional lines in a table of their own and a place for the customer to sign."""
    fields = (
        (_("Valid until"), _day(quotation.valid_until)),
        (_("Your reference"), quotation.po_reference),
        (_("Payment"), str(quotation.payment_terms) if quotation.payment_terms_id else ""),
        (_("Contact"), str(quotation.owner) if quotation.owner_id else ""),
    )
    return taxed_print(
        quotation,
        title="Quotation",
        fields=tuple((label, value) for label, value in fields if value),
        tables=_options(quotation),
        signatures=(
            PrintSignature(),
            PrintSignature(caption="Accepted by the customer", ours=False, note="Name, date, seal"),
        ),
        show_bank=False,
        stamp=_("Superseded") if quotation.status == "superseded" else "",
    )


def _options(quotation: Quotation) -> tuple[Any, ...]:
    from apps.documents.printing import PrintColumn, PrintRow, PrintTable

    options = [line for line in quotation.lines.select_related("unit") if line.optional]
    if not options:
        return ()
    return (
        PrintTable(
            columns=(
                PrintColumn(_("Description"), weight=1),
                PrintColumn(_("Qty"), "right"),
                PrintColumn(_("Rate"), "right"),
                PrintColumn(_("Amount with tax"), "right"),
            ),
            rows=tuple(
                PrintRow(
                    (
                        line.description,
                        f"{format_quantity(line.quantity)} {line.unit.code if line.unit_id else ''}".strip(),
                        line.unit_price,
                        line.line_total,
                    )
                )
                for line in options
            ),
            title=_("Optional, not in the total"),
        ),
    )


def order_print(order: Order) -> PrintDocument:
    """The acknowledgement that the customer gets of an order."""
    fields = (
        (_("Your order"), order.po_reference),
        (_("of"), _day(order.po_date)),
        (_("Promised for"), _day(order.promised_date)),
        (_("Quotation"), str(order.quotation) if order.quotation_id else ""),
        (_("Payment"), str(order.payment_terms) if order.payment_terms_id else ""),
    )
    return taxed_print(
        order,
        title="Order acknowledgement",
        fields=tuple((label, value) for label, value in fields if value),
        watermark=_("Cancelled") if order.status == "cancelled" else _("Draft") if not order.number else "",
    )


register_print(Quotation, quotation_print)
register_print(Order, order_print)


def delivery_print(delivery: Delivery) -> PrintDocument:
    """The challan that travels with the goods, in three copies (rule 55 of the CGST Rules)."""
    lines = list(delivery.lines.select_related("product", "unit", "batch"))
    order = delivery.order
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
        date=_day(delivery.date),
        company=print_company(delivery.company),
        bill_to=consignee,
        fields=tuple((label, value) for label, value in fields if value),
        lines=tuple(_delivery_line(line) for line in lines),
        columns=("position", "description", "hsn", "quantity", "taxable"),
        totals=(PrintTotal("Value of goods", total),),
        notes=delivery.instructions,
        signatures=(
            PrintSignature(),
            PrintSignature(caption="Received in good condition", ours=False, note="Name, date, seal"),
        ),
        copies=COPIES_CHALLAN,
        show_bank=False,
        watermark={"draft": _("Draft"), "cancelled": _("Cancelled")}.get(delivery.status, ""),
    )


def _delivery_line(line: DeliveryLine) -> PrintLine:
    detail = [line.product.code]
    if line.batch_id:
        detail.append(_("Batch %(code)s") % {"code": line.batch.code})
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
        date=_day(document.date),
        company=print_company(document.company),
        bill_to=print_party(
            document.party_name, delivery.shipping_address, gstin=document.party.gstin, label=_("From")
        ),
        fields=tuple((label, value) for label, value in fields if value),
        lines=tuple(_return_line(line) for line in lines),
        columns=("position", "description", "quantity"),
        notes=document.reason,
        signatures=(PrintSignature(),),
        show_bank=False,
        watermark=_("Cancelled") if document.status == "cancelled" else "",
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
