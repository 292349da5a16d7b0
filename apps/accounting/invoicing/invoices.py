"""Invoices and proformas: working out a draft, posting, cancelling."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.events import InvoiceCancelled, InvoicePosted, InvoicePosting, document_event
from apps.accounting.invoicing.common import entry_cancel, entry_post, postable_check, rows_of
from apps.accounting.invoicing.hold import company_check, credit_check, party_hold
from apps.accounting.invoicing.postings import sale_posting
from apps.accounting.models import Invoice, Proforma
from apps.accounting.tax.documents import taxed_compute
from apps.company.selectors import company_attach, company_today
from apps.core.errors import InvalidInput, Refused
from apps.core.events import emit
from apps.core.records import rows_keep
from apps.documents.lifecycle import number_assign

Children = dict[str, list[Any]]


def sale_compute(document: Any, children: Children) -> None:
    """Fill defaults and totals of a document to a customer; what surfaces call before saving."""
    if document.company_id and document.party_id:
        company_check(document.party, document)
    own_accounts_check(document, children.get("lines", []))
    taxed_compute(document, children.get("lines", []), children.get("charges", []))


def own_accounts_check(document: Any, lines: list[Any]) -> None:
    """Accounts, cost centres and projects of lines belong to the document's company."""
    for index, line in enumerate(lines):
        for name in ("account", "project"):
            row = getattr(line, name, None)
            if row is not None and row.company_id != document.company_id:
                raise InvalidInput(
                    _("This belongs to another company."), field=f"lines.{index}.{name}", code="company"
                )


def invoice_post(document: Invoice, *, by: Any, reason: str = "") -> None:
    """Post a draft: credit and company lock, goods (by sales), number, journal entry, open item.

    ``reason`` is needed in a softly closed period and over the credit limit. Raises Refused
    (``credit_limit``, ``company_locked``, ``insufficient_stock``), Locked (closed period), InvalidInput.
    """
    company_attach(document)
    lines, charges = rows_of(document)
    rows_keep(document, {"lines": lines, "charges": charges})
    postable_check(document, lines, charges)
    posting = sale_posting(document, lines, charges)
    party = party_hold(document)
    credit_check(party, document, document.base_total, by=by, reason=reason)
    emit(document_event(InvoicePosting, document, lines, by, reason=reason))
    entry_post(document, posting, side=Side.RECEIVABLE, sign=1, by=by, reason=reason)
    emit(document_event(InvoicePosted, document, lines, by))


def invoice_cancel(document: Invoice, *, by: Any, reason: str = "") -> None:
    """Reverse a posted invoice; it keeps its number. Refused ``in_use`` with money or notes against it."""
    if document.credit_notes.filter(status="posted").exists():
        raise Refused(_("A credit note was made for this invoice. Cancel it first."), code="in_use")
    if document.debit_notes.filter(status="posted").exists():
        raise Refused(_("A debit note was made for this invoice. Cancel it first."), code="in_use")
    entry_cancel(document, by=by, reason=reason)
    emit(document_event(InvoiceCancelled, document, None, by))


def proforma_post(document: Proforma, *, by: Any) -> None:
    """Issue a proforma: it gets its number; nothing is posted."""
    lines, charges = rows_of(document)
    postable_check(document, lines, charges)
    number_assign(document)


def proforma_cancel(document: Proforma, *, by: Any, reason: str = "") -> None:
    """Withdraw a proforma."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    document.cancelled_on, document.cancel_reason = company_today(), reason.strip()[:200]
