"""Reads of sales that several surfaces share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import F, Q

from apps.catalog.choices import DELIVERED_KINDS
from apps.core.money import ZERO
from apps.core.scope import kind_of
from apps.documents.models import Attachment, TimelineEntry
from apps.files.services.storage import file_read
from apps.inventory.ledger import returned_so_far
from apps.inventory.models import StockMove
from apps.sales.calculation.fulfilment import LineQuantities, delivery_progress, invoice_progress
from apps.sales.choices import Progress
from apps.sales.models import Delivery, Order, OrderLine, Quotation, QuotationLine
from apps.sales.services.deliveries import PURPOSE

_HEADER = ("discount_amount", "charges_total", "taxable_total", "grand_total", "special_terms")
_LINE = ("quantity", "unit_price", "discount_percent", "line_total", "optional", "choice", "chosen")


def quotation_revisions(quotation: Quotation, *, by: Any) -> list[Quotation]:
    """All revisions of the offer that the user may see, first to last."""
    root = quotation.root_key
    return list(Quotation.objects.for_user(by).filter(Q(pk=root) | Q(root_id=root)).order_by("revision"))


def quotation_signature(quotation: Quotation) -> bytes | None:
    """The signature (PNG) drawn when this offer was accepted in the portal, while its file is kept."""
    signed = TimelineEntry.objects.filter(
        target_kind=kind_of(quotation), target_id=quotation.pk, verb="signed", data__drawn=True
    ).first()
    row = signed and Attachment.objects.filter(pk=signed.data.get("attachment"), removed_at=None).first()
    return file_read(row.file) if row else None


def quotations_due(day: date) -> list[int]:
    """Offers that still stand though their last day was before ``day``; for the nightly job."""
    return list(Quotation.objects.filter(status="sent", valid_until__lt=day).values_list("pk", flat=True))


def quotation_comparison(quotation: Quotation, *, by: Any) -> dict[str, Any]:
    """Revisions side by side: header figures and, line by line, what each revision offered.

    ``{revisions: [...], fields: [{name, values, changed}], lines: [{description, values, changed}]}`` where
    ``values`` has one entry per revision, None where a revision doesn't have the line.
    """
    revisions = quotation_revisions(quotation, by=by)
    rows = QuotationLine.objects.filter(quotation__in=revisions).order_by("position", "id")
    lines: dict[int, dict[int, QuotationLine]] = {}
    for line in rows:
        lines.setdefault(line.origin_id or line.pk, {})[line.quotation_id] = line
    return {
        "revisions": [
            {
                "id": row.pk,
                "revision": row.revision,
                "status": row.status,
                "date": row.date.isoformat(),
                "grand_total": str(row.grand_total),
            }
            for row in revisions
        ],
        "fields": [
            _compared(name, [str(getattr(row, name)) for row in revisions], key="name") for name in _HEADER
        ],
        "lines": [_compared_line(found, revisions) for found in lines.values()],
    }


def _compared(label: str, values: list[Any], *, key: str) -> dict[str, Any]:
    return {key: label, "values": values, "changed": any(value != values[0] for value in values)}


def _compared_line(found: dict[int, QuotationLine], revisions: list[Quotation]) -> dict[str, Any]:
    values = [
        {name: str(getattr(found[row.pk], name)) for name in _LINE} if row.pk in found else None
        for row in revisions
    ]
    last = found[max(found)]
    return _compared(last.description, values, key="description") | {"product": last.product_id}


def order_progress(order: Order) -> tuple[str, str]:
    """(delivered, invoiced) of one order: none, partial, complete or not_needed. One query."""
    lines = _quantities([order.pk])[order.pk]
    return delivery_progress(lines), invoice_progress(lines)


def order_awaits(order: Order, what: Literal["delivery", "invoice"]) -> bool:
    """Whether something of this order is still to be delivered or billed. One query for both, kept on the
    instance: a page asks for each of its buttons."""
    found: dict[str, str] | None = order.__dict__.get("_progress")
    if found is None:
        found = dict(zip(("delivery", "invoice"), order_progress(order), strict=True))
        order.__dict__["_progress"] = found
    return found[what] in (Progress.NONE, Progress.PARTIAL)


def order_short(order: Order) -> bool:
    """Whether less is reserved for the order than it still has to deliver. One query."""
    lacking = order.lines.filter(product__product_kind__in=DELIVERED_KINDS, shadow=False).filter(
        quantity__gt=F("delivered_quantity") - F("returned_quantity") + F("reserved_quantity")
    )
    return lacking.exists()


def orders_delivered(ids: Iterable[int]) -> dict[int, str]:
    """{order id: none, partial, complete or not_needed}, from the quantities of its lines."""
    return {pk: delivery_progress(lines) for pk, lines in _quantities(ids).items()}


def orders_invoiced(ids: Iterable[int]) -> dict[int, str]:
    """The same for what was billed, credits off."""
    return {pk: invoice_progress(lines) for pk, lines in _quantities(ids).items()}


def _quantities(ids: Iterable[int]) -> dict[int, list[LineQuantities]]:
    """{order id: quantities of its lines}, one query."""
    result: dict[int, list[LineQuantities]] = {pk: [] for pk in ids}
    rows = OrderLine.objects.filter(order_id__in=list(result)).values_list(
        "order_id",
        "quantity",
        "delivered_quantity",
        "returned_quantity",
        "invoiced_quantity",
        "credited_quantity",
        "product__product_kind",
        "shadow",
    )
    for order_id, *quantities, kind, shadow in rows:
        result[order_id].append(LineQuantities(*quantities, goods=kind in DELIVERED_KINDS, billed=not shadow))
    return result


Issued = dict[int, list[tuple[StockMove, Decimal]]]


def issues_out(delivery: Delivery) -> Issued:
    """{delivery line id: [(movement, quantity of it that the customer still has)]}. Two queries."""
    moves = list(
        StockMove.objects.filter(source_kind="sales.delivery", source_id=delivery.pk, purpose=PURPOSE)
        .select_related("batch", "serial", "product__unit")
        .order_by("id")
    )
    returned = returned_so_far(moves)
    result: Issued = {}
    for row in moves:
        left = row.quantity - returned.get(row.pk, ZERO)
        if left > 0 and row.source_line_id is not None:
            result.setdefault(row.source_line_id, []).append((row, left))
    return result


def codes_out(issued: Issued, line_id: int) -> list[str]:
    """Serial numbers of a delivery line that the customer still has."""
    return [row.serial.code for row, _left in issued.get(line_id, ()) if row.serial]


def returnable_rows(delivery: Delivery, user: Any) -> list[dict[str, Any]]:
    """Lines of a delivery that the customer still has, for the dialog of a return: all of it proposed."""
    rows = delivery.lines.select_related("unit", "product__unit").order_by("position", "id")
    issued = issues_out(delivery)
    return [
        {
            "line": line.pk,
            "description": line.description or str(line.product),
            "left": str(left),
            "quantity": str(left),
            "serials": ", ".join(codes_out(issued, line.pk)),
        }
        for line in rows
        if (left := line.quantity - line.returned_quantity) > 0
    ]
