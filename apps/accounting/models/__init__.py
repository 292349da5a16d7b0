"""Accounting models: one file per aggregate."""

from apps.accounting.models.account import Account, AccountRole, PartyAccounts
from apps.accounting.models.balance import AccountBalance, BalanceDelta
from apps.accounting.models.bill import Bill, BillCharge, BillLine, BillUserGrant
from apps.accounting.models.credit_note import (
    CreditNote,
    CreditNoteCharge,
    CreditNoteLine,
    CreditNoteUserGrant,
)
from apps.accounting.models.debit_note import DebitNote, DebitNoteCharge, DebitNoteLine, DebitNoteUserGrant
from apps.accounting.models.invoice import Invoice, InvoiceCharge, InvoiceLine, InvoiceUserGrant
from apps.accounting.models.journal import Journal, JournalCounter, JournalEntry, JournalLine, JournalSeal
from apps.accounting.models.open_item import Allocation, OpenItem
from apps.accounting.models.payment import (
    Payment,
    PaymentAllocation,
    PaymentUserGrant,
    Receipt,
    ReceiptAllocation,
    ReceiptUserGrant,
)
from apps.accounting.models.proforma import Proforma, ProformaCharge, ProformaLine, ProformaUserGrant
from apps.accounting.models.voucher import Voucher, VoucherLine, VoucherUserGrant
from apps.accounting.models.year_closing import YearClosing, YearClosingUserGrant

__all__ = [
    "Account",
    "AccountBalance",
    "AccountRole",
    "Allocation",
    "BalanceDelta",
    "Bill",
    "BillCharge",
    "BillLine",
    "BillUserGrant",
    "CreditNote",
    "CreditNoteCharge",
    "CreditNoteLine",
    "CreditNoteUserGrant",
    "DebitNote",
    "DebitNoteCharge",
    "DebitNoteLine",
    "DebitNoteUserGrant",
    "Invoice",
    "InvoiceCharge",
    "InvoiceLine",
    "InvoiceUserGrant",
    "Journal",
    "JournalCounter",
    "JournalEntry",
    "JournalLine",
    "JournalSeal",
    "OpenItem",
    "PartyAccounts",
    "Payment",
    "PaymentAllocation",
    "PaymentUserGrant",
    "Proforma",
    "ProformaCharge",
    "ProformaLine",
    "ProformaUserGrant",
    "Receipt",
    "ReceiptAllocation",
    "ReceiptUserGrant",
    "Voucher",
    "VoucherLine",
    "VoucherUserGrant",
    "YearClosing",
    "YearClosingUserGrant",
]
