"""Receipts and payment advices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import MoneyStatus
from apps.accounting.models import Allocation
from apps.accounting.printing.taxed import day_text, filled, watermark_of
from apps.core.india.numbers import SYMBOLS
from apps.documents.printing import (
    PrintColumn,
    PrintDocument,
    PrintParty,
    PrintRow,
    PrintSignature,
    PrintTable,
    PrintTotal,
)
from apps.documents.services.printing import address_lines, print_company


def receipt_print(document: Any) -> PrintDocument:
    """What the party gets for its money; for a cheque of a later day, that it was given."""
    if document.status == MoneyStatus.HELD:
        return _money_print(
            document,
            title="Cheque Acknowledgement",
            label=_("Received from"),
            thanks=_(
                "Received subject to clearing. The receipt follows once the bank has cleared the cheque."
            ),
        )
    return _money_print(
        document, title="Receipt", label=_("Received from"), thanks=_("Received with thanks.")
    )


def payment_print(document: Any) -> PrintDocument:
    """What we tell the vendor: how much was paid and for which bills."""
    return _money_print(document, title="Payment Advice", label=_("Paid to"), thanks="")


def _money_print(document: Any, *, title: str, label: str, thanks: str) -> PrintDocument:
    code = document.currency.code
    fields = filled(
        (_("Mode"), document.get_mode_display()),
        (_("Reference"), document.reference),
        (_("Cheque date"), day_text(document.instrument_date)),
        (_("Project"), str(document.project) if document.project_id else ""),
    )
    return PrintDocument(
        title=title,
        number=_number(document),
        date=day_text(document.date),
        company=print_company(document.company),
        bill_to=_party(document),
        bill_to_label=label,
        fields=fields,
        highlight=PrintTotal(_("Amount"), document.amount, "grand"),
        tables=_allocations(document),
        totals=_totals(document),
        words=document.amount_in_words,
        notes=thanks,
        signatures=(PrintSignature(),),
        show_bank=False,
        currency=code,
        symbol=SYMBOLS.get(code, code).strip(),
        watermark=watermark_of(document),
    )


def _number(document: Any) -> str:
    """Its own number, or that of the cheque while nothing is booked."""
    if document.status == MoneyStatus.HELD:
        return document.reference or str(document.pk)
    return document.number or _("Draft %(id)s") % {"id": document.pk}


def _party(document: Any) -> PrintParty:
    party = document.party
    address = party.addresses.first()
    return PrintParty(
        name=document.party_name or party.legal_name,
        address=address_lines(address) if address else (),
        gstin=party.gstin,
        phone=party.phone,
        mail=party.email,
    )


def _allocations(document: Any) -> tuple[PrintTable, ...]:
    """The documents that the money was set against, and what is left of it."""
    item = document.open_item
    if item is None:
        return ()
    mine, other = ("credit_item", "debit_item") if item.amount < 0 else ("debit_item", "credit_item")
    rows = Allocation.objects.filter(**{mine: item}, undone_at=None).select_related(other)
    lines = [
        PrintRow(
            (
                getattr(row, other).number,
                day_text(getattr(row, other).date),
                abs(getattr(row, other).amount),
                row.amount,
            )
        )
        for row in rows
    ]
    if document.unallocated:
        lines.append(PrintRow((_("On account"), "", None, document.unallocated)))
    if not lines:
        return ()
    columns = (
        PrintColumn(_("Document"), weight=1),
        PrintColumn(_("Date")),
        PrintColumn(_("Amount of the document"), "right"),
        PrintColumn(_("Set against it"), "right"),
    )
    return (PrintTable(columns, tuple(lines), _("Set against")),)


def _totals(document: Any) -> tuple[PrintTotal, ...]:
    rows = [PrintTotal(_("Amount"), document.amount)]
    if document.tds_amount:
        rows.append(PrintTotal(_("Tax withheld (TDS)"), document.tds_amount))
    total: Decimal = document.settles
    return (*rows, PrintTotal(_("Settled"), total, "grand")) if document.tds_amount else ()
