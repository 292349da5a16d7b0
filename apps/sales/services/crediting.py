"""Credit notes for goods that came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.credit_notes import credit_note_compute
from apps.accounting.models import CreditNote, CreditNoteLine, InvoiceLine
from apps.core.money import ZERO
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.sales.calculation.fulfilment import quantities_of
from apps.sales.models import DeliveryReturn, OrderLine
from apps.sales.services.billing import SOURCE
from apps.sales.services.copying import Part
from apps.sales.services.quotations import document_store

Piece = tuple[InvoiceLine, Decimal]


def return_credit(made: DeliveryReturn, parts: list[Part], *, by: Any) -> list[CreditNote]:
    """Draft credit notes, one for each invoice, of what was billed and is with the customer no more.

    Nothing billed, nothing credited. The first note stands on the return, all are linked.
    """
    by_invoice: dict[int, list[Piece]] = {}
    for line, quantity in _pieces(parts):
        by_invoice.setdefault(line.invoice_id, []).append((line, quantity))
    notes = [_note(made, pieces) for _pk, pieces in sorted(by_invoice.items())]
    if notes:
        made.credit_note = notes[0]
        DeliveryReturn.objects.filter(pk=made.pk).untracked_update(credit_note=notes[0])
    for note in notes:
        link_add(made, note)
    return notes


def _pieces(parts: list[Part]) -> list[Piece]:
    """Invoice lines and the quantities to give back of each."""
    direct = {part.line.invoice_line_id: part.quantity for part in parts if part.line.invoice_line_id}
    found: list[Piece] = [
        (line, direct[line.pk])
        for line in InvoiceLine.objects.filter(pk__in=direct, invoice__status="posted").select_related(
            "invoice"
        )
    ]
    returned: dict[int, Decimal] = {}
    for part in parts:
        if part.line.order_line_id:
            returned[part.line.order_line_id] = returned.get(part.line.order_line_id, ZERO) + part.quantity
    order_lines = OrderLine.objects.filter(pk__in=returned).select_related("product")
    over = {line.pk: min(returned[line.pk], _billed_over(line)) for line in order_lines}
    return found + _of_orders({pk: quantity for pk, quantity in over.items() if quantity > 0})


def _billed_over(line: OrderLine) -> Decimal:
    """What is billed beyond what the customer still has (the return is counted already)."""
    item = quantities_of(line)
    return max(item.net_invoiced - item.net_delivered, ZERO)


def _of_orders(wanted: dict[int, Decimal]) -> list[Piece]:
    """The newest invoices of the order lines first, each up to what it billed and nobody credited."""
    rows = (
        InvoiceLine.objects.filter(
            source_kind=SOURCE, source_line_id__in=wanted, invoice__status="posted", shadow=False
        )
        .select_related("invoice")
        .order_by("-id")
    )
    rows = list(rows)
    credited = _credited([row.pk for row in rows])
    left = dict(wanted)
    pieces = []
    for row in rows:
        quantity = min(left[row.source_line_id or 0], row.quantity - credited.get(row.pk, ZERO))
        if quantity > 0:
            left[row.source_line_id or 0] -= quantity
            pieces.append((row, quantity))
    return pieces


def _credited(line_ids: list[int]) -> dict[int, Decimal]:
    """{invoice line id: pieces given back by posted notes}."""
    result: dict[int, Decimal] = {}
    rows = CreditNoteLine.objects.filter(
        invoice_line_id__in=line_ids, credit_note__status="posted", value_only=False
    )
    for pk, quantity in rows.values_list("invoice_line_id", "quantity"):
        result[pk] = result.get(pk, ZERO) + quantity
    return result


def _note(made: DeliveryReturn, pieces: list[Piece]) -> CreditNote:
    invoice = pieces[0][0].invoice
    note = CreditNote(
        invoice=invoice,
        date=max(made.date, invoice.date),
        reason=made.reason[:200],
        owner_id=made.owner_id,
        department_id=made.department_id,
        team_id=made.team_id,
        moves_stock=False,  # the return moved the goods
    )
    rows = [
        CreditNoteLine(credit_note=note, invoice_line=line, quantity=quantity, position=number)
        for number, (line, quantity) in enumerate(pieces, 1)
    ]
    credit_note_compute(note, {"lines": rows, "charges": []})
    document_store(note, lines=rows, parent="credit_note")
    link_add(invoice, note, "corrects")
    timeline_add(note, "created", text=_("From return %(n)s") % {"n": made.number}, data={"return": made.pk})
    return note
