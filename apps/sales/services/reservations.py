"""Stock kept for orders: as much as is free now, the rest is shown as not reserved."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.formats import show_quantity
from apps.core.money import round_quantity
from apps.inventory.models import Place
from apps.inventory.services.reservations import Want, release, reserve
from apps.sales.calculation.fulfilment import quantities_of
from apps.sales.models import Order, OrderLine
from apps.sales.services.fulfilment import reserved_add
from apps.sales.services.kits import component_products, kit_reserve
from apps.sales.services.places import stock_place

HOLDER = "sales.orderline"


def order_reserve(order: Order, lines: Sequence[OrderLine], *, by: Any) -> list[str]:
    """Reserve what is still to deliver and not reserved yet, in part where stock is short; free what is too
    much after an amendment. Returns sentences about lines that are not fully reserved."""
    place = order.place or stock_place(order.company_id)
    if place is None:
        return []
    order.place = place
    _release_surplus(lines, by=by)
    notices = _kits_reserve(lines, place, by=by)
    wants = []
    for line in lines:
        if line.components:
            continue
        open_quantity = quantities_of(line).to_deliver - line.reserved_quantity
        if open_quantity > 0:
            base = round_quantity(open_quantity * line.unit_factor)
            wants.append((line, open_quantity, Want(line.product, place, base, (HOLDER, line.pk))))
    if not wants:
        return notices
    got = reserve([want for _line, _quantity, want in wants], partial=True, by=by)
    gained: dict[int, Decimal] = {}
    for (line, quantity, want), base in zip(wants, got, strict=True):
        part = quantity if base == want.quantity else round_quantity(base / line.unit_factor)
        if part > 0:
            gained[line.pk] = part
            line.reserved_quantity += part
        if part < quantity:
            notices.append(_notice(line, line.reserved_quantity))
    reserved_add(gained)
    return notices


def _kits_reserve(lines: Sequence[OrderLine], place: Place, *, by: Any) -> list[str]:
    """Keep the components of as many whole kits as there are; sentences about lines that lack some."""
    kits = [line for line in lines if line.components and quantities_of(line).to_deliver > 0]
    products = component_products(kits)
    gained: dict[int, Decimal] = {}
    notices = []
    for line in kits:
        wanted = quantities_of(line).to_deliver
        base = round_quantity(wanted * line.unit_factor)
        got = kit_reserve(line, base, place, products, holder=(HOLDER, line.pk), by=by)
        kept = wanted if got == base else round_quantity(got / line.unit_factor)
        gained[line.pk], line.reserved_quantity = kept - line.reserved_quantity, kept
        if kept < wanted:
            notices.append(_notice(line, kept))
    reserved_add(gained)
    return notices


def _notice(line: OrderLine, reserved: Decimal) -> str:
    return _("Line %(n)d: %(reserved)s of %(ordered)s reserved.") % {
        "n": line.position,
        "reserved": show_quantity(reserved),
        "ordered": show_quantity(quantities_of(line).to_deliver),
    }


def _release_surplus(lines: Sequence[OrderLine], *, by: Any) -> None:
    for line in lines:
        surplus = line.reserved_quantity - quantities_of(line).to_deliver
        if line.pk and surplus > 0:
            # of a kit everything: whole kits are kept anew
            part = None if line.components else round_quantity(surplus * line.unit_factor)
            release([(HOLDER, line.pk)], quantity=part, by=by)
            reserved_add({line.pk: -surplus})
            line.reserved_quantity -= surplus


def order_release(order: Order, lines: Sequence[OrderLine], *, by: Any) -> None:
    """Free everything that is kept for the order."""
    held = {line.pk: -line.reserved_quantity for line in lines if line.reserved_quantity > 0}
    if held:
        release([(HOLDER, pk) for pk in held], by=by)
        reserved_add(held)
