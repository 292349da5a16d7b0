"""From a taxed document to its balanced posting: party against income (or cost), taxes and rounding.

Amounts are worked out in the document's currency; their values in company currency are rounded together, so
that the entry balances to the paisa whatever the exchange rate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.accounting.choices import Side, SupplyKind
from apps.accounting.invoicing.party_accounts import party_account
from apps.accounting.ledger import Posting, PostingLine, account_for
from apps.core.money import ONE, ZERO, round_money, round_together

TAXES = ("cgst", "sgst", "igst", "cess")
EXPORTS = (SupplyKind.EXPORT_LUT, SupplyKind.EXPORT_WITH_PAYMENT)


@dataclass(frozen=True, slots=True)
class Part:
    """One line to be: signed amount in document currency (+ debit)."""

    account: Any
    amount: Decimal
    cost_centre_id: int | None = None
    project_id: int | None = None
    tax_role: str = ""


def sale_posting(document: Any, lines: Iterable[Any], charges: Iterable[Any]) -> Posting | None:
    """Invoice: party debit; income, output taxes and round-off credit. None when there is nothing to post."""
    parts = _income(document, lines, "sales") + _charges(document, charges, "freight_income")
    parts += _taxes(document, "{}_output")
    return _posting(document, parts, Side.RECEIVABLE, "sales", sign=ONE)


def credit_posting(document: Any, lines: Iterable[Any], charges: Iterable[Any]) -> Posting | None:
    """Credit note: the mirror of an invoice; what was sold comes off as sales returns."""
    parts = _income(document, lines, "sales_return") + _charges(document, charges, "freight_income")
    parts += _taxes(document, "{}_output")
    return _posting(document, parts, Side.RECEIVABLE, "sales", sign=-ONE)


def bill_posting(document: Any, lines: Iterable[Any], charges: Iterable[Any]) -> Posting | None:
    """Bill: cost and input taxes debit, vendor credit. Under reverse charge the tax is owed to the state."""
    claims = bool(document.company.gstin) and not document.company.is_composition
    rows = [row for row in lines if not row.shadow]
    groups: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    taxes: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        key = (_cost_account(document, row), row.cost_centre_id, row.project_id)
        groups[key] += row.taxable_value
        if claims and row.itc_eligible:
            _add_taxes(taxes, row)
        else:
            cost = _named_account(document, row) or _account(document, "gst_not_creditable")
            groups[cost, row.cost_centre_id, row.project_id] += row.cgst + row.sgst + row.igst + row.cess
    charges = list(charges)
    for charge in charges:
        groups[_account(document, "freight_expense"), None, None] += charge.taxable_value
        if claims:
            _add_taxes(taxes, charge)
        else:
            groups[_account(document, "gst_not_creditable"), None, None] += _tax_of(charge)
    parts = [Part(account, -amount, centre, project) for (account, centre, project), amount in groups.items()]
    parts += _input_parts(document, taxes, [*rows, *charges])
    return _posting(document, parts, Side.PAYABLE, "purchase", sign=-ONE)


def _input_parts(document: Any, taxes: dict[str, Decimal], rows: list[Any]) -> list[Part]:
    """Credit of input tax, and under reverse charge the tax that we owe in the vendor's place."""
    prefix = "rcm_" if document.reverse_charge else ""
    parts = []
    for tax in TAXES:
        if taxes[tax]:
            role = f"{prefix}{tax}_input"
            parts.append(Part(_account(document, role), -taxes[tax], tax_role=role))
    if document.reverse_charge:
        owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for row in rows:
            _add_taxes(owed, row)
        for tax in TAXES:
            if owed[tax]:
                role = f"rcm_{tax}_output"
                parts.append(Part(_account(document, role), owed[tax], tax_role=role))
    return parts


def _add_taxes(sums: dict[str, Decimal], row: Any) -> None:
    for tax in TAXES:
        sums[tax] += getattr(row, tax)


def _tax_of(row: Any) -> Decimal:
    return row.cgst + row.sgst + row.igst + row.cess


def _account(document: Any, role: str) -> Any:
    return account_for(document.company, role)


def _cost_account(document: Any, row: Any) -> Any:
    """The account said on the line; goods wait for their receipt; else the vendor's, else the company's."""
    if named := _named_account(document, row):
        return named
    if _waits(document, row):
        return _account(document, "stock_received_not_billed")
    return _account(document, "expense" if _kind(row) == "service" else "purchase")


def _named_account(document: Any, row: Any) -> int | None:
    """Where the line or its vendor sends the cost, and GST that can't be credited with it."""
    if row.account_id or _waits(document, row):
        return row.account_id  # type: ignore[no-any-return]  # a bill's or note's line
    return party_account(document, "expense_account")


def _kind(row: Any) -> str:
    return str(row.product.product_kind) if row.product_id else "service"


def _waits(document: Any, row: Any) -> bool:
    """Goods wait for their receipt; a kit is received as its components."""
    return bool(_kind(row) == "goods" and document.moves_stock)


def _income(document: Any, lines: Iterable[Any], role: str) -> list[Part]:
    """Taxable value by account and dimensions, as debits of the mirrored sign (see ``_posting``)."""
    if role == "sales" and document.supply_kind in EXPORTS:
        role = "sales_export"
    groups: dict[tuple[Any, ...], Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        if not row.shadow:
            account = row.account_id or party_account(document, "income_account") or _account(document, role)
            groups[account, row.cost_centre_id, row.project_id] += row.taxable_value
    return [Part(account, -amount, centre, project) for (account, centre, project), amount in groups.items()]


def _charges(document: Any, charges: Iterable[Any], role: str) -> list[Part]:
    amount = sum((row.taxable_value for row in charges), ZERO)
    return [Part(_account(document, role), -amount)] if amount else []


def _taxes(document: Any, pattern: str) -> list[Part]:
    """Taxes that the document charges; under reverse charge it charges none."""
    if document.reverse_charge:
        return []
    parts = []
    for tax in TAXES:
        amount = getattr(document, f"{tax}_total")
        if amount:
            role = pattern.format(tax)
            parts.append(Part(_account(document, role), -amount, tax_role=role))
    return parts


def _posting(document: Any, parts: list[Part], side: str, journal: str, *, sign: Decimal) -> Posting | None:
    """``parts`` are written for an invoice (credits negative); ``sign`` -1 mirrors the whole entry."""
    parts = [part for part in parts if part.amount]
    if document.round_off:
        parts.append(Part(_account(document, "round_off"), -document.round_off))
    if not parts:
        return None
    party = Part(_account(document, side), document.grand_total)
    bases = bases_of([party, *parts], document.exchange_rate)
    lines = [
        PostingLine(
            account=part.account,
            base=base * sign,
            currency_id=document.currency_id,
            amount=part.amount * sign,
            party_id=document.party_id if index == 0 else None,
            cost_centre_id=part.cost_centre_id,
            project_id=part.project_id,
            tax_role=part.tax_role,
        )
        for index, (part, base) in enumerate(zip([party, *parts], bases, strict=True))
        if part.amount or base
    ]
    return Posting(
        company=document.company,
        journal=journal,
        date=document.date,
        source=document,
        purpose="post",
        narration=narration_of(document),
        currency=document.currency if document.is_foreign else None,
        exchange_rate=document.exchange_rate,
        lines=lines,
    )


def bases_of(parts: list[Part], rate: Decimal) -> list[Decimal]:
    """Values in company currency: the first (the party) on its own, the rest so that the whole balances."""
    if rate == ONE:
        return [part.amount for part in parts]
    first = round_money(parts[0].amount * rate)
    rest = round_together([part.amount * rate for part in parts[1:]], -first)
    return [first, *rest]


def narration_of(document: Any) -> str:
    """``INV/26-27/0007 Sharma Traders``."""
    own = getattr(document, "vendor_number", "")
    return " ".join(text for text in (document.number, own, document.party_name) if text)
