"""Inwards: working them out, posting, cancelling; opening stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.choices import PriceKind, Tracking
from apps.catalog.models import PricePoint
from apps.catalog.selectors import unit_factors
from apps.catalog.services.products import prices_note
from apps.core.access import may
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.money import EXACT, ZERO, round_money, round_quantity
from apps.core.records import Child
from apps.documents.lifecycle import number_assign, transition_run
from apps.documents.services.drafts import draft_save
from apps.documents.services.timeline import timeline_add
from apps.inventory.choices import InwardKind, PlaceKind
from apps.inventory.ledger import Move, move, reverse_moves
from apps.inventory.models import Batch, Inward, InwardLine
from apps.inventory.selectors import default_place, place_of

PURPOSE = "inward"

LINES = Child(
    "lines",
    InwardLine,
    "inward",
    (
        "product", "description", "quantity", "unit", "unit_cost", "batch", "made_on", "expires_on",
        "serials",
    ),
    read_fields=("position", "unit_factor", "base_quantity", "value"),
)  # fmt: skip


def inward_compute(document: Inward, lines: list[InwardLine]) -> None:
    """Fill place, units, own quantities and values; raise InvalidInput naming every wrong field."""
    errors = ErrorList()
    if not document.place_id and document.company_id:  # a form that is being filled may have neither
        document.place = default_place(document.company)
    if document.place_id:
        if document.place.company_id != document.company_id:
            errors.add("place", _("The place belongs to another company."), "company")
        elif not document.place.holds_stock:
            errors.add("place", _("Goods can't be stored there."), "place")
    for index, line in enumerate(lines):
        _line_check(line, f"lines.{index}", errors)
    errors.raise_if_any()
    factors = unit_factors([(line.product, line.unit) for line in lines])
    for index, (line, factor) in enumerate(zip(lines, factors, strict=True)):
        line.unit = line.unit or line.product.unit
        line.unit_factor = factor
        line.base_quantity = round_quantity(EXACT.multiply(line.quantity, factor))
        line.value = round_money(EXACT.multiply(line.quantity, line.unit_cost))
        if line.base_quantity <= 0:
            errors.add(f"lines.{index}.quantity", _("The quantity is too small."), "min_value")
    errors.raise_if_any()
    document.total_value = sum((line.value for line in lines), ZERO)


def _line_check(line: InwardLine, path: str, errors: ErrorList) -> None:
    if not line.product_id:
        errors.add(f"{path}.product", _("This field is required."), "required")
        return
    if not line.product.stocked:
        errors.add(f"{path}.product", _("%(code)s has no stock.") % {"code": line.product.code}, "no_stock")
    if line.quantity is None or line.quantity <= 0:
        errors.add(f"{path}.quantity", _("Quantity must be more than 0."), "min_value")
        line.quantity = Decimal(1)
    if line.unit_cost is None or line.unit_cost < 0:
        errors.add(f"{path}.unit_cost", _("A cost must not be negative."), "min_value")
        line.unit_cost = ZERO
    if not line.description:
        line.description = line.product.name
    if line.made_on and line.expires_on and line.expires_on < line.made_on:
        errors.add(f"{path}.expires_on", _("The batch expires before it was made."))
    line.serials = [str(serial).strip() for serial in line.serials or []]
    if line.serials and line.product.tracking != Tracking.SERIAL:
        errors.add(f"{path}.serials", _("%(code)s has no serial numbers.") % {"code": line.product.code})


def inward_post(document: Inward, *, by: Any, reason: str = "") -> None:
    """Bring the goods in: movements, their value in the books, the price history. Raises InvalidInput,
    Refused ``no_rate`` for goods received at no cost without a ``reason`` of somebody who sees costs;
    Locked in a closed period (a softly closed one takes a ``reason`` and its permission)."""
    lines = list(
        InwardLine.objects.filter(inward=document)
        .select_related("product")
        .prefetch_related("product__unit", "unit")
        .order_by("position")
    )
    if not lines:
        raise InvalidInput(_("At least one line is needed."), field="lines", code="required")
    inward_compute(document, lines)
    opening = document.inward_kind == InwardKind.OPENING
    if not opening:
        _rates_check(document, lines, by=by, reason=reason)
    outside = place_of(document.company, PlaceKind.OPENING if opening else PlaceKind.VENDOR)
    batches = _batches(lines)
    number_assign(document)
    move(
        [
            Move(
                product=line.product,
                quantity=line.base_quantity,
                from_place=outside,
                to_place=document.place,
                value=line.value,
                batch=batches.get((line.product_id, line.batch)),
                serials=line.serials,
                line_path=f"lines.{index}",
                line_id=line.pk,
            )
            for index, line in enumerate(lines)
        ],
        source=document,
        purpose=PURPOSE,
        date=document.date,
        by=by,
        reason=reason,
        narration=_("Opening stock %(n)s") % {"n": document.number}
        if opening
        else _("Goods received %(n)s") % {"n": document.number},
    )
    if not opening:
        _note_prices(document, lines)


def _rates_check(document: Inward, lines: list[InwardLine], *, by: Any, reason: str) -> None:
    """Goods without a rate would be worth nothing in stock and all profit when sold."""
    free = [(index, line) for index, line in enumerate(lines) if not line.unit_cost]
    if not free:
        return
    if reason.strip() and may(by, "catalog.see_cost"):
        timeline_add(document, "no_rate", text=_("Received at no cost: %(why)s") % {"why": reason.strip()})
        return
    names = ", ".join(line.product.code for _index, line in free[:5])
    raise Refused(
        _("No rate is known for %(names)s: enter the unit cost here, or a purchase price on the product.")
        % {"names": names},
        code="no_rate",
        field=f"lines.{free[0][0]}.unit_cost",
    )


def _batches(lines: Iterable[InwardLine]) -> dict[tuple[int, str], Batch]:
    """The batches that the lines name, made when they are new."""
    found: dict[tuple[int, str], Batch] = {}
    for index, line in enumerate(lines):
        if not line.batch:
            continue
        if line.product.tracking == Tracking.NONE:
            raise InvalidInput(
                _("%(code)s has no batches.") % {"code": line.product.code}, field=f"lines.{index}.batch"
            )
        key = (line.product_id, line.batch)
        if key not in found:
            row, _new = Batch.objects.get_or_create(
                product_id=line.product_id,
                code=line.batch,
                defaults={"made_on": line.made_on, "expires_on": line.expires_on},
            )
            found[key] = row
    return found


def _note_prices(document: Inward, lines: Iterable[InwardLine]) -> None:
    points = [
        PricePoint(
            product_id=line.product_id,
            price_kind=PriceKind.PURCHASE,
            unit_price=EXACT.divide(line.unit_cost, line.unit_factor),
            quantity=line.base_quantity,
            currency_id=document.company.currency_id,
            party_id=document.party_id,
        )
        for line in lines
        if line.unit_cost
    ]
    prices_note(points, source=document, day=document.date)


def inward_cancel(document: Inward, *, by: Any, reason: str = "") -> None:
    """Take the goods out again, dated today or the first open day. Refused when they have gone out."""
    reverse_moves(document, PURPOSE, by=by)


def opening_stock_post(
    company: Any, date: date, rows: Iterable[Mapping[str, Any]], by: Any, *, reference: str = ""
) -> Inward:
    """Opening stock in one document, posted. ``rows``: product, quantity, unit_cost and, as needed, batch,
    made_on, expires_on, serials, unit; ``place`` (the same in all rows) else the company's warehouse.

    Raises InvalidInput naming ``lines.N.field``. Runs in the caller's unit of work.
    """
    table = [dict(row) for row in rows]
    places = {row.pop("place", None) for row in table}
    if len(places) > 1:
        raise InvalidInput(_("One document is for one place."), field="place")
    document = draft_save(
        Inward(),
        values={
            "company": company,
            "date": date,
            "inward_kind": InwardKind.OPENING,
            "place": next(iter(places), None) or default_place(company),
            "reference": reference,
        },
        children={"lines": table},
        specs={"lines": LINES},
        compute=lambda inward, children: inward_compute(inward, children["lines"]),
        version=None,
        by=by,
    )
    return transition_run(document, "post", by=by)
