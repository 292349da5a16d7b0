"""Deliveries: drafts of what is open, posting that moves the stock, cancelling by reversal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.hold import company_check
from apps.accounting.models import Invoice
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, FieldError, InvalidInput, Refused
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.money import ZERO, round_money, round_quantity
from apps.core.records import rows_keep
from apps.core.scope import record_open_or_refuse
from apps.documents.lifecycle import lifecycle_of, number_assign
from apps.documents.selectors import made_of
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.inventory.ledger import Move, move, reverse_moves
from apps.inventory.models import Batch, Place
from apps.sales.calculation.fulfilment import quantities_of
from apps.sales.events import DeliveryPosted
from apps.sales.models import Delivery, DeliveryLine, Order, OrderLine
from apps.sales.services.copying import parts_read
from apps.sales.services.credit import credit_check
from apps.sales.services.fulfilment import quantities_add, quantities_take
from apps.sales.services.kits import component_products, kit_moves, kits_freeze
from apps.sales.services.places import delivery_places, stock_place

PURPOSE = "delivery"
HOLDER = "sales.orderline"
_FROM_ORDER = ("company_id", "party_id", "party_name", "owner_id", "department_id", "team_id")


class OverDelivery(Refused):
    """More than is open, named line by line (HTTP 409)."""

    def __init__(self, errors: list[FieldError]) -> None:
        self._errors = errors
        super().__init__(errors[0].detail, code="over_delivery", field=errors[0].field)

    @property
    def errors(self) -> list[FieldError]:
        return self._errors


# --- drafts ---------------------------------------------------------------------------------------


def delivery_compute(delivery: Delivery, lines: list[DeliveryLine]) -> None:
    """Fill a draft from its order: party, address, place, and each line's product and unit.

    Without lines everything that is open goes in. Raises InvalidInput with paths, Refused over_delivery and
    invalid_transition (the order is not confirmed).
    """
    if delivery.order_id is None:
        raise InvalidInput(_("Choose the order that is delivered."), field="order", code="required")
    order = delivery.order
    _order_check(order)
    if delivery.pk is not None and delivery.company_id != order.company_id:
        raise InvalidInput(_("The order belongs to another company."), field="order")
    _header_fill(delivery, order)
    known = {line.pk: line for line in order.lines.select_related("product", "unit")}
    if not lines and delivery.pk is None:
        lines.extend(_open_lines(order, known.values()))
    _lines_fill(lines, known)
    _open_check(lines, known)


def _order_check(order: Order) -> None:
    if order.status != "confirmed":
        raise Refused(
            _("The order is “%(state)s”.") % {"state": lifecycle_of(Order).state(order.status).label},
            code="invalid_transition",
            field="order",
        )


def _header_fill(delivery: Delivery, order: Order) -> None:
    for name in _FROM_ORDER:
        if getattr(delivery, name) in (None, "") or name in ("company_id", "party_id", "party_name"):
            setattr(delivery, name, getattr(order, name))
    delivery.date = delivery.date or company_today()
    if delivery.date < order.date:
        raise InvalidInput(
            _("Goods can't leave before the day of the order."), field="date", code="min_value"
        )
    delivery.shipping_address = delivery.shipping_address or dict(order.shipping_address)
    if delivery.place_id is None:
        delivery.place = order.place or stock_place(order.company_id)
    place_check(delivery.place, order.company_id)


def place_check(place: Place | None, company_id: int) -> None:
    """Goods leave from a place of the company that holds stock. Raises InvalidInput naming ``place``."""
    if place is None:
        raise InvalidInput(_("Choose the place that the goods leave from."), field="place", code="required")
    if place.company_id != company_id:
        raise InvalidInput(_("This place belongs to another company."), field="place", code="company")
    if not place.holds_stock:
        raise InvalidInput(_("This place holds no stock."), field="place")


def _open_lines(order: Order, known: Iterable[OrderLine]) -> list[DeliveryLine]:
    """Everything that is open and on no other draft. Raises Refused over_delivery when that is nothing."""
    from apps.sales.services.orders import order_open_drafts

    drafted = order_open_drafts(order)
    lines = []
    for line in known:
        left = quantities_of(line).to_deliver - drafted.get(line.pk, ZERO)
        if left > 0:
            lines.append(DeliveryLine(order_line=line, quantity=left, position=len(lines) + 1))
    if not lines:
        raise Refused(_("Nothing of this order is left to deliver."), code="over_delivery", field="lines")
    return lines


def _lines_fill(lines: list[DeliveryLine], known: dict[int, OrderLine]) -> None:
    errors = ErrorList()
    for index, line in enumerate(lines):
        path = f"lines.{index}"
        source = known.get(line.order_line_id or 0)
        if source is None:
            errors.add(f"{path}.order_line", _("This line is not of the order."), "not_found")
            continue
        if source.shadow or source.product is None or not source.product.delivered:
            errors.add(f"{path}.order_line", _("This line has no goods to deliver."), "no_stock")
            continue
        line_fill(line, source)
        if line.quantity is None or line.quantity <= 0:
            errors.add(f"{path}.quantity", _("Quantity must be more than 0."), "min_value")
        if line.batch_id and line.batch.product_id != source.product_id:
            errors.add(f"{path}.batch", _("The batch is of another product."), "batch")
    errors.raise_if_any()


def line_fill(line: DeliveryLine, source: Any) -> None:
    """Product, unit, factor and value of a delivery line from the order or invoice line it delivers."""
    line.product, line.unit_id = source.product, source.unit_id  # the unit's row isn't needed
    line.unit_factor = source.unit_factor
    line.components = getattr(source, "components", [])
    line.description = line.description or source.description
    quantity = line.quantity or ZERO
    line.base_quantity = (
        source.base_quantity if quantity == source.quantity else round_quantity(quantity * source.unit_factor)
    )
    if source.quantity:
        line.taxable_value = round_money(source.taxable_value * quantity / source.quantity)


def _open_check(lines: Sequence[DeliveryLine], known: dict[int, OrderLine]) -> None:
    left = {pk: quantities_of(line).to_deliver for pk, line in known.items()}
    errors = []
    for index, line in enumerate(lines):
        if line.order_line_id is None:
            continue
        if line.quantity > left[line.order_line_id]:
            detail = _("Only %(left)s are still to be delivered.") % {
                "left": f"{left[line.order_line_id].normalize():f}"
            }
            errors.append(FieldError(f"lines.{index}.quantity", detail, "over_delivery"))
        left[line.order_line_id] -= line.quantity
    if errors:
        raise OverDelivery(errors)


def order_deliver(
    order: Order, *, by: Any, lines: Any = None, date: Date | None = None, place: Place | None = None
) -> Delivery:
    """A draft delivery of the order: of all that is open, or ``[{line, quantity, batch?, serials?}]``.

    Raises Refused over_delivery, InvalidInput with paths, NotAllowed where a grant to see is all that shows
    the order to ``by``.
    """
    if by is not None:
        record_open_or_refuse(order, by)
    delivery = Delivery(order=order, date=date or company_today(), place=place)
    rows: list[DeliveryLine] = []
    if lines is not None:
        known = {line.pk: line for line in order.lines.all()}
        parts = parts_read(lines, known, names=("line", "order_line"), extra=("batch", "serials"))
        rows = [_drafted(part, number) for number, part in enumerate(parts, 1)]
        _tracking_read(rows, parts)
    delivery_compute(delivery, rows)
    delivery.save(force_insert=True)
    for row in rows:
        row.delivery = delivery
    DeliveryLine.objects.bulk_create(rows)
    rows_keep(delivery, {"lines": rows})
    link_add(order, delivery)
    timeline_add(delivery, "created", text=_("From order %(n)s") % {"n": order}, data={"order": order.pk})
    return delivery


def delivery_again(delivery: Delivery, *, by: Any) -> Delivery:
    """A draft with the same lines of the same order. Raises Refused: no order, not confirmed, not open."""
    if delivery.order is None:
        raise Refused(_("An invoice delivered these goods."), code="invalid_transition", field="order")
    lines = [{"line": line.order_line_id, "quantity": f"{line.quantity:f}"} for line in delivery.lines.all()]
    return order_deliver(delivery.order, by=by, lines=lines, place=delivery.place)


def _drafted(part: Any, number: int) -> DeliveryLine:
    open_now = quantities_of(part.line).to_deliver
    return DeliveryLine(order_line=part.line, quantity=part.quantity or open_now, position=number)


def _tracking_read(rows: list[DeliveryLine], parts: list[Any]) -> None:
    """Batches by id and serial numbers by text, from the body of ``deliver``; one query."""
    errors = ErrorList()
    ids = [part.extra.get("batch") for part in parts]
    batches = Batch.objects.in_bulk([pk for pk in ids if isinstance(pk, int) and not isinstance(pk, bool)])
    for row, part in zip(rows, parts, strict=True):
        path, pk = f"lines.{part.index}", part.extra.get("batch")
        if pk is not None:
            row.batch = batches.get(pk) if isinstance(pk, int) else None
            if row.batch is None:
                errors.add(f"{path}.batch", _("There is no such record."), "not_found")
        serials = part.extra.get("serials") or []
        if not isinstance(serials, list) or not all(isinstance(item, str) for item in serials):
            errors.add(f"{path}.serials", _("Must be a list of texts."))
        else:
            row.serials = [item.strip()[:80] for item in serials]
    errors.raise_if_any()


# --- posting --------------------------------------------------------------------------------------


def delivery_post(delivery: Delivery, *, by: Any, reason: str = "") -> None:
    """The goods leave: credit, quantities of the order, number, stock and its value in the books.

    ``reason``: why the credit limit may be passed, or why a softly closed period may be used. Raises Refused
    (over_delivery, insufficient_stock, credit_limit, invalid_transition), Locked (closed period).
    """
    lines = list(delivery.lines.select_related("product__unit", "batch"))
    if not lines:
        raise InvalidInput(_("A delivery needs at least one line."), field="lines", code="required")
    delivery.notices = []
    if delivery.order_id:
        order = lock_row(Order, delivery.order_id, share=True)
        _order_check(order)
        company_check(delivery.party, delivery)
        warning = credit_check(delivery, added=ZERO, by=by, reason=reason, released=bool(order.credit_reason))
        delivery.notices = [warning] if warning else []
        quantities_add("delivered", sums_of(lines), paths=paths_of(lines))
    goods_issue(delivery, lines, by=by, reason=reason)


def sums_of(lines: Iterable[Any]) -> dict[int, Decimal]:
    """{order line id: quantity} of delivery lines."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        if line.order_line_id:
            sums[line.order_line_id] = sums.get(line.order_line_id, ZERO) + line.quantity
    return sums


def paths_of(lines: Iterable[Any]) -> dict[int, str]:
    """{order line id: path of its quantity}, for refusals."""
    return {line.order_line_id: f"lines.{index}.quantity" for index, line in enumerate(lines)}


def goods_issue(delivery: Delivery, lines: Sequence[DeliveryLine], *, by: Any, reason: str = "") -> None:
    """Number the delivery and move its goods to the customer, using up what was reserved for the order."""
    DeliveryLine.objects.bulk_update(kits_freeze(lines), ["components"])
    delivery.place, customer = delivery_places(delivery.place_id, delivery.company_id)
    delivery.company = delivery.place.company
    number_assign(delivery)
    move(
        moves_of(delivery, lines, customer),
        source=delivery,
        purpose=PURPOSE,
        date=delivery.date,
        by=by,
        reason=reason,
        narration=_("Delivery %(n)s to %(party)s") % {"n": delivery.number, "party": delivery.party_name},
    )
    emit(DeliveryPosted(delivery_id=delivery.pk, number=delivery.number, order_id=delivery.order_id))


def moves_of(delivery: Delivery, lines: Sequence[DeliveryLine], customer: Place) -> list[Move]:
    """The delivery's lines as the stock ledger takes them; kits as their components."""
    products = component_products(lines)
    moves: list[Move] = []
    for line in lines:
        holder = (HOLDER, line.order_line_id) if line.order_line_id else None
        if line.components:
            moves += kit_moves(line, delivery.place, customer, products, holder)
            continue
        moves.append(
            Move(
                product=line.product,
                quantity=line.base_quantity,
                from_place=delivery.place,
                to_place=customer,
                batch=line.batch,
                serials=tuple(line.serials),
                line_path=f"lines.{line.position - 1}",
                line_id=line.pk,
                holder=holder,
            )
        )
    return moves


# --- cancelling -----------------------------------------------------------------------------------


def delivery_cancel(delivery: Delivery, *, by: Any, reason: str = "") -> None:
    """Undo a delivery by moving the goods back. Refused in_use once some came back or it was billed.

    ``by`` None: the invoice that delivered directly was cancelled, and takes its delivery with it.
    """
    from apps.sales.services.reservations import order_reserve

    lines = list(delivery.lines.select_related("order_line"))
    if any(line.returned_quantity > 0 for line in lines):
        raise Refused(_("Goods of this delivery were returned: cancel the return first."), code="in_use")
    if delivery.invoice_id and by is not None:
        raise Refused(_("The invoice delivered these goods: cancel the invoice."), code="in_use")
    if _billed(delivery) or _billed_by_order(delivery, lines):
        raise Refused(_("This delivery was invoiced: cancel the invoice first."), code="in_use")
    order = lock_row(Order, delivery.order_id, share=True) if delivery.order_id else None
    if order is not None:
        quantities_take("delivered", sums_of(lines), paths=paths_of(lines))
    reverse_moves(delivery, PURPOSE, by=by)
    if order is not None and order.status == "confirmed":
        order_reserve(order, list(order.lines.select_related("product", "unit")), by=by)
    if reason:
        timeline_add(delivery, "cancel_reason", text=reason)


def _billed_by_order(delivery: Delivery, lines: Sequence[DeliveryLine]) -> bool:
    """Whether an invoice of the order bills what was delivered, and would bill more without this delivery."""
    from apps.sales.services.billing import ON_DELIVERY

    order = delivery.order
    if order is None or not made_of(order, Invoice, ON_DELIVERY).filter(status="posted").exists():
        return False
    sums, held = sums_of(lines), {line.order_line_id: line.order_line for line in lines if line.order_line_id}
    known = {pk: quantities_of(row, goods=True) for pk, row in held.items() if row is not None}
    return any(item.net_invoiced > item.net_delivered - sums[pk] for pk, item in known.items())


def _billed(delivery: Delivery) -> bool:
    """Whether a posted invoice was made from this delivery."""
    return made_of(delivery, Invoice).filter(status="posted").exists()
