"""What is made from a posted invoice by one button: credit note, debit note, receipt. Each is a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.credit_notes import credit_note_compute
from apps.accounting.invoicing.debit_notes import debit_note_compute
from apps.accounting.invoicing.notes import note_link
from apps.accounting.models import (
    CreditNote,
    CreditNoteCharge,
    CreditNoteLine,
    DebitNote,
    DebitNoteCharge,
    DebitNoteLine,
    Invoice,
    InvoiceLine,
    Receipt,
    ReceiptAllocation,
)
from apps.accounting.payments.money import money_compute
from apps.company.selectors import company_today
from apps.core.errors import Refused
from apps.core.money import ZERO
from apps.core.records import Child
from apps.documents.services.drafts import draft_save

CREDIT = (
    Child("lines", CreditNoteLine, "credit_note", ("invoice_line", "quantity")),
    Child("charges", CreditNoteCharge, "credit_note", ("invoice_charge", "amount")),
)
DEBIT = (
    Child("lines", DebitNoteLine, "debit_note", ("invoice_line", "quantity", "unit_price")),
    Child("charges", DebitNoteCharge, "debit_note", ()),
)
RECEIPT = (Child("allocations", ReceiptAllocation, "receipt", ("invoice", "open_item", "amount")),)


def credit_note_draft(invoice: Invoice, *, by: Any) -> CreditNote:
    """A draft that gives back all that is left of the invoice. Refused ``over_credit`` when nothing is."""
    making = _Making(CREDIT, credit_note_compute)
    note: CreditNote = making.draft(CreditNote(), invoice, by=by, invoice=invoice)
    if not note.lines.exists() and not note.charges.exists():
        raise Refused(_("All of this invoice was credited already."), code="over_credit")
    note_link(note)
    return note


def debit_note_draft(invoice: Invoice, *, by: Any) -> DebitNote:
    """A draft with the lines of the invoice; what is charged in addition is still to be entered."""
    lines = InvoiceLine.objects.filter(invoice=invoice, shadow=False).order_by("position")
    rows = [{"invoice_line": line, "quantity": line.quantity, "unit_price": ZERO} for line in lines]
    making = _Making(DEBIT, debit_note_compute, {"lines": rows})
    note: DebitNote = making.draft(DebitNote(), invoice, by=by, invoice=invoice)
    note_link(note)
    return note


def receipt_draft(invoice: Invoice, *, by: Any) -> Receipt:
    """A draft for what is still due of the invoice, set against it. Refused ``nothing_open``."""
    due = invoice.balance_due
    if due <= 0:
        raise Refused(_("Nothing is due on this invoice."), code="nothing_open")
    making = _Making(RECEIPT, money_compute, {"allocations": [{"invoice": invoice, "amount": due}]})
    receipt: Receipt = making.draft(
        Receipt(), invoice, by=by, party=invoice.party, currency=invoice.currency, amount=due
    )
    return receipt


@dataclass(frozen=True)
class _Making:
    """How a draft is saved: its kinds of lines, what works it out, the lines it begins with."""

    specs: tuple[Child, ...]
    compute: Any
    children: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def draft(self, document: Any, source: Invoice, *, by: Any, **values: Any) -> Any:
        """A saved draft of the same company and people, dated today, or as the invoice when that is later."""
        shared = {name: getattr(source, name) for name in ("company", "owner", "department", "team")}
        return draft_save(
            document,
            values={**shared, "date": max(company_today(), source.date), **values},
            children=self.children,
            specs={spec.name: spec for spec in self.specs},
            compute=self.compute,
            version=None,
            by=by,
        )
