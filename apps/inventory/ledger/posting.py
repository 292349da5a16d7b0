"""From valued movements to postings of the accounting ledger, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.ledger import Posting, PostingLine, account_for
from apps.company.models import Company
from apps.core.money import ZERO
from apps.inventory.choices import MovementKind as Kind
from apps.inventory.ledger.request import MoveSet, Step

COUNTER = {
    Kind.PURCHASE_RECEIPT: "stock_received_not_billed",
    Kind.PURCHASE_RETURN: "stock_received_not_billed",
    Kind.SALES_DELIVERY: "cost_of_sales",
    Kind.SALES_RETURN: "cost_of_sales",
    Kind.OPENING: "opening_equity",
    Kind.OPENING_BACK: "opening_equity",
    Kind.SCRAP: "stock_adjustment",
    Kind.ADJUSTMENT_IN: "stock_adjustment",
    Kind.ADJUSTMENT_OUT: "stock_adjustment",
}
INCOMING = frozenset({Kind.PURCHASE_RECEIPT, Kind.SALES_RETURN, Kind.OPENING, Kind.ADJUSTMENT_IN})
VARIANCE = "stock_adjustment"
Amounts = dict[str, Decimal]


def set_posting(company: Company, item: MoveSet, steps: Iterable[Step]) -> Posting | None:
    """The posting of one document's movements; None when their value stays within the stock."""
    amounts: Amounts = defaultdict(lambda: ZERO)
    for step in steps:
        if step.kind == Kind.TRANSFER:
            continue
        sign = 1 if step.kind in INCOMING else -1
        amounts["stock"] += sign * step.value
        amounts[COUNTER[Kind(step.kind)]] -= sign * step.paid
        amounts[VARIANCE] += sign * (step.paid - step.value)
    return _posting(company, item, amounts, item.narration or _("Goods moved: %(source)s"))


def change_posting(company: Company, item: MoveSet, changes: Iterable[tuple[str, Decimal]]) -> Posting | None:
    """The posting of a revaluation: (kind of movement, how much more it is worth now)."""
    amounts: Amounts = defaultdict(lambda: ZERO)
    for kind, amount in changes:
        if kind == Kind.TRANSFER:
            continue
        sign = 1 if kind in INCOMING else -1
        amounts["stock"] += sign * amount
        amounts[COUNTER[Kind(kind)]] -= sign * amount
    return _posting(company, item, amounts, _("Stock valued anew: %(source)s"))


def _posting(company: Company, item: MoveSet, amounts: Amounts, narration: str) -> Posting | None:
    lines = [_line(company, item, role, amount) for role, amount in amounts.items() if amount]
    if not lines:
        return None
    kinds = {move.from_place.place_kind for move in item.moves}
    source: Any = item.source
    return Posting(
        company=company,
        journal="opening" if "opening" in kinds else "stock",
        date=item.date,
        source=source,
        purpose=item.purpose,
        narration=narration.replace("%(source)s", str(source) if not isinstance(source, tuple) else ""),
        lines=lines,
    )


def _line(company: Company, item: MoveSet, role: str, amount: Decimal) -> PostingLine:
    counter = role != "stock"
    return PostingLine(
        account=account_for(company, role),
        base=amount,
        currency_id=company.currency_id,
        amount=amount,
        cost_centre_id=item.cost_centre_id if counter else None,
        project_id=item.project_id if counter else None,
    )
