"""Debit notes: more value or tax on a posted invoice, by the invoice's routing and its day's rates.

Source: CGST Act, section 34(3): the supplier issues it when the invoice charged less than was due.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.events import DebitNoteCancelled, DebitNotePosted, document_event
from apps.accounting.invoicing.common import entry_cancel, entry_post, postable_check, rows_of
from apps.accounting.invoicing.hold import credit_check, party_hold
from apps.accounting.invoicing.invoices import Children, own_accounts_check
from apps.accounting.invoicing.notes import header_from_invoice, note_link
from apps.accounting.invoicing.postings import sale_posting
from apps.accounting.models import DebitNote, Invoice, InvoiceLine
from apps.accounting.tax.documents import taxed_compute
from apps.accounting.tax.lines import masters_load
from apps.core.errors import ErrorList, InvalidInput
from apps.core.events import emit
from apps.core.locks import lock_row

LIKE_INVOICE = (
    "product_id", "hsn", "unit_id", "tax_category_id", "account_id", "cost_centre_id", "project_id",
)  # fmt: skip


def debit_note_compute(document: DebitNote, children: Children) -> None:
    """Fill and check a draft; raises InvalidInput with paths (``lines.0.unit_price``)."""
    lines, charges = children.setdefault("lines", []), children.setdefault("charges", [])
    if document.invoice_id is None:
        raise InvalidInput(_("A debit note names its invoice."), field="invoice", code="required")
    invoice = document.invoice
    header_from_invoice(document)
    _lines_like_invoice(document, lines)
    own_accounts_check(document, lines)
    masters = masters_load(lines, charges, invoice.date)
    taxed_compute(document, lines, charges, masters=masters)
    document.party_name, document.party_gstin = invoice.party_name, invoice.party_gstin


def _lines_like_invoice(document: DebitNote, lines: list[Any]) -> None:
    """A line that names an invoice line is taxed as that one was; each says what it charges in addition."""
    sources = {row.pk: row for row in InvoiceLine.objects.filter(invoice=document.invoice_id, shadow=False)}
    errors = ErrorList()
    for index, line in enumerate(lines):
        if line.unit_price is None:
            errors.add(f"lines.{index}.unit_price", _("Say what is charged in addition."), "required")
        if line.invoice_line_id is None:
            continue
        source = sources.get(line.invoice_line_id)
        if source is None:
            errors.add(f"lines.{index}.invoice_line", _("This is no line of the invoice."), "not_found")
            continue
        for name in LIKE_INVOICE:
            setattr(line, name, getattr(source, name))
        line.description = line.description or source.description
        line.shadow = False
    errors.raise_if_any()


def debit_note_post(document: DebitNote, *, by: Any, reason: str = "") -> None:
    """Post: number, entry as of an invoice, open item of the customer. The invoice is held meanwhile, so that
    it can't be cancelled. Raises Refused ``credit_limit``, ``company_locked``, Locked, InvalidInput."""
    lines, charges = rows_of(document)
    document.invoice = lock_row(Invoice, document.invoice_id)
    header_from_invoice(document)
    postable_check(document, lines, charges)
    posting = sale_posting(document, lines, charges)
    party = party_hold(document)
    credit_check(party, document, document.base_total, by=by, reason=reason)
    entry_post(document, posting, side=Side.RECEIVABLE, sign=1, by=by, reason=reason)
    note_link(document)
    emit(document_event(DebitNotePosted, document, lines, by))


def debit_note_cancel(document: DebitNote, *, by: Any, reason: str = "") -> None:
    """Reverse a note; it keeps its number. Refused ``in_use`` when money settled it."""
    entry_cancel(document, by=by, reason=reason)
    emit(document_event(DebitNoteCancelled, document, None, by))
