"""Partial credit notes that add up: credit by credit, a line is given back to the paisa and never beyond.

Source: CGST Act section 34 (a credit note reduces the value and tax of the invoice it names). Each credit is
the rounded cumulative share minus what was credited before, so the last one always takes the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apps.core.money import EXACT, ZERO, round_money


@dataclass(frozen=True, slots=True)
class CreditSeries:
    """Amounts of the credits in order, and what is left to credit."""

    amounts: tuple[Decimal, ...]
    remaining: Decimal


def credit_amount(
    line_total: Decimal,
    quantity: Decimal,
    credit_quantity: Decimal,
    *,
    credited_quantity: Decimal = ZERO,
    credited_amount: Decimal = ZERO,
) -> Decimal:
    """The amount of the next credit of a line of ``quantity`` pieces billed at ``line_total``.

    ``credited_*`` is what earlier credits took. ``ValueError`` when more would be credited than was billed.
    """
    if credit_quantity <= 0:
        raise ValueError("The quantity to credit must be positive.")
    cumulative = credited_quantity + credit_quantity
    if cumulative > quantity:
        raise ValueError(f"Only {quantity - credited_quantity} of {quantity} are left to credit.")
    with localcontext(EXACT):
        return round_money(line_total * cumulative / quantity) - credited_amount


def credit_components(
    components: Mapping[str, Decimal],
    quantity: Decimal,
    credit_quantity: Decimal,
    *,
    credited_quantity: Decimal = ZERO,
    credited: Mapping[str, Decimal] | None = None,
) -> dict[str, Decimal]:
    """The same for each part of a line (taxable, cgst, sgst, igst, cess): halves that were equal stay equal.

    The note's total is the sum of the parts, so that a fully credited line leaves nothing in any tax account.
    """
    before = credited or {}
    return {
        name: credit_amount(
            amount,
            quantity,
            credit_quantity,
            credited_quantity=credited_quantity,
            credited_amount=before.get(name, ZERO),
        )
        for name, amount in components.items()
    }


def credit_series(line_total: Decimal, quantity: Decimal, credits: Sequence[Decimal]) -> CreditSeries:
    """All credits of a line at once, by their quantities."""
    amounts: list[Decimal] = []
    taken = credited = ZERO
    for credit in credits:
        amount = credit_amount(
            line_total, quantity, credit, credited_quantity=taken, credited_amount=credited
        )
        amounts.append(amount)
        taken += credit
        credited += amount
    return CreditSeries(tuple(amounts), line_total - credited)
