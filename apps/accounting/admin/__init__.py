"""Accounting in the back office: one module for each part."""

from apps.accounting.admin import ledger, vouchers

__all__ = ["ledger", "vouchers"]
