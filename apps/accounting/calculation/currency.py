"""Gains and losses on foreign currency: realised when an item is settled, unrealised at the closing rate.

Source: Ind AS 21 / AS 11. Gains are positive, losses negative, for receivables and payables alike.
Revaluation is reversed on the first day of the next period, so the next one starts from the booked rate
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.core.money import ZERO, round_money

NIL = Decimal("0.00")


class Side(StrEnum):
    """Does the counterparty owe us, or we them?"""

    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A part of the foreign amount, settled at a rate (home currency for one unit of foreign)."""

    fc_amount: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ForeignItem:
    """An item in foreign currency, positive, with its settlements so far."""

    id: str
    side: Side
    currency: str
    fc_amount: Decimal
    booked_rate: Decimal
    settlements: Sequence[Settlement] = ()


@dataclass(frozen=True, slots=True)
class ItemGain:
    """What is open in foreign currency, and the gains in home currency."""

    id: str
    open_fc: Decimal
    realised: Decimal
    unrealised: Decimal


@dataclass(frozen=True, slots=True)
class Revaluation:
    """All items with totals; ``reversal_next_period`` undoes the unrealised total."""

    items: tuple[ItemGain, ...]
    realised_total: Decimal
    unrealised_total: Decimal
    reversal_next_period: Decimal


@dataclass(frozen=True, slots=True)
class SettledHome:
    """A settlement in home currency: what leaves the item's account, what the bank sees, and the gain."""

    booked: Decimal
    settled: Decimal
    gain: Decimal


def revalue(items: Iterable[ForeignItem], closing_rates: Mapping[str, Decimal]) -> Revaluation:
    """Realised and unrealised gains; ``ValueError`` for a missing rate or an item settled too far."""
    gains = tuple(_item_gain(item, closing_rates) for item in items)
    realised = sum((gain.realised for gain in gains), NIL)
    unrealised = sum((gain.unrealised for gain in gains), NIL)
    return Revaluation(gains, realised, unrealised, -unrealised if unrealised else NIL)


def _item_gain(item: ForeignItem, closing_rates: Mapping[str, Decimal]) -> ItemGain:
    open_fc, realised = item.fc_amount, NIL
    for settlement in item.settlements:
        open_fc -= settlement.fc_amount
        realised += exchange_gain(item.side, settlement.fc_amount, item.booked_rate, settlement.rate)
    if open_fc < 0:
        raise ValueError(f"item {item.id}: more is settled than its amount.")
    if not open_fc:
        return ItemGain(item.id, open_fc, realised, NIL)
    rate = closing_rates.get(item.currency)
    if rate is None:
        raise ValueError(f"item {item.id}: no closing rate for {item.currency}.")
    return ItemGain(item.id, open_fc, realised, exchange_gain(item.side, open_fc, item.booked_rate, rate))


def exchange_gain(side: Side, fc_amount: Decimal, booked_rate: Decimal, rate: Decimal) -> Decimal:
    """Gain in home currency on ``fc_amount`` between two rates, each side rounded to paise."""
    change = round_money(fc_amount * rate) - round_money(fc_amount * booked_rate)
    return change if side == Side.RECEIVABLE else NIL - change


def settle_home(
    side: Side,
    *,
    open_fc: Decimal,
    open_home: Decimal,
    booked_rate: Decimal,
    settled_fc: Decimal,
    rate: Decimal,
) -> SettledHome:
    """One settlement against an open item, for the journal.

    A settlement that closes the foreign amount takes all of ``open_home``, so that the item's home balance
    closes with it; the paise of rounding fall into the gain.
    """
    if not 0 < settled_fc <= open_fc:
        raise ValueError("More is settled than is open.")
    booked = open_home if settled_fc == open_fc else round_money(settled_fc * booked_rate)
    settled = round_money(settled_fc * rate)
    change = settled - booked
    return SettledHome(booked, settled, change if side == Side.RECEIVABLE else NIL - change)


def to_home(fc_amount: Decimal, rate: Decimal) -> Decimal:
    """A foreign amount in home currency, to paise; ``ValueError`` when the rate is not positive."""
    if rate <= ZERO:
        raise ValueError("The exchange rate must be positive.")
    return round_money(fc_amount * rate)
