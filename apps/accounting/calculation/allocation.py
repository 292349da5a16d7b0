"""Setting payments against invoices.

Payment plus the TDS that the payer withheld is set against the invoices it names, in that order; a payment
that names none goes to the oldest due date first (ties by id). What is left stays an unallocated advance.
After all payments a small residue of a paid invoice may be written off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.core.money import ZERO

NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """What is still to be paid of an invoice, positive."""

    id: str
    due: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received, tax withheld by the payer, and the invoices named (none: oldest first)."""

    id: str
    amount: Decimal
    tds: Decimal = ZERO
    against: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a payment that pays a part of an invoice."""

    payment: str
    invoice: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A residue given up."""

    invoice: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AllocationResult:
    """Allocations in the order made; open amounts by invoice after write-off; advances by payment."""

    allocations: tuple[Allocation, ...]
    outstanding: dict[str, Decimal]
    unallocated: dict[str, Decimal]
    written_off: tuple[WriteOff, ...]

    @property
    def unallocated_total(self) -> Decimal:
        """All advances together."""
        return sum(self.unallocated.values(), NIL)


def allocate(
    invoices: Sequence[OpenInvoice],
    payments: Sequence[Payment],
    *,
    write_off_tolerance: Decimal = ZERO,
) -> AllocationResult:
    """Allocate payments in the order given. ``ValueError`` for a negative payment or an unknown invoice
    named.
    """
    outstanding = {invoice.id: invoice.amount for invoice in invoices}
    oldest = [invoice.id for invoice in sorted(invoices, key=lambda open_: (open_.due, open_.id))]
    made: list[Allocation] = []
    unallocated: dict[str, Decimal] = {}
    for payment in payments:
        left = _checked_total(payment, outstanding)
        for invoice in payment.against or oldest:
            part = min(left, outstanding[invoice])
            if part > 0:
                made.append(Allocation(payment.id, invoice, part))
                outstanding[invoice] -= part
                left -= part
        unallocated[payment.id] = left
    written_off = _write_off(outstanding, {part.invoice for part in made}, write_off_tolerance)
    return AllocationResult(tuple(made), outstanding, unallocated, written_off)


def _checked_total(payment: Payment, outstanding: dict[str, Decimal]) -> Decimal:
    if payment.amount < 0 or payment.tds < 0:
        raise ValueError(f"payment {payment.id}: the amount must not be negative.")
    for invoice in payment.against:
        if invoice not in outstanding:
            raise ValueError(f"payment {payment.id}: invoice {invoice} is not open.")
    return payment.amount + payment.tds


def _write_off(
    outstanding: dict[str, Decimal], touched: set[str], tolerance: Decimal
) -> tuple[WriteOff, ...]:
    """Give up residues of invoices that a payment touched; an untouched small invoice is still owed."""
    given_up = []
    for invoice, amount in outstanding.items():
        if invoice in touched and 0 < amount <= tolerance:
            given_up.append(WriteOff(invoice, amount))
            outstanding[invoice] = NIL
    return tuple(given_up)
