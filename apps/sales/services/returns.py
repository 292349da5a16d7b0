"""Goods that come back: into stock, to repair or to scrap, and the credit note when they were billed."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import CreditNote
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, FieldError, InvalidInput, Refused
from apps.core.events import emit
from apps.core.locks import lock_row, lock_rows
from apps.core.money import ZERO, round_quantity
from apps.documents.lifecycle import number_assign
from apps.documents.selectors import made_from, made_of
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.inventory.choices import PlaceKind
from apps.inventory.ledger import Move, move, reverse_moves
from apps.inventory.models import Place, StockMove
from apps.sales.choices import ReturnCondition
from apps.sales.events import GoodsReturned
from apps.sales.models import Delivery, DeliveryLine, DeliveryReturn, DeliveryReturnLine, Order
from apps.sales.selectors import Issued, codes_out, issues_out
from apps.sales.services.copying import Part, parts_read
from apps.sales.services.deliveries import OverDelivery, place_check
from apps.sales.services.fulfilment import quantities_add, quantities_take
from apps.sales.services.kits import components_back
from apps.sales.services.places import places_of

RETURN, SCRAP, REPAIRED = "return", "scrap", "repaired"


def delivery_return(
    delivery: Delivery,
    *,
    by: Any,
    lines: Any = None,
    reason: str = "",
    condition: str = ReturnCondition.RESTOCK,
    credit_note: Any = True,
    date: Date | None = None,
    place: Place | None = None,
) -> DeliveryReturn:
    """Take goods back: ``[{line, quantity, serials?}]``, without lines everything that is still out.

    ``condition`` restock, scrap or repair (they wait in the company's place for it, which nobody sells
    from: no other ``place`` is taken); ``credit_note`` drafts one for what was billed. Raises Refused
    over_delivery (more than went out), InvalidInput with paths, Locked (closed period).
    """
    known = {line.pk: line for line in delivery.lines.select_related("product__unit", "order_line")}
    issued = issues_out(delivery)
    parts = _wanted(known, lines, issued)
    target = place or delivery.place
    if condition == ReturnCondition.REPAIR:
        target = places_of(delivery.company_id, [PlaceKind.REPAIR])[PlaceKind.REPAIR]
        if place is not None and place.pk != target.pk:
            raise InvalidInput(_("Goods don't move between these places."), field="place")
    place_check(target, delivery.company_id)
    order = lock_row(Order, delivery.order_id, share=True) if delivery.order_id else None
    made = _store(delivery, parts, reason=reason, condition=condition, place=target, date=date)
    sums: dict[int, Decimal] = {}
    for part in parts:
        part.line.returned_quantity += part.quantity
        if part.line.order_line_id:
            sums[part.line.order_line_id] = sums.get(part.line.order_line_id, ZERO) + part.quantity
    DeliveryLine.objects.bulk_update([part.line for part in parts], ["returned_quantity"])
    quantities_add("returned", sums)
    _take_in(made, delivery, parts, issued, by=by)
    if credit_note:
        from apps.sales.services.crediting import return_credit

        return_credit(made, parts, by=by)
    link_add(delivery, made, "returned")
    emit(GoodsReturned(return_id=made.pk, delivery_id=delivery.pk, number=made.number))
    if order is not None:
        timeline_add(order, "returned", text=_("Return %(n)s") % {"n": made.number}, data={"return": made.pk})
    return made


def _wanted(known: dict[int, DeliveryLine], rows: Any, issued: Issued) -> list[Part]:
    """What comes back of which line, checked against what is still out."""
    if rows is None:
        parts = [
            Part(index, line, line.quantity - line.returned_quantity, {"serials": codes_out(issued, line.pk)})
            for index, line in enumerate(known.values())
            if line.quantity > line.returned_quantity
        ]
        if not parts:
            raise Refused(_("Everything came back already."), code="over_delivery", field="lines")
        return parts
    errors, result = [], []
    for part in parts_read(rows, known, names=("line", "delivery_line"), extra=("serials",)):
        left = part.line.quantity - part.line.returned_quantity
        quantity = part.quantity or left
        if quantity > left or quantity <= 0:
            detail = _("Only %(left)s of this line are with the customer.") % {
                "left": f"{max(left, ZERO).normalize():f}"
            }
            errors.append(FieldError(f"lines.{part.index}.quantity", detail, "over_delivery"))
        result.append(Part(part.index, part.line, quantity, part.extra))
    if len({part.line.pk for part in result}) < len(result):
        raise InvalidInput(_("A line is named twice."), field="lines", code="duplicate")
    if errors:
        raise OverDelivery(errors)
    return result


def _store(
    delivery: Delivery, parts: list[Part], *, reason: str, condition: str, place: Place, date: Date | None
) -> DeliveryReturn:
    day = date or max(company_today(), delivery.date)
    if day < delivery.date:
        raise InvalidInput(_("Goods can't come back before they left."), field="date", code="min_value")
    made = DeliveryReturn(
        company_id=delivery.company_id,
        delivery=delivery,
        party_id=delivery.party_id,
        party_name=delivery.party_name,
        owner_id=delivery.owner_id,
        department_id=delivery.department_id,
        team_id=delivery.team_id,
        place=place,
        date=day,
        reason=reason,
        condition=condition,
        status="posted",
    )
    number_assign(made)
    made.save(force_insert=True)
    rows = [
        DeliveryReturnLine(
            delivery_return=made,
            delivery_line=part.line,
            product_id=part.line.product_id,
            description=part.line.description,
            position=number,
            quantity=part.quantity,
            base_quantity=_base(part),
            serials=part.extra.get("serials") or [],
        )
        for number, part in enumerate(parts, 1)
    ]
    DeliveryReturnLine.objects.bulk_create(rows)
    timeline_add(made, "created", text=reason, data={"delivery": delivery.pk})
    return made


def _base(part: Part) -> Decimal:
    whole = part.quantity == part.line.quantity
    return part.line.base_quantity if whole else round_quantity(part.quantity * part.line.unit_factor)


# --- stock ----------------------------------------------------------------------------------------


def _take_in(made: DeliveryReturn, delivery: Delivery, parts: list[Part], issued: Issued, *, by: Any) -> None:
    """Back into the place at the cost at which the goods left; from there to scrap when they are no good."""
    kinds = [PlaceKind.CUSTOMER]
    if made.condition == ReturnCondition.SCRAP:
        kinds.append(PlaceKind.SCRAP)
    places = places_of(delivery.company_id, kinds)
    back: list[Move] = []
    for part in parts:
        back.extend(_moves_back(part, issued.get(part.line.pk, []), places[PlaceKind.CUSTOMER], made.place))
    narration = _("Return %(n)s from %(party)s") % {"n": made.number, "party": made.party_name}
    work = {"source": made, "date": made.date, "by": by, "reason": made.reason, "narration": narration}
    move(back, purpose=RETURN, **work)
    if made.condition == ReturnCondition.SCRAP:
        scrap = [_onward(item, made.place, places[PlaceKind.SCRAP]) for item in back]
        move(scrap, purpose=SCRAP, **work)


def _moves_back(
    part: Part, issued: list[tuple[StockMove, Decimal]], customer: Place, place: Place
) -> list[Move]:
    """The line's pieces as movements back, each naming the issue that it undoes."""
    path = f"lines.{part.index}"
    if part.line.components:
        codes = [str(code).strip() for code in part.extra.get("serials") or []]
        return [
            item
            for own, wanted in components_back(part.line, issued)
            for item in _undone(part, _chosen(own, codes), wanted, customer, place)
        ]
    if part.line.product.tracking == "serial":
        issued = _named_pieces(part, issued, path)
    return _undone(part, issued, _base(part), customer, place)


def _chosen(own: list[tuple[StockMove, Decimal]], codes: list[str]) -> list[tuple[StockMove, Decimal]]:
    """Of a kit's component, the pieces that were named go first."""
    return sorted(own, key=lambda item: not (item[0].serial and item[0].serial.code in codes))


def _undone(
    part: Part, issued: list[tuple[StockMove, Decimal]], wanted: Decimal, customer: Place, place: Place
) -> list[Move]:
    moves, left = [], wanted
    for row, available in issued:
        quantity = min(left, available)
        if quantity <= 0:
            break
        left -= quantity
        moves.append(
            Move(
                product=row.product,
                quantity=quantity,
                from_place=customer,
                to_place=place,
                batch=row.batch,
                serials=(row.serial,) if row.serial else (),
                line_path=f"lines.{part.index}",
                line_id=part.line.pk,
                returned_move=row,
            )
        )
    if left > 0:
        raise OverDelivery(
            [FieldError(f"lines.{part.index}.quantity", _("More comes back than went out."), "over_delivery")]
        )
    return moves


def _named_pieces(
    part: Part, issued: list[tuple[StockMove, Decimal]], path: str
) -> list[tuple[StockMove, Decimal]]:
    """Of pieces with serial numbers, those that were named."""
    codes = [str(code).strip() for code in part.extra.get("serials") or []]
    by_code = {row.serial.code: (row, left) for row, left in issued if row.serial}
    errors = ErrorList()
    if len(codes) != part.quantity and len(by_code) != part.quantity:
        errors.add(f"{path}.serials", _("Name the serial number of each piece that came back."), "serials")
    for code in codes:
        if code not in by_code:
            errors.add(f"{path}.serials", _("%(code)s is not with the customer.") % {"code": code}, "serials")
    errors.raise_if_any()
    return [by_code[code] for code in codes] if len(codes) == part.quantity else list(by_code.values())


def _onward(item: Move, place: Place, scrap: Place) -> Move:
    return Move(
        product=item.product,
        quantity=item.quantity,
        from_place=place,
        to_place=scrap,
        batch=item.batch,
        serials=item.serials,
        line_path=item.line_path,
        line_id=item.line_id,
    )


# --- what becomes of goods under repair -----------------------------------------------------------


def return_repaired(
    made: DeliveryReturn, *, by: Any, place: Place | None = None, date: Date | None = None
) -> None:
    """The goods are whole again: from repair into ``place``, else where the delivery left from."""
    target = place or made.delivery.place
    place_check(target, made.company_id)
    _move_on(made, target, REPAIRED, by=by, date=date)


def return_scrapped(made: DeliveryReturn, *, by: Any, date: Date | None = None) -> None:
    """The goods can't be repaired: they go to scrap at their cost."""
    target = places_of(made.company_id, [PlaceKind.SCRAP])[PlaceKind.SCRAP]
    _move_on(made, target, SCRAP, by=by, date=date)


def _move_on(made: DeliveryReturn, target: Place, purpose: str, *, by: Any, date: Date | None) -> None:
    if made.condition != ReturnCondition.REPAIR:
        raise Refused(_("These goods are not under repair."), code="invalid_transition", field="condition")
    day = date or max(company_today(), made.date)
    if day < made.date:
        raise InvalidInput(
            _("Goods can't leave repair before they came back."), field="date", code="min_value"
        )
    moved = StockMove.objects.filter(source_kind="sales.deliveryreturn", source_id=made.pk, purpose=RETURN)
    on = [
        Move(
            product=row.product,
            quantity=row.quantity,
            from_place=made.place,
            to_place=target,
            batch=row.batch,
            serials=(row.serial,) if row.serial else (),
            line_path=f"lines.{index}",
            line_id=row.source_line_id,
        )
        for index, row in enumerate(moved.select_related("product__unit", "batch", "serial").order_by("id"))
    ]
    narration = _("Return %(n)s from %(party)s") % {"n": made.number, "party": made.party_name}
    move(on, source=made, purpose=purpose, date=day, by=by, narration=narration)


# --- cancelling -----------------------------------------------------------------------------------


def _taken_by_note(made: DeliveryReturn) -> bool:
    """Whether the posting of a credit note made this return; its cancelling takes it back (``by`` None)."""
    return made_from(made, CreditNote).exists()


def return_cancel(made: DeliveryReturn, *, by: Any, reason: str = "") -> None:
    """Undo a return and what became of its goods under repair. Refused in_use once it was credited,
    insufficient_stock when the goods left again."""
    if made_of(made, CreditNote).filter(status="posted").exists():
        raise Refused(_("The credit note of this return is posted: cancel it first."), code="in_use")
    if by is not None and _taken_by_note(made):
        raise Refused(_("A credit note took these goods back: cancel the credit note."), code="in_use")
    lock_row(Delivery, made.delivery_id)
    lines = list(made.lines.select_related("delivery_line"))
    for purpose in (REPAIRED, SCRAP, RETURN):  # backwards; where nothing moved, nothing is taken back
        reverse_moves(made, purpose, by=by)
    sums: dict[int, Decimal] = {}
    held = {row.pk: row for row in lock_rows(DeliveryLine, [line.delivery_line_id for line in lines])}
    for line in lines:
        row = held[line.delivery_line_id]
        row.returned_quantity -= line.quantity
        if row.order_line_id:
            sums[row.order_line_id] = sums.get(row.order_line_id, ZERO) + line.quantity
    DeliveryLine.objects.bulk_update(held.values(), ["returned_quantity"])
    quantities_take("returned", sums)
    if reason:
        timeline_add(made, "cancel_reason", text=reason)
