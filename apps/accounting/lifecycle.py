"""Lifecycles of accounting's documents, each beside its services."""

from apps.accounting.invoicing import lifecycle as invoicing_lifecycle
from apps.accounting.vouchers.lifecycle import voucher_lifecycle

__all__ = ["invoicing_lifecycle", "voucher_lifecycle"]
