"""Accounting in the back office: one module for each part."""

from apps.accounting.admin import closing, documents, ledger, open_items, vouchers

__all__ = ["closing", "documents", "ledger", "open_items", "vouchers"]
