"""Accounting in the back office: one module for each part."""

from apps.accounting.admin import documents, ledger, vouchers

__all__ = ["documents", "ledger", "vouchers"]
