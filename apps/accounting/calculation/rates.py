"""The GST rate in force on a date, and the rule for supplies around a change of rate.

Sources: CGST Act 2017 section 9 (rates are notified, with dates), section 14 (change in rate), section 13 and
31 (when an invoice ought to be issued), Notification 66/2017-CT (no tax on advances for goods of ordinary
taxpayers, so their payment date is left out); Compensation Cess Act section 8. A rate is data with a date,
never a closed list: slabs have changed on 22 Sep 2025 and 1 Feb 2026.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from apps.core.india.dated import Dated, in_force
from apps.core.money import ZERO

Side = Literal["old", "new"]
BANK_CREDIT_DAYS = 4


@dataclass(frozen=True, slots=True)
class GstRate:
    """Rates in percent of value, and the cess in money per unit."""

    gst: Decimal
    cess: Decimal = ZERO
    cess_per_unit: Decimal = ZERO


RateHistory = Sequence[Dated[GstRate]]


def rate_on(history: RateHistory, day: date) -> GstRate:
    """The rate whose date is the last on or before ``day`` (time of supply); ``LookupError`` before the
    first.
    """
    rate = in_force(history, day)
    if rate is None:
        raise LookupError(f"No GST rate is known for {day:%d-%m-%Y}.")
    return rate


def rate_side(
    change_date: date,
    *,
    supply_date: date,
    invoice_date: date,
    payment_date: date | None = None,
    goods: bool = False,
) -> Side:
    """Does the ``old`` or the ``new`` rate apply when rates change on ``change_date``?

    Services: the side on which two of supply, invoice and payment fall; a payment that has not come is after
    the change. Goods of ordinary taxpayers: the payment is ignored, and the earlier of the invoice and the
    day on which it ought to have been issued (the supply) decides.
    """
    if goods:
        return "new" if min(invoice_date, supply_date) >= change_date else "old"
    events = (supply_date, invoice_date, payment_date)
    after = sum(event is None or event >= change_date for event in events)
    return "new" if after >= 2 else "old"


def rate_for_supply(
    history: RateHistory,
    *,
    supply_date: date,
    invoice_date: date,
    payment_date: date | None = None,
    goods: bool = True,
) -> GstRate:
    """The rate for a supply whose events may lie on both sides of a change; without a change, the rate in
    force.
    """
    dates = [supply_date, invoice_date] + ([payment_date] if payment_date and not goods else [])
    earliest, latest = min(dates), max(dates)
    changes = [row.since for row in history if earliest < row.since <= latest]
    if not changes:
        return rate_on(history, latest)
    change = max(changes)
    side = rate_side(
        change,
        supply_date=supply_date,
        invoice_date=invoice_date,
        payment_date=payment_date,
        goods=goods,
    )
    return rate_on(history, change if side == "new" else min(changes) - timedelta(days=1))


def payment_date_for_rate(
    booked_on: date, credited_on: date, change_date: date, holidays: Container[date] = ()
) -> date:
    """The date of payment for section 14: the earlier of books and bank.

    The bank's date is used when the money is credited more than four working days after the change of rate.
    """
    limit, left = change_date, BANK_CREDIT_DAYS
    while left:
        limit += timedelta(days=1)
        if limit.weekday() < 5 and limit not in holidays:
            left -= 1
    return credited_on if credited_on > limit else min(booked_on, credited_on)
