"""Credit notes: each line gives back a part of an invoice line, to the paisa and never beyond.

Two ways of giving back: pieces (the amount is the rounded cumulative share of the line, C25), or a part of
the price (a discount after the sale), which takes money but no pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.calculation.credit_notes import credit_components
from apps.accounting.choices import Side
from apps.accounting.events import CreditNoteCancelled, CreditNotePosted, document_event
from apps.accounting.invoicing.common import entry_cancel, entry_post, postable_check, rows_of
from apps.accounting.invoicing.hold import company_check, party_hold
from apps.accounting.invoicing.invoices import Children, own_accounts_check
from apps.accounting.invoicing.notes import header_from_invoice, note_link
from apps.accounting.invoicing.postings import credit_posting
from apps.accounting.models import (
    Allocation,
    CreditNote,
    CreditNoteCharge,
    CreditNoteLine,
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    OpenItem,
)
from apps.accounting.payments.allocation import Setting, allocations_undo, items_allocate
from apps.accounting.tax.documents import taxed_compute, totals_write
from apps.core.errors import ErrorList, Refused
from apps.core.events import emit
from apps.core.locks import lock_row, lock_rows
from apps.core.money import ZERO, round_money, round_quantity

AMOUNTS = ("gross_value", "discount_value", "taxable_value", "cgst", "sgst", "igst", "cess", "line_total")
CHARGE_AMOUNTS = ("taxable_value", "cgst", "sgst", "igst", "cess", "line_total")


@dataclass
class Given:
    """What earlier posted notes gave back of one invoice line."""

    quantity: Decimal = ZERO
    by_pieces: dict[str, Decimal] = field(default_factory=dict)
    in_all: dict[str, Decimal] = field(default_factory=dict)


def credit_note_compute(document: CreditNote, children: Children) -> None:
    """Fill and check a draft. Raises Refused ``over_credit`` at ``lines.N.quantity``, InvalidInput."""
    lines, charges = children.setdefault("lines", []), children.setdefault("charges", [])
    if document.company_id and document.party_id and document.invoice_id is None:
        company_check(document.party, document)
    if document.invoice_id is None:
        own_accounts_check(document, lines)
        document.discount_amount = document.discount_amount or round_money(ZERO)
        taxed_compute(document, lines, charges)
        return
    header_from_invoice(document)
    if not lines and not charges and document.pk is None:
        lines.extend(_whole_lines(document))
        charges.extend(_whole_charges(document))
    _work_out(document, lines, charges)


def _whole_lines(document: CreditNote) -> list[CreditNoteLine]:
    """A note without lines gives back everything that is left."""
    sources = list(InvoiceLine.objects.filter(invoice=document.invoice_id, shadow=False))
    given = _given(CreditNoteLine, "invoice_line", [s.pk for s in sources], document.pk, AMOUNTS)
    rows = []
    for source in sources:
        left = source.quantity - given[source.pk].quantity
        if left > 0 and source.line_total > given[source.pk].in_all.get("line_total", ZERO):
            rows.append(CreditNoteLine(credit_note=document, invoice_line=source, quantity=left))
            rows[-1].position = len(rows)
    return rows


def _whole_charges(document: CreditNote) -> list[CreditNoteCharge]:
    sources = list(InvoiceCharge.objects.filter(invoice=document.invoice_id))
    given = _given(CreditNoteCharge, "invoice_charge", [s.pk for s in sources], document.pk, CHARGE_AMOUNTS)
    rows = []
    for source in sources:
        left = source.amount - given[source.pk].quantity
        if left > 0:
            rows.append(CreditNoteCharge(credit_note=document, invoice_charge=source, amount=left))
            rows[-1].charge_kind = source.charge_kind
    return rows


def _work_out(document: CreditNote, lines: list[Any], charges: list[Any]) -> None:
    sources = {row.pk: row for row in InvoiceLine.objects.filter(invoice=document.invoice_id)}
    charge_sources = {row.pk: row for row in InvoiceCharge.objects.filter(invoice=document.invoice_id)}
    given = _given(CreditNoteLine, "invoice_line", sources, document.pk, AMOUNTS)
    charges_given = _given(CreditNoteCharge, "invoice_charge", charge_sources, document.pk, CHARGE_AMOUNTS)
    errors = ErrorList()
    _match(lines, sources, given, errors)
    _match_charges(charges, charge_sources, errors)
    errors.raise_if_any()
    for index, line in enumerate(lines):
        source = sources[line.invoice_line_id]
        _fill_line(line, source)
        _credit_line(line, source, given[source.pk], f"lines.{index}")
    for index, charge in enumerate(charges):
        _credit_charge(charge, charge_sources, charges_given, f"charges.{index}.amount")
    last = _nothing_left(sources, given) and _nothing_left(charge_sources, charges_given)
    document.stated_round_off = _round_off(document, [*lines, *charges], last=last)
    totals_write(document, lines, charges)


def _given(
    model: Any, key: str, ids: Iterable[int], own: int | None, names: tuple[str, ...]
) -> dict[int, Given]:
    """{source line id: what posted notes gave back}, in one query; ``own`` is left out."""
    quantity = "quantity" if model is CreditNoteLine else "amount"
    by_pieces = Q(value_only=False) if model is CreditNoteLine else Q()
    rows = (
        model.objects.filter(**{f"{key}__in": list(ids)}, credit_note__status="posted")
        .exclude(credit_note=own)
        .values(key)
        .annotate(
            q=Sum(quantity, filter=by_pieces),
            **{f"all_{name}": Sum(name) for name in names},
            **{f"own_{name}": Sum(name, filter=by_pieces) for name in names},
        )
    )
    found = {pk: Given() for pk in ids}
    for row in rows:
        found[row[key]] = Given(
            row["q"] or ZERO,
            {name: row[f"own_{name}"] or ZERO for name in names},
            {name: row[f"all_{name}"] or ZERO for name in names},
        )
    return found


def _match(lines: list[Any], sources: dict[int, Any], given: dict[int, Given], errors: ErrorList) -> None:
    """Find the invoice line of each line: named, else the one with that product and something left."""
    taken: dict[int, Decimal] = {pk: item.quantity for pk, item in given.items()}
    for index, line in enumerate(lines):
        if line.invoice_line_id is None:
            line.invoice_line_id = next(
                (
                    pk
                    for pk, source in sources.items()
                    if not source.shadow
                    and source.product_id == line.product_id
                    and (line.product_id or source.description == line.description)
                    and source.quantity > taken[pk]
                ),
                None,
            ) or next(
                (pk for pk, s in sources.items() if line.product_id and s.product_id == line.product_id), None
            )
        source = sources.get(line.invoice_line_id or 0)
        if source is None or source.shadow:
            errors.add(f"lines.{index}.invoice_line", _("This is no line of the invoice."), "not_found")
        elif line.quantity <= 0:
            errors.add(f"lines.{index}.quantity", _("Quantity must be more than 0."), "min_value")
        elif line.unit_price is not None and line.unit_price < 0:
            errors.add(f"lines.{index}.unit_price", _("The price can't be negative."), "min_value")
        else:
            taken[source.pk] += line.quantity


def _match_charges(charges: list[Any], sources: dict[int, Any], errors: ErrorList) -> None:
    for index, charge in enumerate(charges):
        if charge.invoice_charge_id is None:
            charge.invoice_charge_id = next(
                (pk for pk, source in sources.items() if source.charge_kind == charge.charge_kind), None
            )
        if charge.invoice_charge_id not in sources:
            errors.add(f"charges.{index}.kind", _("The invoice has no such charge."), "not_found")
        elif charge.amount is None or charge.amount <= 0:
            errors.add(f"charges.{index}.amount", _("The amount must be more than 0."), "min_value")


def _fill_line(line: CreditNoteLine, source: InvoiceLine) -> None:
    """The line is the invoice line in smaller: same product, unit, rates, accounts."""
    for name in ("product_id", "hsn", "unit_id", "tax_category_id", "tax_class", "gst_rate", "cess_rate"):
        setattr(line, name, getattr(source, name))
    for name in ("cess_per_unit", "unit_factor", "discount_percent", "cost_centre_id", "project_id"):
        setattr(line, name, getattr(source, name))
    line.description = line.description or source.description
    line.shadow = False
    line.value_only = line.unit_price is not None and line.unit_price != source.unit_price
    if line.unit_price is None:
        line.unit_price = source.unit_price
    line.base_quantity = round_quantity(line.quantity * source.unit_factor)


def _credit_line(line: CreditNoteLine, source: InvoiceLine, given: Given, path: str) -> None:
    if line.value_only:
        amounts = _value_share(line, source, path)
    else:
        amounts = _piece_share(line, source, given, path)
        given.quantity += line.quantity
    if line.value_only and amounts["taxable_value"] > source.taxable_value - given.in_all.get(
        "taxable_value", ZERO
    ):
        _refuse_over(source.line_total - given.in_all.get("line_total", ZERO), source, f"{path}.unit_price")
    for name in AMOUNTS:
        amounts[name] = min(amounts[name], getattr(source, name) - given.in_all.get(name, ZERO))
    _whole_of_parts(amounts, line.credit_note)
    for name in AMOUNTS:
        given.in_all[name] = given.in_all.get(name, ZERO) + amounts[name]
        if not line.value_only:
            given.by_pieces[name] = given.by_pieces.get(name, ZERO) + amounts[name]
        setattr(line, name, amounts[name])


def _piece_share(line: CreditNoteLine, source: InvoiceLine, given: Given, path: str) -> dict[str, Decimal]:
    left = source.quantity - given.quantity
    if line.quantity > left:
        raise Refused(
            _("Only %(left)s of %(all)s are left to credit.")
            % {"left": _plain(left), "all": _plain(source.quantity)},
            code="over_credit",
            field=f"{path}.quantity",
        )
    return credit_components(
        {name: getattr(source, name) for name in AMOUNTS},
        source.quantity,
        line.quantity,
        credited_quantity=given.quantity,
        credited=given.by_pieces,
    )


def _value_share(line: CreditNoteLine, source: InvoiceLine, path: str) -> dict[str, Decimal]:
    """A lower price for some pieces: that part of each amount of the line."""
    whole = source.quantity * source.unit_price
    part = line.quantity * line.unit_price
    if line.quantity > source.quantity or part > whole:
        _refuse_over(source.line_total, source, f"{path}.unit_price")
    return {name: round_money(getattr(source, name) * part / whole) for name in AMOUNTS}


def _whole_of_parts(amounts: dict[str, Decimal], document: CreditNote) -> dict[str, Decimal]:
    """The line's total is the sum of its parts, so that the note adds up in each tax account."""
    taxes = amounts["cgst"] + amounts["sgst"] + amounts["igst"] + amounts["cess"]
    amounts["line_total"] = amounts["taxable_value"] + (ZERO if document.reverse_charge else taxes)
    return amounts


def _refuse_over(left: Decimal, source: InvoiceLine, path: str) -> None:
    raise Refused(
        _("Only %(left)s of this line are left to credit.") % {"left": format(max(left, ZERO), ".2f")},
        code="over_credit",
        field=path,
    )


def _credit_charge(charge: Any, sources: dict[int, Any], given: dict[int, Given], path: str) -> None:
    source, before = sources[charge.invoice_charge_id], given[charge.invoice_charge_id]
    left = source.amount - before.quantity
    if charge.amount > left:
        raise Refused(
            _("Only %(left)s of this charge is left to credit.") % {"left": format(left, ".2f")},
            code="over_credit",
            field=path,
        )
    amounts = credit_components(
        {name: getattr(source, name) for name in CHARGE_AMOUNTS},
        source.amount,
        charge.amount,
        credited_quantity=before.quantity,
        credited=before.in_all,
    )
    amounts = _whole_of_parts(amounts, charge.credit_note)
    before.quantity += charge.amount
    for name in CHARGE_AMOUNTS:
        before.in_all[name] = before.in_all.get(name, ZERO) + amounts[name]
        setattr(charge, name, amounts[name])
    for name in ("tax_category_id", "tax_class", "gst_rate", "cess_rate", "charge_kind"):
        setattr(charge, name, getattr(source, name))


def _nothing_left(sources: dict[int, Any], given: dict[int, Given]) -> bool:
    """Whether all of these rows of the invoice is given back with this note."""
    return all(
        getattr(row, "shadow", False) or row.line_total == given[pk].in_all.get("line_total", ZERO)
        for pk, row in sources.items()
    )


def _round_off(document: CreditNote, rows: list[Any], *, last: bool) -> Decimal:
    """The note that gives back the last of the invoice takes its rounding too. The others round nothing, but
    where an invoice was rounded down they never give back more than its total, or the last would owe it."""
    earlier = CreditNote.objects.filter(invoice=document.invoice_id, status="posted").exclude(pk=document.pk)
    taken = earlier.aggregate(rounded=Sum("round_off"), total=Sum("grand_total"))
    if last:
        return document.invoice.round_off - (taken["rounded"] or ZERO)
    total = sum((row.line_total for row in rows if not getattr(row, "shadow", False)), ZERO)
    left = document.invoice.grand_total - (taken["total"] or ZERO)
    return round_money(min(ZERO, left - total))


def _plain(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")


def credit_note_post(document: CreditNote, *, by: Any, reason: str = "") -> None:
    """Post: number, mirror entry, open item, set against its invoice as far as that is open.

    The invoice is locked first and the note worked out again, so that two notes at once can't give back more
    than was billed (Refused ``over_credit``).
    """
    lines, charges = rows_of(document)
    if document.invoice_id is not None:
        document.invoice = lock_row(Invoice, document.invoice_id)
        _again(document, lines, charges)
    postable_check(document, lines, charges)
    posting = credit_posting(document, lines, charges)
    party_hold(document)
    entry_post(document, posting, side=Side.RECEIVABLE, sign=-1, by=by, reason=reason)
    _allocate(document, by=by)
    note_link(document)
    emit(document_event(CreditNotePosted, document, lines, by, reason=reason))


def _again(document: CreditNote, lines: list[Any], charges: list[Any]) -> None:
    """Work the draft out anew against what is left now; write the lines that differ."""
    before = [tuple(getattr(row, n) for n in CHARGE_AMOUNTS) for row in (*lines, *charges)]
    credit_note_compute(document, {"lines": lines, "charges": charges})
    after = [tuple(getattr(row, n) for n in CHARGE_AMOUNTS) for row in (*lines, *charges)]
    if before != after:
        CreditNoteLine.objects.bulk_update(lines, [*AMOUNTS, "value_only"])
        CreditNoteCharge.objects.bulk_update(charges, [*CHARGE_AMOUNTS])


def _allocate(document: CreditNote, *, by: Any) -> None:
    item = document.open_item
    if item is None or document.invoice_id is None or document.invoice.open_item_id is None:
        return
    target = lock_row(OpenItem, document.invoice.open_item_id)
    amount = min(target.open_amount, -item.open_amount)
    if amount > 0:
        items_allocate([Setting(target.pk, item.pk, amount)], by=by)
        item.refresh_from_db()


def credit_note_cancel(document: CreditNote, *, by: Any, reason: str = "") -> None:
    """Reverse a note; what it was set against is open again. Refused ``in_use`` when money settled it."""
    if document.open_item_id and document.invoice_id:
        lock_rows(OpenItem, [document.open_item_id])
        own = Allocation.objects.filter(
            credit_item=document.open_item_id,
            debit_item=document.invoice.open_item_id,
            undone_at=None,
        )
        if own.exists():
            allocations_undo(list(own), by=by)
    entry_cancel(document, by=by, reason=reason)
    emit(document_event(CreditNoteCancelled, document, None, by))
