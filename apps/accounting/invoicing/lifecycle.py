"""Transition tables of invoices, credit notes, proformas, bills, receipts and payments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.invoicing.bills import bill_cancel, bill_post
from apps.accounting.invoicing.credit_notes import credit_note_cancel, credit_note_post
from apps.accounting.invoicing.debit_notes import debit_note_cancel, debit_note_post
from apps.accounting.invoicing.due_date import due_date_change
from apps.accounting.invoicing.from_invoice import credit_note_draft, debit_note_draft, receipt_draft
from apps.accounting.invoicing.invoices import invoice_cancel, invoice_post, proforma_cancel, proforma_post
from apps.accounting.invoicing.sending import document_send
from apps.accounting.models import Bill, CreditNote, DebitNote, Invoice, Payment, Proforma, Receipt
from apps.accounting.payments.cheques import is_post_dated, money_hold, money_release
from apps.accounting.payments.choosing import allocatable_rows, allocated_rows
from apps.accounting.payments.clearing import money_bounce, money_cancel, money_clear
from apps.accounting.payments.money import (
    money_allocate,
    money_unallocate,
    payment_post,
    receipt_post,
)
from apps.documents.lifecycle import (
    Ask,
    AskColumn,
    Lifecycle,
    State,
    Transition,
    cancel_transition,
    correct_transition,
    post_transition,
    posting_states,
    register_lifecycle,
)

STATES = posting_states()
_DOCUMENT = (
    AskColumn("number", _("Document")),
    AskColumn("date", _("Date"), "date"),
    AskColumn("due_date", _("Due"), "date"),
)
_ALLOCATE = Ask(
    "allocations",
    _("Documents"),
    "lines",
    rows=allocatable_rows,
    sent=("open_item",),
    counts="amount",
    columns=(
        *_DOCUMENT,
        AskColumn("open", _("Open"), "money"),
        AskColumn("amount", _("Amount"), "money", input=True),
    ),
)
_TAKE_BACK = Ask(
    "allocations",
    _("Allocations"),
    "lines",
    rows=allocated_rows,
    sent=("id",),
    counts="take",
    columns=(
        AskColumn("take", _("Take back"), "bool", input=True),
        *_DOCUMENT,
        AskColumn("amount", _("Amount"), "money"),
    ),
)
SOFT_REASON = Ask(
    "reason",
    _("Reason (for a closed period or over the credit limit)"),
    after=(
        ("credit_limit", "accounting.exceed_credit_limit"),
        ("credit_overdue", "accounting.exceed_credit_limit"),
        ("period_soft_closed", "company.post_soft_closed"),
    ),
)


def _post(noun: str, service: Any, *, reason: Any = SOFT_REASON, label: Any = None) -> Transition:
    return post_transition(f"accounting.post_{noun}", service, past=_("Posted"), label=label, reason=reason)


def _cancel(noun: str, service: Any) -> Transition:
    confirm = _("The document is reversed today and keeps its number.")
    return cancel_transition(f"accounting.cancel_{noun}", service, confirm=confirm, past=_("Cancelled"))


def _send(noun: str) -> Transition:
    return Transition(
        "send",
        ("posted",),
        None,
        f"accounting.send_{noun}",
        document_send,
        _("Send by mail"),
        asks=(
            Ask("to", _("To"), suggest="party.email"),
            Ask("subject", _("Subject")),
            Ask("text", _("Text"), "textarea"),
        ),
        past=_("Sent"),
        bulk=True,
    )


def _correct(model: Any, noun: str, *names: str) -> Transition:
    """Their order number and our notes may be put right after posting; amounts and the date never."""
    return correct_transition(
        model, f"accounting.change_{noun}", names or ("po_reference", "po_date", "notes")
    )


def _reschedule() -> Transition:
    """The day on which it is due, while something is open of it."""
    return Transition(
        "reschedule",
        ("posted",),
        None,
        "accounting.set_due_date",
        due_date_change,
        _("Change the due date"),
        asks=(
            Ask("due_date", _("Due date"), "date", required=True, suggest="due_date"),
            Ask("reason", _("Reason"), required=True),
        ),
        past=_("Due date changed"),
        shown=lambda document: bool(document.balance_due),
        menu=True,
    )


def _draft(name: str, permission: str, service: Any, label: Any, past: Any, **more: Any) -> Transition:
    """A button that makes the draft of another document from a posted one."""
    return Transition(
        name, ("posted",), None, permission, service, label, answers="new_document", past=past, **more
    )


register_lifecycle(
    Lifecycle(
        Invoice,
        STATES,
        (
            _post("invoice", invoice_post),
            _draft(
                "receive",
                "accounting.add_receipt",
                receipt_draft,
                _("Receive payment"),
                _("Receipt drafted"),
                style="primary",
                shown=lambda invoice: bool(invoice.balance_due),
            ),
            _draft(
                "credit", "accounting.add_creditnote", credit_note_draft, _("Credit note"),
                _("Credit note drafted"),
            ),
            _draft(
                "debit", "accounting.add_debitnote", debit_note_draft, _("Debit note"),
                _("Debit note drafted"),
            ),
            _send("invoice"),
            _correct(Invoice, "invoice"),
            _reschedule(),
            _cancel("invoice", invoice_cancel),
        ),
    )
)  # fmt: skip
register_lifecycle(
    Lifecycle(
        CreditNote,
        STATES,
        (
            _post("creditnote", credit_note_post),
            _send("creditnote"),
            _correct(CreditNote, "creditnote"),
            _cancel("creditnote", credit_note_cancel),
        ),
    )
)
register_lifecycle(
    Lifecycle(
        DebitNote,
        STATES,
        (
            _post("debitnote", debit_note_post),
            _send("debitnote"),
            _correct(DebitNote, "debitnote"),
            _reschedule(),
            _cancel("debitnote", debit_note_cancel),
        ),
    )
)
register_lifecycle(
    Lifecycle(
        Proforma,
        STATES,
        (
            _post("proforma", proforma_post, reason=None, label=_("Issue")),
            _send("proforma"),
            _correct(Proforma, "proforma"),
            _cancel("proforma", proforma_cancel),
        ),
    )
)
register_lifecycle(
    Lifecycle(
        Bill,
        STATES,
        (
            _post("bill", bill_post),
            _correct(Bill, "bill"),
            _reschedule(),
            _cancel("bill", bill_cancel),
        ),
    )
)


def _cheque(noun: str) -> tuple[Transition, ...]:
    """A cheque that is dated later: held, then cleared by the bank, or taken back."""
    post = f"accounting.post_{noun}"
    return (
        Transition(
            "hold",
            ("draft",),
            "held",
            post,
            money_hold,
            _("Hold the cheque"),
            style="primary",
            past=_("Cheque held"),
            shown=is_post_dated,
        ),
        Transition(
            "clear",
            ("held",),
            "posted",
            post,
            money_clear,
            _("Cleared by the bank"),
            style="primary",
            asks=(Ask("date", _("Day in the bank account"), "date", suggest="instrument_date"), SOFT_REASON),
            past=_("Cleared by the bank"),
        ),
        Transition(
            "release",
            ("held",),
            "draft",
            post,
            money_release,
            _("Back to draft"),
            past=_("Cheque no longer held"),
        ),
    )


def _money(model: Any, noun: str, service: Any) -> Lifecycle:
    allocate = f"accounting.allocate_{noun}"
    return Lifecycle(
        model,
        (
            STATES[0],
            State("held", _("Cheque held"), "info", open=True),
            STATES[1],
            State("bounced", _("Bounced"), "danger"),
            STATES[2],
        ),
        (
            replace(_post(noun, service), shown=lambda document: not is_post_dated(document)),
            *_cheque(noun),
            Transition(
                "allocate",
                ("posted",),
                None,
                allocate,
                money_allocate,
                _("Allocate"),
                asks=(_ALLOCATE,),
                past=_("Allocated"),
                bulk=True,
                shown=lambda document: bool(document.unallocated),
            ),
            Transition(
                "unallocate",
                ("posted",),
                None,
                allocate,
                money_unallocate,
                _("Take the allocation back"),
                asks=(
                    _TAKE_BACK,
                    Ask("invoice", _("Document"), kind="json"),
                ),
                past=_("Allocation taken back"),
                shown=lambda document: document.unallocated != document.settles,
                bulk=True,
            ),
            Transition(
                "bounce",
                ("posted", "held"),
                "bounced",
                f"accounting.bounce_{noun}",
                money_bounce,
                _("Bounced"),
                style="danger",
                asks=(Ask("reason", _("Reason")), Ask("charges", _("Charges of the bank"), kind="money")),
                past=_("Bounced"),
            ),
            _correct(model, noun, "notes"),
            _cancel(noun, money_cancel),
            _send(noun),
        ),
    )


register_lifecycle(_money(Receipt, "receipt", receipt_post))
register_lifecycle(_money(Payment, "payment", payment_post))
