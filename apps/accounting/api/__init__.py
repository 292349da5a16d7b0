"""API of accounting: one module for each part."""

from apps.accounting.api import accounts, invoicing, journals, money, revaluation, vouchers

__all__ = ["accounts", "invoicing", "journals", "money", "revaluation", "vouchers"]
