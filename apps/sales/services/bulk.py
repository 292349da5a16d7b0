"""Many direct invoices at once: posted by accounting, delivered by sales, for imports and batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.accounting.invoicing.bulk import Batched, invoices_post_many
from apps.accounting.models import Invoice
from apps.sales.services.direct import direct_invoices_deliver_many


def direct_invoices_post_many(batch: Sequence[Batched], *, by: Any, reason: str = "") -> list[Invoice]:
    """Post prepared invoices and move their goods, in the order given (by day), all or none.

    Raises what ``invoices_post_many`` raises; a lack of stock names the invoice's line.
    """
    return invoices_post_many(batch, by=by, deliver=direct_invoices_deliver_many, reason=reason)
