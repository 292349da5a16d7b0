"""Post-dated cheques: kept until their day, in the books only once the bank has credited or paid them.

A cheque that is dated later than the day on which it was given pays nothing yet (Negotiable Instruments Act
1881: it is payable on its date), so what it is to pay stays open, in ageing and in the credit exposure.
"""

from __future__ import annotations

from datetime import date as Day
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import MoneyStatus, PaymentMode
from apps.accounting.invoicing.hold import party_lock
from apps.accounting.models import Payment, Receipt
from apps.company.selectors import company_today, rate_on
from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_date
from apps.core.money import round_money

Money = Receipt | Payment


def is_post_dated(document: Money) -> bool:
    """Whether it is a cheque whose day comes after the day of the document."""
    day = document.instrument_date
    return document.mode == PaymentMode.CHEQUE and day is not None and day > document.date


def post_dated_check(document: Money) -> None:
    """Refused ``post_dated``: such a cheque isn't money yet."""
    if is_post_dated(document):
        raise Refused(
            _("The cheque is dated %(day)s, after the day of this document: hold it, and book it when the "
              "bank has cleared it.")
            % {"day": show_date(document.instrument_date)},
            code="post_dated",
            field="instrument_date",
        )  # fmt: skip


def money_hold(document: Money, *, by: Any) -> None:
    """Keep a post-dated cheque; nothing is booked and nothing is paid by it."""
    if not is_post_dated(document):
        raise Refused(
            _("Only a cheque that is dated after this document is held."),
            code="not_post_dated",
            field="instrument_date",
        )
    party_lock(document)


def money_release(document: Money, *, by: Any) -> None:
    """A held cheque becomes a draft again: it was given back, replaced or entered wrongly."""


def clearing_day(document: Money, date: Day | None) -> Day:
    """The day on which a held cheque reaches the bank account: today, or its own day when that is asked for
    earlier. Raises InvalidInput for a day before the cheque's, or one that hasn't come."""
    today = company_today()
    day = date or max(today, document.instrument_date or today)
    if document.instrument_date and day < document.instrument_date:
        raise InvalidInput(
            _("The cheque is dated %(day)s: no bank pays it before.")
            % {"day": show_date(document.instrument_date)},
            field="date",
            code="min_value",
        )
    if day > today:
        raise InvalidInput(_("This day hasn't come yet."), field="date", code="max_value")
    return day


def cheque_date(document: Money, day: Day) -> None:
    """Give the document the day of its clearing, and the rate of that day."""
    document.date = day
    company = document.company
    if document.currency_id != company.currency_id:
        document.exchange_rate = rate_on(document.currency_id, company, day)
        document.base_total = round_money(document.settles * document.exchange_rate)


def allocations_fit(document: Money) -> None:
    """What the cheque was to pay may have been paid otherwise meanwhile: its rows shrink to what is open, and
    the rest stays on account."""
    for row in document.allocations.select_related("open_item"):
        item = row.open_item
        left = abs(item.open_amount) if item is not None else Decimal(0)
        if left <= 0:
            row.delete()
        elif left < row.amount:
            row.amount = left
            row.save(update_fields=["amount"])


def held_of(party: Any, company: Any, day: Day) -> list[Money]:
    """Post-dated cheques of a party that are held now and had been given by ``day``, the next due first."""
    found: list[Money] = []
    for model in (Receipt, Payment):
        rows = model.objects.filter(party=party, company=company, status=MoneyStatus.HELD, date__lte=day)
        found += rows.select_related("currency")
    return sorted(found, key=lambda row: (row.instrument_date or row.date, row.pk))
