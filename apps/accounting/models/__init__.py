"""Accounting models: one file per aggregate."""

from apps.accounting.models.account import Account, AccountRole
from apps.accounting.models.balance import AccountBalance, BalanceDelta
from apps.accounting.models.journal import Journal, JournalCounter, JournalEntry, JournalLine, JournalSeal
from apps.accounting.models.voucher import Voucher, VoucherLine

__all__ = [
    "Account",
    "AccountBalance",
    "AccountRole",
    "BalanceDelta",
    "Journal",
    "JournalCounter",
    "JournalEntry",
    "JournalLine",
    "JournalSeal",
    "Voucher",
    "VoucherLine",
]
