"""The tax and totals of any document: fills defaults, checks, works out, writes to the instances.

One function for quotations, orders, invoices, proformas and bills, so that preview, draft and posting can
never differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.calculation import tax_split
from apps.accounting.calculation.place_of_supply import Recipient
from apps.accounting.calculation.tax_lines import TaxContext, TaxedDocument, TaxRounding
from apps.accounting.choices import SupplyKind
from apps.accounting.tax.header import header_fill, recipient_of, supplier_state
from apps.accounting.tax.lines import (
    MAX_AMOUNT,
    Masters,
    charges_fill,
    lines_fill,
    masters_load,
    rates_check,
    supply_of,
    tax_charge,
    tax_line,
)
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import ZERO, round_money
from apps.parties.choices import TaxTreatment

_AT_LINE = re.compile(r"^(line|charge) (\d+): (.*)$", re.DOTALL)


def taxed_compute(
    document: Any, lines: Sequence[Any], charges: Sequence[Any] = (), *, masters: Masters | None = None
) -> TaxedDocument:
    """Work out a draft in place: header defaults, line defaults, taxes, totals.

    In: an unsaved or saved TaxedDocument with its line and charge instances (company is needed, everything
    else has a default). Out: the engine's result, for those who need its details. Raises InvalidInput with
    paths (``lines.0.quantity``). The number of queries doesn't depend on the number of lines, except for
    prices nobody gave and units other than the product's own. ``masters``: those of many documents of the
    day, loaded together.
    """
    lines, charges = list(lines), list(charges)
    if document.company_id is None:
        raise InvalidInput(_("This field is required."), field="company", code="required")
    document.date = document.date or company_today()
    masters = masters or masters_load(lines, charges, document.date)
    header_fill(document, supply_of(lines, masters.products))
    needs_tax = tax_possible(document)
    errors = ErrorList()
    lines_fill(document, lines, masters, needs_tax=needs_tax, errors=errors)
    charges_fill(lines, charges, needs_tax=needs_tax, errors=errors)
    rates_check(lines, masters, needs_tax=needs_tax and not under_lut(document), errors=errors)
    if document.discount_amount is None or document.discount_amount < 0:
        errors.add("discount_amount", _("The discount can't be negative."), "min_value")
    errors.raise_if_any()
    result = _run_engine(document, lines, charges, masters)
    _write_lines(result.lines, lines)
    _write_lines(result.charges, charges)
    totals_write(document, lines, charges, gross=result.gross, discount=result.discount)
    return result


def tax_possible(document: Any) -> bool:
    """Can this document bear GST at all? Not from a supplier who isn't registered or pays composition."""
    if document.reverse_charge:
        return True
    if document.direction == "out":
        return bool(document.company.gstin) and not document.company.is_composition
    party = document.party if document.party_id else None
    return party is None or recipient_of(party) not in (
        Recipient.UNREGISTERED,
        Recipient.COMPOSITION,
        Recipient.OVERSEAS,
    )


def under_lut(document: Any) -> bool:
    """A supply without payment of tax bears none, whatever the rate of the day (IGST Act s. 16)."""
    return document.supply_kind in (SupplyKind.EXPORT_LUT, SupplyKind.SEZ_LUT)


def tax_context(document: Any, charges: Iterable[Any] = ()) -> TaxContext:
    """The facts of the document as the engine takes them."""
    company = document.company
    outward = document.direction == "out"
    party = document.party if document.party_id else None
    if outward:
        composition, unregistered = company.is_composition, not company.gstin
        registered = party is not None and bool(party.gstin)
    else:
        composition = party is not None and party.tax_treatment == TaxTreatment.COMPOSITION
        unregistered = not composition and not tax_possible(document)
        registered = bool(company.gstin)
    return TaxContext(
        supplier_state=supplier_state(document),
        place_of_supply=document.place_of_supply,
        supply_kind=document.supply_kind,
        reverse_charge=document.reverse_charge,
        composition=composition,
        unregistered=unregistered,
        prices_include_tax=document.prices_include_tax,
        rounding=TaxRounding(company.tax_rounding),
        round_to_rupee=rounds_to_rupee(document),
        discount_amount=document.discount_amount,
        charges=tuple(charges),
        recipient_registered=registered,
    )


def rounds_to_rupee(document: Any) -> bool:
    """Our own documents in our own currency, when the company wants it."""
    company = document.company
    return (
        document.direction == "out" and company.round_to_rupee and document.currency_id == company.currency_id
    )


def _run_engine(document: Any, lines: list[Any], charges: list[Any], masters: Any) -> TaxedDocument:
    context = tax_context(document, [tax_charge(charge, masters) for charge in charges])
    engine_lines = [tax_line(line, masters, document.exchange_rate) for line in lines]
    try:
        return tax_split.document_tax(engine_lines, context)
    except ValueError as error:
        raise engine_refusal(str(error)) from error


def engine_refusal(message: str) -> InvalidInput:
    """``line 3: …`` of the engine as an error at ``lines.2``."""
    match = _AT_LINE.match(message)
    if match is None:
        return InvalidInput(message, field="discount_amount" if "discount" in message else "lines")
    return InvalidInput(match[3], field=f"{match[1]}s.{int(match[2]) - 1}")


def _write_lines(results: Sequence[Any], rows: Sequence[Any]) -> None:
    for result, row in zip(results, rows, strict=True):
        row.tax_class = result.tax_class
        row.gst_rate, row.cess_rate = result.gst_rate, result.cess_rate
        row.taxable_value = result.taxable
        row.cgst, row.sgst, row.igst, row.cess = result.cgst, result.sgst, result.igst, result.cess
        row.line_total = result.line_total
        if hasattr(row, "gross_value"):
            row.gross_value = result.gross
            row.discount_value = result.discount + result.document_discount


def totals_write(
    document: Any,
    lines: Iterable[Any],
    charges: Iterable[Any],
    *,
    gross: Decimal | None = None,
    discount: Decimal | None = None,
) -> None:
    """Totals of the document as the sums of its lines and charges, rounding last. Raises InvalidInput."""
    lines, charges = list(lines), list(charges)
    rows = [row for row in (*lines, *charges) if not getattr(row, "shadow", False)]
    for total, name in (
        ("taxable_total", "taxable_value"),
        ("cgst_total", "cgst"),
        ("sgst_total", "sgst"),
        ("igst_total", "igst"),
        ("cess_total", "cess"),
    ):
        setattr(document, total, round_money(sum((getattr(row, name) for row in rows), ZERO)))
    document.charges_total = round_money(sum((row.amount for row in charges), ZERO))
    billed = [row for row in lines if not row.shadow]
    document.gross_total = round_money(
        sum((row.gross_value for row in billed), document.charges_total) if gross is None else gross
    )
    document.discount_total = round_money(
        sum((row.discount_value for row in billed), ZERO) if discount is None else discount
    )
    total = round_money(sum((row.line_total for row in rows), ZERO))
    document.round_off = _round_off(document, total)
    document.grand_total = total + document.round_off
    document.base_total = round_money(document.grand_total * document.exchange_rate)
    if document.grand_total > MAX_AMOUNT or abs(document.base_total) > MAX_AMOUNT * 100:
        raise InvalidInput(_("The total is too large."), field="lines", code="max_value")


def _round_off(document: Any, total: Decimal) -> Decimal:
    """What the rounding to the rupee adds; a bill carries its vendor's, a credit note its invoice's."""
    stated = getattr(document, "stated_round_off", None)
    if stated is not None:
        return stated
    return round_money(round_money(total, 0) - total) if rounds_to_rupee(document) else round_money(ZERO)
