"""What is still to deliver and to bill, worked out from quantities; a state is never a flag.

Ordered 10, delivered 4, returned 1, billed 4, credited 1 → to deliver 7; to bill 0 when deliveries are
billed, 7 when the order is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from apps.core.money import ZERO, round_money


class LineLike(Protocol):
    """Columns of an order line that count."""

    quantity: Decimal
    delivered_quantity: Decimal
    returned_quantity: Decimal
    invoiced_quantity: Decimal
    credited_quantity: Decimal
    shadow: bool


@dataclass(frozen=True, slots=True)
class LineQuantities:
    """One line. ``goods``: it is delivered from stock; ``billed``: it is on invoices (no shadow line is)."""

    ordered: Decimal
    delivered: Decimal = ZERO
    returned: Decimal = ZERO
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO
    goods: bool = True
    billed: bool = True

    @property
    def net_delivered(self) -> Decimal:
        return self.delivered - self.returned

    @property
    def net_invoiced(self) -> Decimal:
        return self.invoiced - self.credited

    @property
    def to_deliver(self) -> Decimal:
        """Quantity that has not reached the customer for good."""
        return max(self.ordered - self.net_delivered, ZERO) if self.goods and self.billed else ZERO

    def to_invoice(self, *, on_delivery: bool) -> Decimal:
        """Quantity that may be billed now. What isn't delivered from stock is billed as ordered."""
        if not self.billed:
            return ZERO
        ceiling = self.net_delivered if on_delivery and self.goods else self.ordered
        return max(ceiling - self.net_invoiced, ZERO)


def quantities_of(line: LineLike, *, goods: bool | None = None) -> LineQuantities:
    """From an order line; ``goods`` None asks the line's product."""
    if goods is None:
        product = getattr(line, "product", None)
        goods = product is not None and product.delivered
    return LineQuantities(
        ordered=line.quantity,
        delivered=line.delivered_quantity,
        returned=line.returned_quantity,
        invoiced=line.invoiced_quantity,
        credited=line.credited_quantity,
        goods=goods,
        billed=not line.shadow,
    )


def billing_on_delivery(lines: Iterable[LineQuantities]) -> bool:
    """Whether deliveries are what is billed: once anything was delivered, unless more was billed before."""
    goods = [line for line in lines if line.goods and line.billed]
    delivered = any(line.delivered > 0 for line in goods)
    ahead = any(line.net_invoiced > line.net_delivered for line in goods)
    return delivered and not ahead


def progress_of(done: Iterable[tuple[Decimal, Decimal]]) -> str:
    """``none``, ``partial``, ``complete`` or ``not_needed`` from pairs (done, wanted)."""
    pairs = [(part, whole) for part, whole in done if whole > 0]
    if not pairs:
        return "not_needed"
    if all(part >= whole for part, whole in pairs):
        return "complete"
    return "partial" if any(part > 0 for part, _whole in pairs) else "none"


def delivery_progress(lines: Iterable[LineQuantities]) -> str:
    return progress_of((line.net_delivered, line.ordered) for line in lines if line.goods and line.billed)


def invoice_progress(lines: Iterable[LineQuantities]) -> str:
    return progress_of((line.net_invoiced, line.ordered) for line in lines if line.billed)


def discount_part(
    discount: Decimal, gross: Decimal, taken_gross: Decimal, *, taken_discount: Decimal = ZERO
) -> Decimal:
    """Part of a document's discount that goes with the part of its gross value taken so far.

    ``taken_gross`` includes the part asked about, ``taken_discount`` is what earlier parts took: the last
    part takes the rest, so that the parts add up to the discount.
    """
    if discount <= 0 or gross <= 0:
        return Decimal("0.00")
    share = min(taken_gross / gross, Decimal(1))
    return max(round_money(discount * share) - taken_discount, Decimal("0.00"))
