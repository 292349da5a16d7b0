"""The one engine that turns the lines of a document into taxable values, GST, cess and totals.

Sources: CGST Act 2017 sections 9, 10 (composition), 15 (value, discounts), 31 (tax invoice, bill of
supply) and rule 46A (invoice-cum-bill of supply); IGST Act section 16 (zero-rated supplies); Cess Act
2017 section 8.

Order of work: line gross = quantity x price, to paise; own discount, to paise; document discount spread
over the line amounts by the largest remainder, **before** tax; charges (freight, packing) join as lines
with their own rate; taxes to paise; rounding to the rupee last, as an amount that bears no tax.

Where Indian practice knows two ways, both are here by option; the first named is what the product does:

* ``InclusiveRule.PRICE_KEPT`` - each component = price x its rate / (100 + all rates), the taxable value
  is what is left, so the buyer pays exactly the marked price. ``TAXABLE_FIRST`` - the taxable value is
  found and rounded first and the taxes follow from it; the line may then differ from the price by a paisa
  or two (``inclusive_difference`` tells).
* ``DiscountRule.AMOUNT_ROUNDED`` - a percentage discount is an amount of paise that can be printed, and
  taxable = gross - discount. ``NET_ROUNDED`` - quantity x price x (1 - discount) is rounded once.
* ``TaxRounding.PER_LINE`` - each component of each line to paise, so invoice-wise and HSN-wise totals agree.
  ``PER_DOCUMENT`` - each component once per rate on the summed base; the lines are then settled to that sum.

CGST and SGST are each half the rate on the same base with the same rounding, hence always equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from apps.accounting.calculation.place_of_supply import TaxKind
from apps.accounting.calculation.tax_lines import (
    NIL,
    WITHOUT_PAYMENT,
    Charge,
    DiscountRule,
    DocumentKind,
    InclusiveRule,
    RateTotal,
    SupplyKind,
    TaxClass,
    TaxContext,
    TaxedDocument,
    TaxedLine,
    TaxLine,
    TaxRounding,
)
from apps.core.money import EXACT, HUNDRED, ONE, PAISE, ZERO, round_money, round_together, spread

__all__ = [
    "Charge",
    "DiscountRule",
    "DocumentKind",
    "InclusiveRule",
    "RateTotal",
    "SupplyKind",
    "TaxClass",
    "TaxContext",
    "TaxKind",
    "TaxLine",
    "TaxRounding",
    "TaxedDocument",
    "TaxedLine",
    "document_tax",
]

TWO = Decimal(2)


class _Row:
    """A line under work: ``base`` is multiplied by a rate and divided by ``divisor`` to give a component."""

    __slots__ = ("amount", "base", "cess", "cess_fixed", "divisor", "half_or_full", "kept", "line")

    def __init__(self, line: TaxedLine, amount: Decimal, inclusive: bool, cess_fixed: Decimal) -> None:
        self.line = line
        self.amount = amount
        self.kept = inclusive
        self.cess_fixed = cess_fixed
        self.base = amount
        self.divisor = HUNDRED
        self.half_or_full = NIL
        self.cess = NIL


def document_tax(lines: Iterable[TaxLine], context: TaxContext) -> TaxedDocument:
    """Work out a whole document.

    Raises ``ValueError`` with a plain message when a rate or discount is out of range or a discount is larger
    than what it comes off; the message starts with ``line 3:`` (counted from 1) where a line is at fault.
    """
    with localcontext(EXACT):
        taxed = context.tax_kind != TaxKind.NONE and SupplyKind(context.supply_kind) not in WITHOUT_PAYMENT
        rows = [_line_row(number, line, context, taxed) for number, line in enumerate(lines, 1)]
        _apply_document_discount(rows, context)
        billed = len(rows)
        rows += [
            _charge_row(number, charge, context, taxed) for number, charge in enumerate(context.charges, 1)
        ]
        _find_bases(rows, context)
        split = context.tax_kind in (TaxKind.CGST_SGST, TaxKind.CGST_UTGST)
        for group in _groups(rows, context.rounding):
            _tax_group(group, split)
        for row in rows:
            _finish(row, split, context.reverse_charge)
        return _document([row.line for row in rows], billed, context)


def _line_row(number: int, line: TaxLine, context: TaxContext, taxed: bool) -> _Row:
    if line.shadow:
        return _Row(TaxedLine(tax_class=TaxClass(line.tax_class), shadow=True), NIL, False, ZERO)
    problem = _line_problem(line)
    if problem:
        raise ValueError(f"line {number}: {problem}")
    gross, amount = _line_amount(line, context.discount_rule)
    if amount * gross < 0 or abs(amount) > abs(gross):
        raise ValueError(f"line {number}: the discount is larger than the line.")
    bears = taxed and line.tax_class == TaxClass.TAXABLE
    result = TaxedLine(gross=gross, discount=gross - amount, tax_class=TaxClass(line.tax_class))
    if bears:
        result.gst_rate, result.cess_rate = line.gst_rate, line.cess_rate
    fixed = line.cess_per_unit * line.quantity if bears and line.cess_per_unit else ZERO
    return _Row(result, amount, _inclusive(line.price_includes_tax, context), fixed)


def _line_amount(line: TaxLine, rule: DiscountRule) -> tuple[Decimal, Decimal]:
    """Gross and what is left after the line's own discounts."""
    exact = line.quantity * line.unit_price
    gross = round_money(exact)
    if not (line.discount_percent or line.discount_amount):
        return gross, gross
    fixed = round_money(line.discount_amount)
    fixed = -fixed if gross < 0 else fixed
    if rule == DiscountRule.NET_ROUNDED:
        return gross, round_money(exact * (ONE - line.discount_percent / HUNDRED)) - fixed
    return gross, gross - round_money(gross * line.discount_percent / HUNDRED) - fixed


def _inclusive(own: bool | None, context: TaxContext) -> bool:
    """Does this price include tax? Under reverse charge nobody charges any, so it can't."""
    return (context.prices_include_tax if own is None else own) and not context.reverse_charge


def _line_problem(line: TaxLine) -> str:
    if line.unit_price < 0:
        return "the unit price must not be negative."
    if line.discount_amount < 0:
        return "the discount must not be negative."
    if not 0 <= line.discount_percent <= 100:
        return "the discount must be between 0 and 100 per cent."
    if not 0 <= line.gst_rate <= 100:
        return "the GST rate must be between 0 and 100 per cent."
    if line.cess_rate < 0 or line.cess_per_unit < 0:
        return "the cess must not be negative."
    return ""


def _charge_row(number: int, charge: Charge, context: TaxContext, taxed: bool) -> _Row:
    if not 0 <= charge.gst_rate <= 100 or charge.cess_rate < 0:
        raise ValueError(f"charge {number}: the GST rate must be between 0 and 100 per cent.")
    amount = round_money(charge.amount)
    result = TaxedLine(gross=amount, tax_class=TaxClass(charge.tax_class))
    if taxed and charge.tax_class == TaxClass.TAXABLE:
        result.gst_rate, result.cess_rate = charge.gst_rate, charge.cess_rate
    return _Row(result, amount, _inclusive(charge.price_includes_tax, context), ZERO)


def _apply_document_discount(rows: list[_Row], context: TaxContext) -> None:
    """Spread the document's discount over positive line amounts; returns within the document get no share."""
    if not (context.discount_percent or context.discount_amount):
        return
    if not 0 <= context.discount_percent <= 100:
        raise ValueError("The document discount must be between 0 and 100 per cent.")
    if context.discount_amount < 0:
        raise ValueError("The document discount must not be negative.")
    weights = [row.amount if row.amount > 0 else ZERO for row in rows]
    base = sum(weights, ZERO)
    discount = round_money(base * context.discount_percent / HUNDRED) + round_money(context.discount_amount)
    if discount > base:
        raise ValueError("The document discount is larger than the lines.")
    if not base:
        return
    for row, share in zip(rows, spread(discount, weights), strict=True):
        row.line.document_discount = share
        row.amount -= share


def _find_bases(rows: list[_Row], context: TaxContext) -> None:
    """Set base and divisor of each row: what a component's rate is applied to."""
    taxable_first = context.inclusive_rule == InclusiveRule.TAXABLE_FIRST
    for row in rows:
        row.base = row.amount
        if not row.kept:
            continue
        row.base -= row.cess_fixed
        if row.base < 0 < row.amount:
            raise ValueError("A price that includes tax is lower than the cess in it.")
        row.divisor = HUNDRED + row.line.gst_rate + row.line.cess_rate
        if taxable_first:
            row.base = round_money(row.base * HUNDRED / row.divisor)
            row.divisor = HUNDRED
            row.kept = False


def _groups(rows: list[_Row], rounding: TaxRounding) -> Iterable[list[_Row]]:
    """Rows that are rounded together: each alone, or all of one rate."""
    if rounding == TaxRounding.PER_LINE:
        return [[row] for row in rows]
    groups: dict[tuple[Decimal, Decimal, bool], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.line.gst_rate, row.line.cess_rate, row.kept), []).append(row)
    return groups.values()


def _tax_group(group: list[_Row], split: bool) -> None:
    line = group[0].line
    rate = line.gst_rate / TWO if split else line.gst_rate
    if rate:
        for row, share in zip(group, _components(group, rate, False), strict=True):
            row.half_or_full = share
    if line.cess_rate or any(row.cess_fixed for row in group):
        for row, share in zip(group, _components(group, line.cess_rate, True), strict=True):
            row.cess = share


def _components(group: list[_Row], rate: Decimal, with_fixed: bool) -> list[Decimal]:
    """One component of every row of a group, rounded once for the group."""
    first = group[0]
    exact = [row.base * rate / row.divisor + (row.cess_fixed if with_fixed else ZERO) for row in group]
    if len(group) == 1:
        return [round_money(exact[0])]
    base = sum((row.base for row in group), ZERO)
    fixed = sum((row.cess_fixed for row in group), ZERO) if with_fixed else ZERO
    return round_together(exact, round_money(base * rate / first.divisor + fixed))


def _finish(row: _Row, split: bool, reverse_charge: bool) -> None:
    line = row.line
    line.cess = row.cess
    if split:
        line.cgst = line.sgst = row.half_or_full
    else:
        line.igst = row.half_or_full
    tax = line.tax
    line.taxable = row.amount - tax if row.kept else row.base
    line.line_total = line.taxable if reverse_charge else line.taxable + tax
    if not row.kept and row.base != row.amount:
        line.inclusive_difference = row.amount - line.line_total


def _document(results: list[TaxedLine], billed: int, context: TaxContext) -> TaxedDocument:
    taxable = cgst = sgst = igst = cess = total = gross = discount = NIL
    for line in results:
        gross += line.gross
        discount += line.discount + line.document_discount
        taxable += line.taxable
        cgst += line.cgst
        sgst += line.sgst
        igst += line.igst
        cess += line.cess
        total += line.line_total
    tax = cgst + sgst + igst + cess
    round_off = (round_money(total, 0) - total).quantize(PAISE) if context.round_to_rupee else NIL
    return TaxedDocument(
        tax_kind=context.tax_kind,
        document_kind=_document_kind(results, context),
        lines=tuple(results[:billed]),
        charges=tuple(results[billed:]),
        gross=gross,
        discount=discount,
        taxable=taxable,
        cgst=cgst,
        sgst=sgst,
        igst=igst,
        cess=cess,
        tax_charged=NIL if context.reverse_charge else tax,
        tax_payable_reverse_charge=tax if context.reverse_charge else NIL,
        total=total,
        round_off=round_off,
        grand_total=total + round_off,
    )


def _document_kind(results: list[TaxedLine], context: TaxContext) -> DocumentKind:
    if context.composition:
        return DocumentKind.BILL_OF_SUPPLY
    taxable = [line.tax_class == TaxClass.TAXABLE for line in results if not line.shadow]
    if all(taxable):
        return DocumentKind.TAX_INVOICE
    if not any(taxable):
        return DocumentKind.BILL_OF_SUPPLY
    return DocumentKind.TAX_INVOICE if context.recipient_registered else DocumentKind.INVOICE_CUM_BILL
