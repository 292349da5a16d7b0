"""API of accounting: one module for each part."""

from apps.accounting.api import (
    accounts,
    closing,
    invoicing,
    journals,
    money,
    revaluation,
    statements,
    vouchers,
)

__all__ = ["accounts", "closing", "invoicing", "journals", "money", "revaluation", "statements", "vouchers"]
