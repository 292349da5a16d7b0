"""API of accounting: one module for each part."""

from apps.accounting.api import accounts, journals, vouchers

__all__ = ["accounts", "journals", "vouchers"]
