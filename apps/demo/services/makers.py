"""Drafts through the same services as the back office, each posted where it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.accounting.api.taxed import charge_child, line_child
from apps.accounting.closing.services import closing_compute
from apps.accounting.invoicing.bills import bill_compute
from apps.accounting.invoicing.credit_notes import credit_note_compute
from apps.accounting.invoicing.debit_notes import debit_note_compute
from apps.accounting.invoicing.invoices import sale_compute
from apps.accounting.models import (
    Bill,
    BillLine,
    CreditNote,
    CreditNoteLine,
    DebitNote,
    DebitNoteLine,
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    Payment,
    PaymentAllocation,
    Receipt,
    ReceiptAllocation,
    Voucher,
    VoucherLine,
    YearClosing,
)
from apps.accounting.payments.money import money_compute
from apps.accounting.vouchers.services import voucher_compute
from apps.core.records import Child
from apps.documents.lifecycle import transition_run
from apps.documents.services.drafts import draft_save
from apps.inventory.models import Inward
from apps.inventory.services.inwards import LINES, inward_compute
from apps.sales.models import Order, OrderLine, Quotation, QuotationLine
from apps.sales.services.orders import order_compute
from apps.sales.services.quotations import quotation_compute

Rows = list[dict[str, Any]]


def _both(compute: Callable[..., None]) -> Callable[..., None]:
    return lambda document, children: compute(document, children["lines"], children.get("charges", []))


def _money_child(model: Any, parent: str, key: str) -> Child:
    return Child("allocations", model, parent, (key, "open_item", "amount"))


MAKERS: dict[Any, tuple[tuple[Child, ...], Callable[..., None]]] = {
    Invoice: (
        (line_child(InvoiceLine, "invoice"), charge_child(InvoiceCharge, "invoice")),
        sale_compute,
    ),
    Bill: ((line_child(BillLine, "bill", "account"),), bill_compute),
    CreditNote: ((line_child(CreditNoteLine, "credit_note", "invoice_line"),), credit_note_compute),
    DebitNote: ((line_child(DebitNoteLine, "debit_note", "invoice_line"),), debit_note_compute),
    YearClosing: ((), closing_compute),
    Receipt: ((_money_child(ReceiptAllocation, "receipt", "invoice"),), money_compute),
    Payment: ((_money_child(PaymentAllocation, "payment", "bill"),), money_compute),
    Voucher: (
        (Child("lines", VoucherLine, "voucher", ("account", "debit", "credit", "description")),),
        voucher_compute,
    ),
    Inward: ((LINES,), lambda document, children: inward_compute(document, children["lines"])),
    Quotation: ((Child("lines", QuotationLine, "quotation", ()),), _both(quotation_compute)),
    Order: ((Child("lines", OrderLine, "order", ()),), _both(order_compute)),
}


def draft_make(model: Any, *, by: Any, children: dict[str, Rows], **values: Any) -> Any:
    """A saved draft; ``by`` keeps it."""
    specs, compute = MAKERS[model]
    return draft_save(
        model(),
        values=values,
        children=children,
        specs={spec.name: spec for spec in specs},
        compute=compute,
        version=None,
        by=by,
    )


def posted_make(model: Any, *, by: Any, children: dict[str, Rows], **values: Any) -> Any:
    """A posted document."""
    return transition_run(draft_make(model, by=by, children=children, **values), "post", by=by)
