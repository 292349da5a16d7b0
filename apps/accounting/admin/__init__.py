"""Accounting in the back office."""

from apps.accounting.admin import documents, ledger

__all__ = ["documents", "ledger"]
