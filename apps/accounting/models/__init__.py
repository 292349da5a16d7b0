"""Accounting models: one file per aggregate."""

from apps.accounting.models.account import Account, AccountRole, PartyAccounts
from apps.accounting.models.balance import AccountBalance, BalanceDelta
from apps.accounting.models.bill import Bill, BillCharge, BillLine
from apps.accounting.models.credit_note import CreditNote, CreditNoteCharge, CreditNoteLine
from apps.accounting.models.debit_note import DebitNote, DebitNoteCharge, DebitNoteLine
from apps.accounting.models.invoice import Invoice, InvoiceCharge, InvoiceLine
from apps.accounting.models.journal import Journal, JournalCounter, JournalEntry, JournalLine, JournalSeal
from apps.accounting.models.open_item import Allocation, OpenItem
from apps.accounting.models.payment import Payment, PaymentAllocation, Receipt, ReceiptAllocation
from apps.accounting.models.proforma import Proforma, ProformaCharge, ProformaLine
from apps.accounting.models.voucher import Voucher, VoucherLine
from apps.accounting.models.year_closing import YearClosing

__all__ = [
    "Account",
    "AccountBalance",
    "AccountRole",
    "Allocation",
    "BalanceDelta",
    "Bill",
    "BillCharge",
    "BillLine",
    "CreditNote",
    "CreditNoteCharge",
    "CreditNoteLine",
    "DebitNote",
    "DebitNoteCharge",
    "DebitNoteLine",
    "Invoice",
    "InvoiceCharge",
    "InvoiceLine",
    "Journal",
    "JournalCounter",
    "JournalEntry",
    "JournalLine",
    "JournalSeal",
    "OpenItem",
    "PartyAccounts",
    "Payment",
    "PaymentAllocation",
    "Proforma",
    "ProformaCharge",
    "ProformaLine",
    "Receipt",
    "ReceiptAllocation",
    "Voucher",
    "VoucherLine",
    "YearClosing",
]
