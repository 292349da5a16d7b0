"""What a receipt or payment may be set against, and is: rows of the dialogs that allocate and take back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.accounting.models import Payment, Receipt
from apps.accounting.payments.allocation import oldest_first, others_of

LIMIT = 200


def allocatable_rows(document: Receipt | Payment, user: Any) -> list[dict[str, Any]]:
    """Open items of the party, the oldest due first, with what is left laid over them in that order."""
    item = document.open_item
    if item is None or not item.open_amount:
        return []
    others = others_of(item)
    parts = {setting.other_of(item): setting.amount for setting in oldest_first(item, others)}
    return [
        {
            "open_item": other.pk,
            "number": other.number,
            "date": other.date.isoformat(),
            "due_date": other.due_date.isoformat(),
            "open": str(abs(other.open_amount)),
            "amount": str(parts.get(other.pk, Decimal("0.00"))),
        }
        for other in others[:LIMIT]
    ]


def allocated_rows(document: Receipt | Payment, user: Any) -> list[dict[str, Any]]:
    """What the document is set against; all of it marked, as taking back takes all unless it is told."""
    rows = (
        document.allocations.exclude(allocation=None).select_related("open_item").order_by("position", "id")
    )
    return [
        {
            "id": row.pk,
            "number": row.open_item.number,
            "date": row.open_item.date.isoformat(),
            "due_date": row.open_item.due_date.isoformat(),
            "amount": str(row.amount),
            "take": True,
        }
        for row in rows[:LIMIT]
    ]
