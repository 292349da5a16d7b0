"""Goods sold directly by an invoice: delivered with it, taken back with it. One by one and many at once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.models import CreditNote, CreditNoteLine, Invoice
from apps.catalog.models import Product
from apps.core.copying import history_copy, rows_copy, rows_insert
from apps.core.errors import Refused
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.money import ZERO
from apps.core.rows import row_make
from apps.documents.lifecycle import documents_number, transition_run
from apps.documents.models import DocumentLink
from apps.documents.selectors import made_of
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.inventory.choices import PlaceKind
from apps.inventory.ledger import MoveSet, move_sets
from apps.inventory.models import Place
from apps.sales.events import DeliveryPosted
from apps.sales.models import Delivery, DeliveryLine, DeliveryReturn
from apps.sales.services.deliveries import PURPOSE, goods_issue, line_fill, moves_of
from apps.sales.services.pieces import batches_named, batches_tell
from apps.sales.services.places import places_of, stock_place


def _goods(lines: Sequence[Any]) -> list[tuple[int, Any]]:
    """(place in the invoice, line) of goods that no order delivers."""
    named = [
        (index, line)
        for index, line in enumerate(lines)
        if line.product_id and not line.shadow and not line.source_kind
    ]
    missing = {line.product_id for _i, line in named if not line._meta.get_field("product").is_cached(line)}
    products = Product.objects.select_related("unit").in_bulk(missing) if missing else {}
    for _index, line in named:
        if line.product_id in products:
            line.product = products[line.product_id]
    return [(index, line) for index, line in named if line.product.delivered]


def invoice_deliver(invoice: Invoice, lines: Sequence[Any], *, by: Any, reason: str = "") -> Delivery | None:
    """Deliver the goods of a direct invoice in the same transaction, unless it moves no stock.

    Raises Refused insufficient_stock naming the invoice's line.
    """
    if not invoice.moves_stock:
        return None
    goods = _goods(lines)
    if not goods:
        return None
    delivery = _delivery(invoice, _place(invoice.company_id))
    delivery.save(force_insert=True)
    rows = _rows(delivery, goods)
    DeliveryLine.objects.bulk_create(rows)
    goods_issue(delivery, rows, by=by, reason=reason)
    batches_tell(delivery, [line for _index, line in goods])
    Delivery.objects.filter(pk=delivery.pk).untracked_update(
        number=delivery.number, search_text=delivery.make_search_text()
    )
    _link([(invoice, delivery)])
    timeline_add(delivery, "post", text=_("With its invoice"), data={"invoice": invoice.pk})
    return delivery


def _place(company_id: int) -> Place:
    place = stock_place(company_id)
    if place is None:
        raise Refused(_("The company has no place with stock."), code="insufficient_stock", field="company")
    return place


def _delivery(invoice: Invoice, place: Place) -> Delivery:
    return row_make(
        Delivery,
        company_id=invoice.company_id,
        company=invoice.company,
        party_id=invoice.party_id,
        party_name=invoice.party_name,
        invoice=invoice,
        place=place,
        date=invoice.date,
        shipping_address=dict(invoice.shipping_address or {}),
        owner_id=invoice.owner_id,
        department_id=invoice.department_id,
        team_id=invoice.team_id,
        status="posted",
    )


def _rows(delivery: Delivery, goods: Sequence[tuple[int, Any]]) -> list[DeliveryLine]:
    """Lines keep the position of the invoice's lines, so that refusals name those; their batch and serial
    numbers too."""
    rows = []
    batches = batches_named(goods)
    for index, line in goods:
        row = row_make(
            DeliveryLine, delivery=delivery, invoice_line=line, quantity=line.quantity, position=index + 1
        )
        row.batch = batches.get((line.product_id, line.batch_code.strip()))
        row.serials = [code for text in line.serials if (code := text.strip())]
        line_fill(row, line)
        rows.append(row)
    return rows


def _link(pairs: Sequence[tuple[Invoice, Delivery]]) -> None:
    rows_insert(
        [
            row_make(
                DocumentLink,
                source_kind="accounting.invoice",
                source_id=invoice.pk,
                target_kind="sales.delivery",
                target_id=delivery.pk,
            )
            for invoice, delivery in pairs
        ]
    )


def direct_invoices_deliver_many(invoices: Sequence[tuple[Invoice, Sequence[Any]]], *, by: Any) -> int:
    """Deliver the goods of many direct invoices at once, for imports: ``[(invoice, its lines)]``.

    All movements go through the stock ledger in one call, in the order given; invoices that move no stock or
    have no goods are passed over. Returns the number of deliveries. Raises what ``invoice_deliver`` raises.
    """
    todo = [
        (invoice, goods) for invoice, lines in invoices if invoice.moves_stock and (goods := _goods(lines))
    ]
    if not todo:
        return 0
    companies = {invoice.company_id for invoice, _goods_of in todo}
    places = {pk: _place(pk) for pk in companies}
    customers = {pk: places_of(pk, [PlaceKind.CUSTOMER])[PlaceKind.CUSTOMER] for pk in companies}
    deliveries = []
    for invoice, _goods_of in todo:
        deliveries.append(_delivery(invoice, places[invoice.company_id]))
    documents_number(deliveries)
    now = timezone.now()
    for delivery in deliveries:
        delivery.search_text = delivery.make_search_text()
        delivery.created_at = delivery.updated_at = now
    rows_copy(deliveries, with_ids=True)
    history_copy(Delivery, [delivery.pk for delivery in deliveries])
    made = deliveries
    rows_of = [_rows(delivery, goods) for delivery, (_invoice, goods) in zip(made, todo, strict=True)]
    rows_copy([row for rows in rows_of for row in rows], with_ids=True)
    sets = [
        MoveSet(
            moves_of(delivery, rows, customers[delivery.company_id]),
            delivery,
            PURPOSE,
            delivery.date,
            _("Delivery %(n)s to %(party)s") % {"n": delivery.number, "party": delivery.party_name},
        )
        for delivery, rows in zip(made, rows_of, strict=True)
    ]
    move_sets(sets, by=by)
    _link([(invoice, delivery) for delivery, (invoice, _g) in zip(made, todo, strict=True)])
    for delivery in made:
        emit(DeliveryPosted(delivery_id=delivery.pk, number=delivery.number, order_id=None))
    return len(made)


def invoice_undeliver(invoice: Invoice) -> None:
    """A cancelled invoice takes its own delivery back with it."""
    for delivery in Delivery.objects.filter(invoice=invoice, status="posted"):
        transition_run(delivery, "cancel", by=None, data={"reason": _("The invoice was cancelled")})


def credit_take_back(note: CreditNote, rows: Sequence[CreditNoteLine], *, by: Any) -> None:
    """Goods of a credit note with ``moves_stock``: taken back from the deliveries that brought them.

    Raises Refused over_delivery when fewer were delivered than the note gives back.
    """
    from apps.sales.services.returns import delivery_return

    wanted = [row for row in rows if row.product_id and row.product.delivered]
    plans: dict[int, dict[int, Decimal]] = {}
    for row in wanted:
        _plan(row, plans)
    for pk, lines in sorted(plans.items()):
        delivery = lock_row(Delivery, pk)
        made = delivery_return(
            delivery,
            by=by,
            lines=[{"line": line, "quantity": f"{quantity:f}"} for line, quantity in lines.items()],
            reason=note.reason or _("Credit note %(n)s") % {"n": note.number},
            credit_note=False,
            date=max(note.date, delivery.date),
        )
        link_add(note, made, "returned")


def credit_return_undo(note: CreditNote) -> None:
    """A cancelled credit note takes back the returns that it made. Raises Refused insufficient_stock when the
    goods left again meanwhile."""
    for pk in returns_of_note(note):
        transition_run(
            DeliveryReturn(pk=pk), "cancel", by=None, data={"reason": _("The credit note was cancelled")}
        )


def returns_of_note(note: CreditNote) -> list[int]:
    """The returns that stand and were made by the posting of the note."""
    found = made_of(note, DeliveryReturn).exclude(status="cancelled")
    return list(found.order_by("pk").values_list("pk", flat=True))


def _plan(row: CreditNoteLine, plans: dict[int, dict[int, Decimal]]) -> None:
    """Spread a credited quantity over the delivery lines of its invoice line, newest first."""
    source = row.invoice_line
    found = DeliveryLine.objects.filter(delivery__status="posted").order_by("-id")
    if source.source_kind:
        found = found.filter(order_line_id=source.source_line_id)
    else:
        found = found.filter(invoice_line=source)
    left = row.quantity
    for line in found:
        taken = plans.get(line.delivery_id, {}).get(line.pk, ZERO)
        quantity = min(left, line.quantity - line.returned_quantity - taken)
        if quantity > 0:
            plans.setdefault(line.delivery_id, {})[line.pk] = taken + quantity
            left -= quantity
    if left > 0:
        raise Refused(
            _("%(what)s: fewer were delivered than come back.") % {"what": row.description[:80]},
            code="over_delivery",
            field=f"lines.{row.position - 1}.quantity",
        )
