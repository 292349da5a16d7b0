"""Small GST and TDS rules with dates: HSN digits, B2C sections, e-invoice, interest, late fee.

Each rule is a table of dated rows with its source beside it; the functions only read the tables. Amounts are
rupees. "AATO" is the aggregate annual turnover on the PAN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from apps.core.india.dated import Dated, in_force
from apps.core.india.doc_numbers import doc_number_problem
from apps.core.money import ZERO, round_money, round_rupee

CRORE = Decimal(10_000_000)
LAKH = Decimal(100_000)
GST_START = date(2017, 7, 1)


def document_number_allowed(number: str) -> tuple[bool, bool]:
    """May the number stand on a GST document, and on an e-invoice? (rule 46(b), portal rules)"""
    return not doc_number_problem(number), not doc_number_problem(number, for_irn=True)


@dataclass(frozen=True, slots=True)
class HsnRow:
    """Digits for turnovers up to and including ``up_to`` (``None``: no limit)."""

    up_to: Decimal | None
    b2b: int
    b2c: int


HSN_DIGITS: tuple[Dated[tuple[HsnRow, ...]], ...] = (
    # Notification 12/2017-CT
    Dated(
        GST_START,
        (HsnRow(Decimal("1.5") * CRORE, 0, 0), HsnRow(5 * CRORE, 2, 2), HsnRow(None, 4, 4)),
    ),
    # Notification 78/2020-CT
    Dated(date(2021, 4, 1), (HsnRow(5 * CRORE, 4, 0), HsnRow(None, 6, 6))),
)


def hsn_minimum_digits(previous_year_aato: Decimal, *, b2b: bool, day: date) -> int:
    """How many HSN digits an invoice must show at least, by last year's turnover."""
    for row in in_force(HSN_DIGITS, day) or ():
        if row.up_to is None or previous_year_aato <= row.up_to:
            return row.b2b if b2b else row.b2c
    return 0


B2C_LARGE_ABOVE = (
    Dated(GST_START, Decimal("2.5") * LAKH),
    Dated(date(2024, 8, 1), LAKH),  # Notification 12/2024-CT
)


def b2c_section(day: date, *, interstate: bool, invoice_value: Decimal) -> Literal["b2cl", "b2cs"]:
    """GSTR-1 section of an invoice to an unregistered buyer: large is inter-state and **above** the limit."""
    limit = in_force(B2C_LARGE_ABOVE, day)
    return "b2cl" if interstate and limit is not None and invoice_value > limit else "b2cs"


# Notification 13/2020-CT as amended by 88/2020, 5/2021, 1/2022, 17/2022 and 10/2023
E_INVOICE_ABOVE = (
    Dated(date(2020, 10, 1), 500 * CRORE),
    Dated(date(2021, 1, 1), 100 * CRORE),
    Dated(date(2021, 4, 1), 50 * CRORE),
    Dated(date(2022, 4, 1), 20 * CRORE),
    Dated(date(2022, 10, 1), 10 * CRORE),
    Dated(date(2023, 8, 1), 5 * CRORE),
)


def einvoice_applicable(day: date, highest_aato: Decimal) -> bool:
    """Must a taxpayer issue e-invoices? ``highest_aato`` is the highest of any year since 2017-18."""
    limit = in_force(E_INVOICE_ABOVE, day)
    return limit is not None and highest_aato > limit


@dataclass(frozen=True, slots=True)
class ReportingLimit:
    """Days from the document date for turnovers of at least ``aato``."""

    aato: Decimal
    days: int


IRN_REPORTING = (  # GSTN advisories; the date of reporting chooses the row
    Dated(date(2023, 11, 1), ReportingLimit(100 * CRORE, 30)),
    Dated(date(2025, 4, 1), ReportingLimit(10 * CRORE, 30)),
)
IRN_CANCEL_WITHIN = timedelta(hours=24)


def irn_report_in_time(reported_on: date, document_date: date, aato: Decimal) -> bool:
    """Does the portal still take an invoice, credit or debit note of ``document_date``?"""
    limit = in_force(IRN_REPORTING, reported_on)
    if limit is None or aato < limit.aato:
        return True
    return (reported_on - document_date).days <= limit.days


def irn_last_report_day(document_date: date, aato: Decimal, *, day: date) -> date | None:
    """Last day to report under the rule of ``day``; ``None`` without a limit."""
    limit = in_force(IRN_REPORTING, day)
    return None if limit is None or aato < limit.aato else document_date + timedelta(days=limit.days)


def irn_cancel_allowed(acknowledged_at: datetime, cancel_at: datetime, *, active_eway_bill: bool) -> bool:
    """The portal cancels within 24 hours, and not while an e-way bill is active; later: a credit note."""
    return not active_eway_bill and timedelta() <= cancel_at - acknowledged_at <= IRN_CANCEL_WITHIN


GST_INTEREST_RATE = (Dated(GST_START, Decimal(18)),)  # section 50(1), Notification 13/2017-CT
CASH_BALANCE_COUNTS_SINCE = date(2026, 1, 1)  # rule 88B as the portal works it from the January 2026 period


def gst_interest(
    net_tax_liability: Decimal,
    days_late: int,
    *,
    minimum_cash_balance: Decimal = ZERO,
    period: date = CASH_BALANCE_COUNTS_SINCE,
) -> Decimal:
    """Interest on tax paid late, to paise: (liability - lowest cash balance) x days / 365 x 18 %.

    ``minimum_cash_balance`` is the lowest balance of the cash ledger since the due date; it counts from the
    January 2026 period on. ``period`` is any day of the return period. Round with `round_rupee` to pay.
    """
    cash = minimum_cash_balance if period >= CASH_BALANCE_COUNTS_SINCE else ZERO
    base = max(net_tax_liability - cash, ZERO)
    rate = in_force(GST_INTEREST_RATE, period) or ZERO
    return round_money(base * max(days_late, 0) * rate / 36500)


@dataclass(frozen=True, slots=True)
class LateFee:
    """Fee per day and caps by turnover (CGST and SGST together)."""

    a_day: Decimal
    nil_a_day: Decimal
    nil_cap: Decimal
    caps: tuple[tuple[Decimal | None, Decimal], ...]


_LATE_FEE_2021 = LateFee(
    Decimal(50),
    Decimal(20),
    Decimal(500),
    ((Decimal("1.5") * CRORE, Decimal(2000)), (5 * CRORE, Decimal(5000)), (None, Decimal(10000))),
)
LATE_FEES = {  # Notifications 19/2021-CT (GSTR-3B) and 20/2021-CT (GSTR-1), from the June 2021 period
    "GSTR-3B": (Dated(date(2021, 6, 1), _LATE_FEE_2021),),
    "GSTR-1": (Dated(date(2021, 6, 1), _LATE_FEE_2021),),
}


def gst_late_fee(
    return_type: str, days_late: int, previous_year_aato: Decimal, *, nil_return: bool, period: date
) -> Decimal:
    """Late fee for a return, both heads together (half each). ``LookupError`` for a return without a row."""
    fee = in_force(LATE_FEES.get(return_type, ()), period)
    if fee is None:
        raise LookupError(f"No late fee is known for {return_type} of {period:%m/%Y}.")
    days = max(days_late, 0)
    if nil_return:
        return min(fee.nil_a_day * days, fee.nil_cap)
    cap = next(cap for limit, cap in fee.caps if limit is None or previous_year_aato <= limit)
    return min(fee.a_day * days, cap)


TDS_LATE_DEDUCTION = (Dated(date(2010, 7, 1), Decimal(1)),)  # percent a month or part of a month
TDS_LATE_PAYMENT = (Dated(date(2010, 7, 1), Decimal("1.5")),)
TDS_STATEMENT_FEE = (Dated(date(2012, 7, 1), Decimal(200)),)  # rupees a day, at most the tax


def tds_months(start: date, end: date) -> int:
    """Calendar months touched from ``start`` to ``end``, part months in full: how the processing system
    counts.
    """
    if end <= start:
        return 0
    return (end.year - start.year) * 12 + end.month - start.month + 1


def tds_interest_late_deduction(tds: Decimal, deductible_on: date, deducted_on: date) -> tuple[int, Decimal]:
    """Months and interest from the day tax was to be deducted until it was."""
    months = tds_months(deductible_on, deducted_on)
    return months, _tds_interest(tds, months, in_force(TDS_LATE_DEDUCTION, deductible_on))


def tds_interest_late_payment(
    tds: Decimal, deducted_on: date, paid_on: date, due_on: date
) -> tuple[int, Decimal]:
    """Months and interest from deduction until payment; nothing when paid by the due date."""
    months = tds_months(deducted_on, paid_on) if paid_on > due_on else 0
    return months, _tds_interest(tds, months, in_force(TDS_LATE_PAYMENT, deducted_on))


def _tds_interest(tds: Decimal, months: int, rate: Decimal | None) -> Decimal:
    return round_rupee(tds * months * (rate or ZERO) / 100)


def tds_statement_fee(days_late: int, tax: Decimal, *, day: date) -> Decimal:
    """Fee for a quarterly statement filed late: Rs 200 a day, at most the tax of the statement."""
    return min((in_force(TDS_STATEMENT_FEE, day) or ZERO) * max(days_late, 0), tax)
