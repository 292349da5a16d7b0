"""Lifecycles of accounting's documents, each beside its services."""

from apps.accounting.vouchers.lifecycle import voucher_lifecycle

__all__ = ["voucher_lifecycle"]
