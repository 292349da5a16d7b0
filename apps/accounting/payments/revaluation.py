"""Foreign items and money at the closing rate: unrealised gains and losses at a period's end.

Source: Ind AS 21 / AS 11. Accounts that are kept in a foreign currency (a bank account in USD) are worth
their balance at the rate; what payments at other rates left behind falls into the difference too. The
difference stands on an account of its own beside them, so that the sub-ledger keeps equal to its control
accounts, and is reversed on the next day, so that the next closing starts anew from the booked values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.calculation.currency import to_home
from apps.accounting.ledger import Posting, PostingLine, account_for, post, reverse
from apps.accounting.models import Account, Allocation, JournalEntry, OpenItem
from apps.accounting.services.accounts import foreign_balances
from apps.company.models import Company, Currency
from apps.company.selectors import rate_on
from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_date
from apps.core.money import ZERO, parse_decimal


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is held in a foreign currency, an open item or an account: its balance there, and in the books."""

    currency: Currency
    open_amount: Decimal
    booked: Decimal
    item: OpenItem | None = None
    account: Account | None = None

    @property
    def label(self) -> str:
        """The document's number or the account."""
        return self.item.number if self.item is not None else str(self.account)


@dataclass(frozen=True, kw_only=True)
class Revalued(Held):
    """One item or account and what it is worth now."""

    rate: Decimal | None  # None: nothing but a rest in the books
    worth: Decimal

    @property
    def gain(self) -> Decimal:
        """+ gain, - loss, for receivables and payables alike (both are signed)."""
        return self.worth - self.booked


@dataclass(frozen=True)
class Revaluation:
    rows: list[Revalued]
    entry: JournalEntry | None = None
    reversal: JournalEntry | None = None

    @property
    def total(self) -> Decimal:
        return sum((row.gain for row in self.rows), ZERO)


def revaluation_preview(
    *, company: Company, day: date, rates: Mapping[int, Decimal] | None = None
) -> Revaluation:
    """What a revaluation on ``day`` would book, item by item, then account by account; ``rates`` {currency
    id: rate} or those kept.

    What an emptied account still has in the books needs no rate. Raises InvalidInput naming ``rates.USD`` for
    one that isn't positive or isn't there.
    """
    known: dict[int, Decimal] = dict(rates or {})
    rows = []
    for row in _foreign_open(company, day):
        rate = _rate(known, row, company, day) if row.open_amount else None
        worth = to_home(row.open_amount, rate) if rate is not None else ZERO
        rows.append(Revalued(**vars(row), rate=rate, worth=worth))
    return Revaluation(rows)


def _rate(known: dict[int, Decimal], row: Held, company: Company, day: date) -> Decimal:
    if row.currency.pk not in known:
        known[row.currency.pk] = _kept_rate(row.currency, company, day)
    rate = known[row.currency.pk]
    if rate <= 0:
        text = _("The exchange rate must be more than 0.")
        raise InvalidInput(text, field=f"rates.{row.currency.code}", code="min_value")
    return rate


def _kept_rate(currency: Currency, company: Company, day: date) -> Decimal:
    try:
        return rate_on(currency.pk, company, day)
    except InvalidInput as error:
        raise InvalidInput(error.detail, field=f"rates.{currency.code}", code=error.code) from error


def currencies_open(company: Company, day: date) -> list[Currency]:
    """The foreign currencies in which something was open on the day: those that need a rate."""
    found = {row.currency.pk: row.currency for row in _foreign_open(company, day) if row.open_amount}
    return list(found.values())


def rates_read(value: Any) -> dict[int, Decimal]:
    """``{"USD": "81.00"}`` as {currency id: rate}. Raises InvalidInput naming ``rates`` or ``rates.USD``."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(_("Send rates by currency code."), field="rates")
    known = {row.code: row.pk for row in Currency.objects.filter(code__in=[str(key) for key in value])}
    rates = {}
    for code, text in value.items():
        if code not in known:
            raise InvalidInput(_("There is no such currency."), field=f"rates.{code}"[:60], code="not_found")
        try:
            rates[known[code]] = parse_decimal(str(text), allow_negative=False)
        except ValueError as error:
            raise InvalidInput(str(error), field=f"rates.{code}") from error
    return rates


def _foreign_open(company: Company, day: date) -> list[Held]:
    """What was open on the day and what the accounts held, items by currency, then accounts."""
    items = (
        OpenItem.objects.filter(company=company, date__lte=day)
        .exclude(currency_id=company.currency_id)
        .select_related("currency", "party")
        .order_by("currency_id", "id")
    )
    left = _left_on(day, [item.pk for item in items])
    found = []
    for item in items:
        taken, taken_base = left.get(item.pk, (ZERO, ZERO))
        if amount := item.amount - taken:
            booked = item.base_amount - taken_base
            found.append(Held(currency=item.currency, open_amount=amount, booked=booked, item=item))
    for account, amount, booked in foreign_balances(company, day):
        held: Any = account.currency  # only accounts with one are here
        found.append(Held(currency=held, open_amount=amount, booked=booked, account=account))
    return found


def _left_on(day: date, ids: list[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """{item id: signed (amount, base) that was set against it on or before the day}."""
    live = Q(date__lte=day) & (Q(undone_on=None) | Q(undone_on__gt=day))
    taken: dict[int, tuple[Decimal, Decimal]] = {}
    for side, sign in (("debit", 1), ("credit", -1)):
        key = f"{side}_item_id"
        rows = Allocation.objects.filter(live, **{f"{key}__in": ids}).values(key)
        for row in rows.annotate(amount=Sum("amount"), base=Sum(f"base_{side}")):
            before = taken.get(row[key], (ZERO, ZERO))
            taken[row[key]] = (before[0] + sign * row["amount"], before[1] + sign * row["base"])
    return taken


def revaluation_post(
    *, company: Company, day: date, by: Any, rates: Mapping[int, Decimal] | None = None, reason: str = ""
) -> Revaluation:
    """Book the unrealised difference on ``day`` and its reversal on the next day.

    Once a day for each company: a repeat gives what was made. Raises Refused ``nothing_open`` without foreign
    items, Locked when a period is closed, InvalidInput.
    """
    found = revaluation_preview(company=company, day=day, rates=rates)
    if not found.rows:
        raise Refused(_("Nothing is open in a foreign currency on this day."), code="nothing_open")
    if not found.total:
        return found
    home, gain = company.currency_id, found.total
    entry = post(
        [
            Posting(
                company=company,
                journal="general",
                date=day,
                source=company,
                purpose=f"revaluation {day.isoformat()}",
                narration=_("Foreign currency at the closing rates of %(day)s") % {"day": show_date(day)},
                lines=[
                    PostingLine(account_for(company, "fx_revaluation"), gain, home, gain),
                    PostingLine(account_for(company, "fx_gain_loss"), -gain, home, -gain),
                ],
            )
        ],
        by=by,
        reason=reason,
    )[0]
    existing = JournalEntry.objects.filter(reversal_of=entry).first()
    back = existing or reverse(entry, date=day + timedelta(days=1), by=by, reason=reason)
    return Revaluation(found.rows, entry, back)
