"""Kits: sold as one line, kept and moved as their components.

What is in a kit is written on the order line when it is promised (on the delivery line of a direct invoice),
so that a later change of the product changes neither what is reserved nor what comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.choices import ProductKind, Tracking
from apps.catalog.models import KitComponent, Product
from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import ZERO, round_quantity
from apps.inventory.ledger import Move
from apps.inventory.models import Place, StockMove
from apps.inventory.services.reservations import Want, release, reserve

Frozen = list[dict[str, Any]]
"""``[{"product": id, "quantity": "2.000000"}]``: what one kit holds."""


def kits_freeze(lines: Sequence[Any]) -> list[Any]:
    """Write on lines of kits what is in them now; lines that have it keep it. Returns the lines that changed.

    One query, none without kits. Raises InvalidInput at ``lines.N.product`` for a kit without components.
    """
    waiting = [
        (index, line)
        for index, line in enumerate(lines)
        if line.product_id and line.product.product_kind == ProductKind.KIT and not line.components
    ]
    if not waiting:
        return []
    contents: dict[int, Frozen] = {}
    for row in KitComponent.objects.filter(kit_id__in={line.product_id for _index, line in waiting}):
        item = {"product": row.component_id, "quantity": str(round_quantity(row.quantity))}
        contents.setdefault(row.kit_id, []).append(item)
    errors = ErrorList()
    for index, line in waiting:
        line.components = contents.get(line.product_id, [])
        if not line.components and not getattr(line, "shadow", False):
            detail = _("The kit %(code)s has no components.") % {"code": line.product.code}
            errors.add(f"lines.{index}.product", detail, "no_components")
    errors.raise_if_any()
    return [line for _index, line in waiting]


def component_products(lines: Iterable[Any]) -> dict[int, Product]:
    """The products that the kits of these lines hold; one query, none without kits."""
    ids = {item["product"] for line in lines for item in line.components}
    return Product.objects.select_related("unit").in_bulk(ids) if ids else {}


def exploded(line: Any, kits: Decimal, products: dict[int, Product]) -> list[tuple[Product, Decimal]]:
    """[(component, quantity in its own unit)] of so many kits of the line."""
    return [
        (products[item["product"]], round_quantity(kits * Decimal(item["quantity"])))
        for item in line.components
    ]


# --- reservation ----------------------------------------------------------------------------------


def kit_reserve(
    line: Any,
    open_kits: Decimal,
    place: Place,
    products: dict[int, Product],
    *,
    holder: tuple[str, int],
    by: Any,
) -> Decimal:
    """Keep the components of whole kits for the line, anew; → the number of kits that are kept now.

    A part of a kit is of no use to anybody, so what doesn't make a whole one stays free.
    """
    release([holder], by=by)
    wants = _wants(line, open_kits, place, products, holder)
    got = reserve(wants, partial=True, by=by)
    if all(part == want.quantity for part, want in zip(got, wants, strict=True)):
        return open_kits
    release([holder], by=by)
    per_kit = [Decimal(item["quantity"]) for item in line.components]
    whole = min(part / per for part, per in zip(got, per_kit, strict=True)).to_integral_value(ROUND_FLOOR)
    kits = min(whole, open_kits)
    if kits > 0:
        reserve(_wants(line, kits, place, products, holder), by=by)
    return kits


def _wants(
    line: Any, kits: Decimal, place: Place, products: dict[int, Product], holder: tuple[str, int]
) -> list[Want]:
    path = f"lines.{line.position - 1}"
    return [
        Want(product, place, quantity, holder, line_path=path)
        for product, quantity in exploded(line, kits, products)
    ]


# --- movements ------------------------------------------------------------------------------------


def kit_moves(
    line: Any,
    from_place: Place,
    to_place: Place,
    products: dict[int, Product],
    holder: tuple[str, int] | None,
) -> list[Move]:
    """The components of a delivery line. Serial numbers of the line go to the components that need them, in
    order. Raises InvalidInput at ``lines.N.serials`` when some are left over."""
    path = f"lines.{line.position - 1}"
    serials = list(line.serials)
    moves = []
    for product, quantity in exploded(line, line.base_quantity, products):
        named: list[str] = []
        if product.tracking == Tracking.SERIAL:
            named, serials = serials[: int(quantity)], serials[int(quantity) :]
        moves.append(
            Move(
                product=product,
                quantity=quantity,
                from_place=from_place,
                to_place=to_place,
                serials=tuple(named),
                line_path=path,
                line_id=line.pk,
                holder=holder,
            )
        )
    if serials:
        detail = _("There are more serial numbers than pieces.")
        raise InvalidInput(detail, field=f"{path}.serials", code="serials")
    return moves


def components_back(
    line: Any, issued: list[tuple[StockMove, Decimal]]
) -> list[tuple[list[tuple[StockMove, Decimal]], Decimal]]:
    """What comes back of each component, in proportion to the kits: [(its movements, quantity)].

    ``line.returned_quantity`` counts this return already; ``issued``: movements of the line with what of each
    is still out. The last return takes all that is left, however often was rounded before.
    """
    share = line.returned_quantity / line.quantity
    result = []
    for item in line.components:
        own = [(row, left) for row, left in issued if row.product_id == item["product"]]
        sent = round_quantity(line.base_quantity * Decimal(item["quantity"]))
        before = sent - sum((left for _row, left in own), ZERO)
        result.append((own, round_quantity(sent * share) - before))
    return result
