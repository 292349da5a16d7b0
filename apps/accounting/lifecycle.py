"""Lifecycles of accounting's documents, each beside its services."""

from apps.accounting.closing import lifecycle as closing_lifecycle
from apps.accounting.invoicing import lifecycle as invoicing_lifecycle
from apps.accounting.vouchers.lifecycle import voucher_lifecycle

__all__ = ["closing_lifecycle", "invoicing_lifecycle", "voucher_lifecycle"]
