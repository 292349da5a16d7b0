"""Invoices, proformas, credit notes and bills as values of the print kit.

What must be on a tax invoice: CGST rules 46 (invoice), 49 (bill of supply), 53 (credit and debit notes).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.calculation.place_of_supply import TaxKind, tax_kind
from apps.accounting.calculation.tax_lines import ALWAYS_INTER_STATE
from apps.accounting.choices import SupplyKind, TaxClass
from apps.accounting.tax.header import supplier_state
from apps.core.formats import show_date, show_number, show_quantity
from apps.core.india.numbers import SYMBOLS
from apps.core.india.states import PLACE_CODES
from apps.core.typed_settings import setting
from apps.documents.printing import (
    COPIES_GOODS,
    COPIES_SERVICES,
    PrintCompany,
    PrintDocument,
    PrintLine,
    PrintParty,
    PrintQr,
    PrintTaxRow,
    PrintTotal,
    upi_link,
)
from apps.documents.services.printing import print_company, print_party, state_label

Fields = tuple[tuple[str, str], ...]
BILL_OF_SUPPLY = "Bill of Supply"
ZERO = Decimal(0)
_ZERO_RATED = {
    SupplyKind.EXPORT_LUT: gettext_lazy(
        "Supply meant for export under bond or letter of undertaking without payment of integrated tax."
    ),
    SupplyKind.EXPORT_WITH_PAYMENT: gettext_lazy("Supply meant for export on payment of integrated tax."),
    SupplyKind.SEZ_LUT: gettext_lazy(
        "Supply to an SEZ unit or developer under bond or letter of undertaking without payment of "
        "integrated tax."
    ),
    SupplyKind.SEZ_WITH_PAYMENT: gettext_lazy(
        "Supply to an SEZ unit or developer on payment of integrated tax."
    ),
}


def day_text(value: Any) -> str:
    return show_date(value) if value else ""


def filled(*pairs: tuple[str, str]) -> Fields:
    """The fields that have something to say."""
    return tuple((str(label), str(value)) for label, value in pairs if value)


def watermark_of(document: Any) -> str:
    return {
        "draft": _("Draft"),
        "held": _("Not cleared"),
        "cancelled": _("Cancelled"),
        "bounced": _("Bounced"),
        "reversed": _("Reversed"),
    }.get(document.status, "")


def taxed_print(document: Any, *, worth: str = "Taxable value", **more: Any) -> PrintDocument:
    """What all documents with tax share; ``worth``: label of the value before tax; ``more`` overrides or
    adds. Four queries besides the company's."""
    lines = [line for line in document.lines.select_related("unit", "product") if counted(line)]
    charges = list(document.charges.all())
    code = document.currency.code
    values: dict[str, Any] = {
        "title": "",
        "number": document.number or _("Draft %(id)s") % {"id": document.pk},
        "date": day_text(document.date),
        "company": company_of(document),
        "bill_to": print_party(document.party_name, document.billing_address, gstin=document.party_gstin),
        "ship_to": _ship_to(document),
        "place_of_supply": place_text(document.place_of_supply),
        "lines": tuple(line_of(line) for line in lines),
        "tax_rows": tax_rows_of([*lines, *charges]),
        "totals": totals_of(document, charges, worth),
        "words": document.amount_in_words,
        "terms": "\n\n".join(text for text in (document.special_terms, document.terms) if text),
        "currency": code,
        "symbol": SYMBOLS.get(code, code).strip(),
        "watermark": watermark_of(document),
    }
    return PrintDocument(**{**values, **more})


def counted(line: Any) -> bool:
    """Whether the line is in the totals: optional ones of a quotation, and alternatives, may not be."""
    return getattr(line, "counted", True)


def company_of(document: Any) -> PrintCompany:
    """The sender, with its LUT number on supplies under it, without UPI where nobody pays in rupees."""
    sender = print_company(document.company)
    if document.is_foreign:
        sender = replace(sender, upi_id="")
    lut = document.company.lut_number
    if lut and document.supply_kind in (SupplyKind.EXPORT_LUT, SupplyKind.SEZ_LUT):
        return replace(sender, extra=(*sender.extra, ("LUT", lut)))
    return sender


def place_text(code: str) -> str:
    if code == "96":
        return _("Outside India (96)")
    return state_label(code) if code in PLACE_CODES else code


def _ship_to(document: Any) -> PrintParty | None:
    if not document.shipping_address or document.shipping_address == document.billing_address:
        return None
    return print_party(document.party_name, document.shipping_address)


def line_of(line: Any) -> PrintLine:
    """One line as the kit prints it."""
    code = line.product.code if line.product_id else ""
    detail = [code] if code and code not in line.description else []
    return PrintLine(
        position=str(line.position),
        description=line.description,
        detail=" · ".join([*detail, *_pieces(line)]),
        hsn=line.hsn,
        quantity=line.quantity,
        unit=line.unit.code if line.unit_id else "",
        price=line.unit_price,
        discount=f"{show_quantity(line.discount_percent)} %" if line.discount_percent else None,
        taxable=None if line.shadow else line.taxable_value,
        rate=line.gst_rate or None,
        cgst=line.cgst or None,
        sgst=line.sgst or None,
        igst=line.igst or None,
        cess=line.cess or None,
        total=line.line_total,
        shadow=line.shadow,
    )


def _pieces(line: Any) -> list[str]:
    """Batch and serial numbers of what was sold: the customer's proof for warranty and recall."""
    batch, serials = getattr(line, "batch_code", ""), getattr(line, "serials", ())
    texts = [_("Batch %(code)s") % {"code": batch}] if batch else []
    return [*texts, _("S/N %(codes)s") % {"codes": ", ".join(serials)}] if serials else texts


def tax_rows_of(rows: list[Any]) -> tuple[PrintTaxRow, ...]:
    """One row for each HSN and rate, in order of first appearance; shadow lines are left out."""
    groups: dict[tuple[str, Decimal], list[Any]] = {}
    for row in rows:
        if not getattr(row, "shadow", False) and row.gst_rate:
            name = row.hsn if hasattr(row, "hsn") else row.get_charge_kind_display()
            groups.setdefault((name, row.gst_rate), []).append(row)
    return tuple(_tax_row(hsn, rate, group) for (hsn, rate), group in groups.items())


def _tax_row(hsn: str, rate: Decimal, group: list[Any]) -> PrintTaxRow:
    sums = {
        name: sum((getattr(row, name) for row in group), ZERO)
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


def totals_of(document: Any, charges: list[Any], worth: str) -> tuple[PrintTotal, ...]:
    """From the gross amount to what is to be paid, with the value in rupees of a foreign document."""
    rows = []
    if document.discount_total:
        rows.append(PrintTotal("Gross", document.gross_total - document.charges_total))
        rows.append(PrintTotal("Discount", -document.discount_total))
    rows += [
        PrintTotal(row.description or row.get_charge_kind_display(), row.taxable_value) for row in charges
    ]
    rows.append(PrintTotal(worth, document.taxable_total))
    if not document.reverse_charge:
        rows += _tax_totals(document)
    if document.round_off:
        rows.append(PrintTotal("Round off", document.round_off))
    rows.append(PrintTotal("Grand total", document.grand_total, "grand"))
    if document.is_foreign:
        rows.append(PrintTotal(_("Value in ₹"), show_number(document.base_total), "muted"))
    return tuple(rows)


def _tax_totals(document: Any) -> list[PrintTotal]:
    kind = tax_kind(
        supplier_state(document),
        document.place_of_supply or document.company.state_code,
        sez=document.supply_kind in ALWAYS_INTER_STATE,
    )
    local = "UTGST" if kind == TaxKind.CGST_UTGST else "SGST"
    pairs = (
        ("CGST", document.cgst_total),
        (local, document.sgst_total),
        ("IGST", document.igst_total),
        ("Cess", document.cess_total),
    )
    return [PrintTotal(label, amount) for label, amount in pairs if amount]


def _notes(document: Any, *more: str) -> str:
    """What the law wants to be said: zero rating, reverse charge, composition."""
    texts = [str(_ZERO_RATED.get(document.supply_kind, ""))]
    if document.reverse_charge:
        tax = show_number(document.tax_total)
        texts.append(_("Tax of %(tax)s is payable by the recipient on reverse charge.") % {"tax": tax})
    if document.direction == "out" and document.company.is_composition:
        texts.append(_("Composition taxable person, not eligible to collect tax on supplies."))
    return "\n".join(text for text in (*texts, *more) if text)


def _sale_fields(document: Any, *first: tuple[str, str]) -> Fields:
    rate = ""
    if document.is_foreign:
        rate = f"1 {document.currency.code} = ₹ {document.exchange_rate.normalize():f}"
    terms = str(document.payment_terms) if document.payment_terms_id else ""
    return filled(
        *first,
        (_("Order no."), document.po_reference),
        (_("Order date"), day_text(document.po_date)),
        (_("Payment terms"), terms),
        (_("Exchange rate"), rate),
        (_("Reverse charge"), _("Yes") if document.reverse_charge else _("No")),
    )


def invoice_title(document: Any, classes: set[str]) -> str:
    """What the law calls it: by what the supplier may charge and by the class of the lines."""
    company = document.company
    if not company.gstin:
        return "Invoice"
    if company.is_composition or (classes and TaxClass.TAXABLE not in classes):
        return BILL_OF_SUPPLY
    if document.supply_kind in (SupplyKind.EXPORT_LUT, SupplyKind.EXPORT_WITH_PAYMENT):
        return "Export Invoice"
    mixed = len(classes) > 1 and not document.party_gstin
    return "Invoice-cum-Bill of Supply" if mixed else "Tax Invoice"


def _classes(document: Any) -> set[str]:
    return set(document.lines.filter(shadow=False).values_list("tax_class", flat=True))


def invoice_print(document: Any) -> PrintDocument:
    """A tax invoice in its lawful copies, with a code to pay by UPI while something is due."""
    goods = document.lines.exclude(product__product_kind="service").exists()
    title = invoice_title(document, _classes(document))
    values = taxed_print(
        document,
        title=title,
        worth="Value of supply" if title == BILL_OF_SUPPLY else "Taxable value",  # nothing on it is taxable
        number_label="Invoice no.",
        date_label="Invoice date",
        fields=_sale_fields(document, (_("Due date"), day_text(document.due_date))),
        notes=_notes(document),
        qr_codes=_payment_codes(document),
        copies=COPIES_GOODS if goods else COPIES_SERVICES,
    )
    return replace(values, terms=values.terms or setting("accounting.invoice_terms", document.company_id))


def _payment_codes(document: Any) -> tuple[PrintQr, ...]:
    company = document.company
    amount = document.balance_due if document.status == "posted" else ZERO
    if not company.upi_id or document.is_foreign or amount <= 0:
        return ()
    link = upi_link(
        address=company.upi_id,
        name=company.legal_name,
        amount=amount,
        note=f"{document._meta.verbose_name} {document.number}".capitalize(),
        reference=document.number,
    )
    return (PrintQr(link, _("Scan to pay")),)


def proforma_print(document: Any) -> PrintDocument:
    """A proforma, stamped as what it is not."""
    return taxed_print(
        document,
        title="Proforma Invoice",
        number_label="Proforma no.",
        fields=_sale_fields(document, (_("Valid until"), day_text(document.valid_until))),
        notes=_notes(document),
        stamp=_("Not a tax invoice"),
        terms=document.terms or setting("accounting.proforma_terms", document.company_id),
    )


def credit_note_print(document: Any) -> PrintDocument:
    """A credit note with the invoice that it corrects."""
    return taxed_print(
        document,
        title="Credit Note",
        number_label="Credit note no.",
        fields=_sale_fields(document, *_corrected(document)),
        notes=_notes(document, document.reason),
        show_bank=False,
    )


def debit_note_print(document: Any) -> PrintDocument:
    """A debit note with the invoice to which it adds, and a code to pay it by UPI."""
    return taxed_print(
        document,
        title="Debit Note",
        number_label="Debit note no.",
        fields=_sale_fields(document, *_corrected(document), (_("Due date"), day_text(document.due_date))),
        notes=_notes(document, document.reason),
        qr_codes=_payment_codes(document),
    )


def _corrected(document: Any) -> Fields:
    """The invoice of a note, and why it was corrected."""
    invoice = document.invoice
    return (
        (_("Against invoice"), invoice.number if invoice else ""),
        (_("Invoice date"), day_text(invoice.date) if invoice else ""),
        (_("Reason"), str(document.get_reason_code_display())),
    )


def bill_print(document: Any) -> PrintDocument:
    """The voucher of a vendor's bill for our files."""
    fields = filled(
        (_("Vendor's number"), document.vendor_number),
        (_("Vendor's date"), day_text(document.vendor_date)),
        (_("Due date"), day_text(document.due_date)),
        (_("Journal entry"), str(document.journal_entry or "")),
        (_("Reverse charge"), _("Yes") if document.reverse_charge else _("No")),
    )
    return taxed_print(
        document,
        title="Purchase Voucher",
        number_label="Voucher no.",
        bill_to_label="Vendor",
        ship_to=None,
        fields=fields,
        notes=_notes(document, document.notes),
        show_bank=False,
    )
