"""Orders: drafts, confirmation with credit and stock, amendment, hold, closing, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.hold import company_check, party_hold
from apps.accounting.invoicing.sale_terms import sale_terms_check
from apps.accounting.tax.documents import taxed_compute
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.events import emit
from apps.core.money import ZERO
from apps.documents.services.timeline import timeline_add
from apps.sales.calculation.fulfilment import quantities_of
from apps.sales.events import OrderConfirmed
from apps.sales.models import Delivery, Order, OrderCharge, OrderLine
from apps.sales.services.credit import credit_check
from apps.sales.services.kits import kits_freeze
from apps.sales.services.reservations import order_release, order_reserve


def order_compute(order: Order, lines: Sequence[OrderLine], charges: Sequence[OrderCharge]) -> None:
    """Defaults, taxes and totals of a draft. Raises InvalidInput with paths, Refused company_locked."""
    if order.company_id and order.party_id:
        company_check(order.party, order)
    taxed_compute(order, lines, charges)
    if order.place_id is not None and order.place.company_id != order.company_id:
        raise InvalidInput(_("This place belongs to another company."), field="place")
    errors = ErrorList()
    for path, row in (("", order), *((f"lines.{index}.", line) for index, line in enumerate(lines))):
        if row.promised_date is not None and row.promised_date < order.date:
            errors.add(
                f"{path}promised_date",
                _("Goods can't be promised for a day before the order."),
                "min_value",
            )
    errors.raise_if_any()


def order_lines_of(order: Order) -> list[OrderLine]:
    """The lines with product and unit, in order; one query."""
    return list(order.lines.select_related("product", "unit", "tax_category"))


# --- confirmation ---------------------------------------------------------------------------------


def order_confirm(order: Order, *, by: Any, reason: str = "") -> None:
    """Promise it: credit is checked, stock is reserved as far as there is any; the customer is tied to the
    company that promises.

    ``order.notices`` gets what the user should know (credit warning, lines not fully reserved). ``reason``
    lets somebody with ``sales.override_credit`` pass the limit. Raises InvalidInput, Refused credit_limit,
    company_locked.
    """
    lines = order_lines_of(order)
    _check_complete(order, lines)
    party_hold(order)
    OrderLine.objects.bulk_update(kits_freeze(lines), ["components"])
    warning = credit_check(order, added=order.base_total, by=by, reason=reason)
    order.credit_reason = reason if warning and reason else ""
    order.notices = [warning] if warning else []
    order.notices += order_reserve(order, lines, by=by)
    emit(OrderConfirmed(order_id=order.pk, number=order.number, owner_id=order.owner_id))


def _check_complete(order: Order, lines: list[OrderLine]) -> None:
    if not any(not line.shadow for line in lines):
        raise InvalidInput(_("An order needs at least one line."), field="lines", code="required")
    if not order.party.is_customer:
        raise InvalidInput(_("This party is not a customer."), field="party")
    for index, line in enumerate(lines):
        if line.product_id and not line.product.is_sold and not line.shadow:
            raise InvalidInput(_("This product is not sold."), field=f"lines.{index}.product")


def order_hold(order: Order, *, by: Any, reason: str = "") -> None:
    """Stop deliveries and invoices of the order for now; reserved stock stays reserved."""
    if reason:
        timeline_add(order, "hold_reason", text=reason)


def order_resume(order: Order, *, by: Any) -> None:
    """End the hold; what could not be reserved is tried again."""
    order.notices = order_reserve(order, order_lines_of(order), by=by)


def order_reserve_again(order: Order, *, by: Any) -> None:
    """Reserve what has come in since, as far as it reaches; ``order.notices`` says what still lacks."""
    order.notices = order_reserve(order, order_lines_of(order), by=by)


def order_close(order: Order, *, by: Any, reason: str = "") -> None:
    """Close short: nothing more will be delivered; what was delivered can still be invoiced."""
    lines = order_lines_of(order)
    if any(quantities_of(line).to_deliver > 0 for line in lines) and not reason:
        raise InvalidInput(
            _("Not everything was delivered: please say why the order is closed."),
            field="reason",
            code="required",
        )
    order_release(order, lines, by=by)
    if reason:
        timeline_add(order, "close_reason", text=reason)


def order_cancel(order: Order, *, by: Any, reason: str) -> None:
    """Give the order up. Refused once anything of it is with the customer or billed."""
    lines = order_lines_of(order)
    if any(line.delivered_quantity > line.returned_quantity for line in lines):
        raise Refused(
            _("Goods of this order were delivered: close it short instead."),
            code="invalid_transition",
            field="status",
        )
    if any(line.invoiced_quantity > line.credited_quantity for line in lines):
        raise Refused(
            _("This order was invoiced: cancel or credit the invoice first."), code="in_use", field="status"
        )
    order_release(order, lines, by=by)
    timeline_add(order, "cancel_reason", text=reason)


# --- amendment ------------------------------------------------------------------------------------


def order_amend(
    order: Order,
    *,
    by: Any,
    lines: Any = None,
    promised_date: Any = None,
    po_reference: Any = None,
    reason: str = "",
) -> None:
    """Change a confirmed order within what was delivered and billed.

    ``lines``: ``[{line, quantity?, unit_price?, discount_percent?, description?, promised_date?}]`` for lines
    of the order, ``[{line, remove: true}]`` for those of which nothing is delivered or invoiced, ``[{product,
    quantity, unit_price?}]`` for new ones. The timeline keeps old and new values.
    Raises InvalidInput with paths (prices and discounts that ``by`` may not give among them), Refused
    credit_limit when the higher total passes the limit.
    """
    from apps.sales.services.amendments import lines_amend

    before = order.base_total
    held = kept = order_lines_of(order)
    changes: list[dict[str, Any]] = []
    if lines is not None:
        kept = lines_amend(order, held, lines, changes, by=by)
    for name, value in (("promised_date", promised_date), ("po_reference", po_reference)):
        if value is not None and value != getattr(order, name):
            changes.append({"field": name, "old": str(getattr(order, name) or ""), "new": str(value)})
            setattr(order, name, value)
    if not changes:
        raise InvalidInput(_("Nothing was changed."), field="lines")
    charges = list(order.charges.all())
    order_compute(order, kept, charges)
    sale_terms_check(order, kept, by=by)
    kits_freeze(kept)
    _lines_remove(order, held, kept, by=by)
    _store_amended(order, kept, charges)
    order.notices = []
    if order.base_total > before:
        warning = credit_check(
            order, added=order.base_total, by=by, reason=reason, released=bool(order.credit_reason)
        )
        order.notices = [warning] if warning else []
    order.notices += order_reserve(order, kept, by=by)
    timeline_add(order, "amended", text=reason, data={"changes": changes})


def _lines_remove(order: Order, held: list[OrderLine], kept: list[OrderLine], *, by: Any) -> None:
    """Lines that the amendment left out go, and what was reserved for them is free."""
    stays = {line.pk for line in kept}
    gone = [line for line in held if line.pk not in stays]
    if gone:
        order_release(order, gone, by=by)
        OrderLine.objects.filter(pk__in=[line.pk for line in gone]).delete()


def _store_amended(order: Order, lines: list[OrderLine], charges: list[OrderCharge]) -> None:
    new = [line for line in lines if line.pk is None]
    known = [line for line in lines if line.pk is not None]
    skip = {"id", "order", *(f"{name}_quantity" for name in _KEPT)}
    names = [f.name for f in OrderLine._meta.concrete_fields if f.name not in skip]
    OrderLine.objects.bulk_update(known, names)
    OrderLine.objects.bulk_create(new)
    if charges:
        taxes = [f.name for f in OrderCharge._meta.concrete_fields if f.name not in ("id", "order")]
        OrderCharge.objects.bulk_update(charges, taxes)


_KEPT = ("reserved", "delivered", "returned", "invoiced", "credited")


def order_open_drafts(order: Order) -> dict[int, Decimal]:
    """{order line id: quantity on deliveries that are still drafts}."""
    from apps.sales.models import DeliveryLine

    result: dict[int, Decimal] = {}
    rows = DeliveryLine.objects.filter(delivery__in=Delivery.objects.filter(order=order, status="draft"))
    for line_id, quantity in rows.values_list("order_line_id", "quantity"):
        result[line_id] = result.get(line_id, ZERO) + quantity
    return result
