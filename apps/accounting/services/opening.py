"""Opening balances: the trial balance of the books before these.

Party accounts come in as open documents and stock as quantities, each against opening equity; so their rows
of the trial balance are not posted here but expected: each stands on opening equity, in a line described by
the account's code, until they come. When everything came in, in whatever order, opening equity is zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control
from apps.accounting.ledger import Posting, PostingLine, account_for, post, reverse
from apps.accounting.ledger.balances import balance_of
from apps.accounting.models import Account, JournalEntry, OpenItem
from apps.accounting.payments.open_items import items_void
from apps.accounting.services.opening_entries import (
    OPEN_DOCUMENTS,
    TRIAL_BALANCE,
    openings_live,
    purpose_again,
)
from apps.company.models import Company
from apps.core.access import may
from apps.core.errors import ErrorList, InvalidInput, NotAllowed, Refused
from apps.core.locks import lock_rows
from apps.core.money import ZERO, check_digits, round_money

_KIND = "accounting.opening"
BY_DOCUMENTS = (Control.RECEIVABLE, Control.PAYABLE, Control.STOCK)


@dataclass(frozen=True)
class OpeningRow:
    """One account: ``account`` is its code (or an Account); one of debit and credit, not negative.

    ``currency_amount``: the same in the currency of an account that is kept in another one, not negative."""

    account: str | Account
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    cost_centre_id: int | None = None
    currency_amount: Decimal | None = None

    @property
    def base(self) -> Decimal:
        return self.debit - self.credit


@dataclass
class OpeningResult:
    """``expected``: balances of control accounts by code that open documents and stock have to bring in."""

    entry: JournalEntry | None
    expected: dict[str, Decimal] = field(default_factory=dict)
    opening_equity: Decimal = ZERO


def opening_trial_balance_post(
    *,
    company: Company,
    date: date,
    rows: Sequence[OpeningRow],
    by: Any,
    source: tuple[str, int] | None = None,
    reason: str = "",
    rest_to_equity: bool = False,
) -> OpeningResult:
    """Post the opening balances of a company as of a day, once per ``source`` (kind, id of the import).

    Without a source a company has one opening per day; one that was reversed may be posted anew.
    ``rest_to_equity``: a list that names neither debtors
    nor creditors nor stock, because other files bring them, may differ by them; the difference stands on
    opening equity until then. Raises InvalidInput naming ``rows.N.account`` and so on, and ``unbalanced``
    when a list that must balance doesn't.
    """
    accounts = _checked(company, rows)
    _balance_check(accounts, rows, rest_to_equity=rest_to_equity)
    posted = [(a, row) for a, row in zip(accounts, rows, strict=True) if a.control not in BY_DOCUMENTS]
    expected: dict[str, Decimal] = {}
    for account, row in zip(accounts, rows, strict=True):
        if account.control in BY_DOCUMENTS:
            expected[account.code] = expected.get(account.code, ZERO) + row.base
    equity = account_for(company, "opening_equity")
    lines = [_row_line(company, a, row) for a, row in posted if row.base]
    lines += [
        PostingLine(equity, base, company.currency_id, base, description=code)
        for code, base in expected.items()
        if base
    ]
    difference = -sum((line.base for line in lines), ZERO)
    if difference:
        lines.append(_line(company, equity, difference, None))
    entry = None
    if lines:
        source = source or (_KIND, _day_key(company, date))
        posting = Posting(
            company=company,
            journal="opening",
            date=date,
            source=source,
            purpose=purpose_again(source, TRIAL_BALANCE),
            narration=_("Opening balances"),
            lines=lines,
        )
        entry = post([posting], by=by, reason=reason)[0]
    return OpeningResult(entry, expected, balance_of(equity.pk, company.pk, date))


def opening_exists(company: Company, day: date) -> bool:
    """Whether the company's opening of that day was posted."""
    return openings_live(TRIAL_BALANCE).filter(source_kind=_KIND, source_id=_day_key(company, day)).exists()


def opening_reverse(entry: JournalEntry, *, by: Any) -> None:
    """Reverse what an import of opening balances or open documents posted, on the day of the opening: the
    books begin as if it hadn't come. Raises NotAllowed, Locked for a closed period, Refused ``in_use`` when
    something was set against one of the documents, or for an entry that is no opening or was reversed before.
    """
    if not may(by, "accounting.reverse_voucher"):
        raise NotAllowed(_("You may not reverse what was posted."))
    if not entry.purpose.startswith((TRIAL_BALANCE, OPEN_DOCUMENTS)):
        raise Refused(_("This entry is no opening."), code="invalid_transition")
    items = lock_rows(OpenItem, OpenItem.objects.filter(entry=entry).values_list("pk", flat=True))
    reason = _("The import was taken back.")
    reversal = reverse(entry, date=entry.date, by=by, reason=reason)
    items_void(items, entry=reversal, day=entry.date)


def _day_key(company: Company, day: date) -> int:
    return company.pk * 10_000_000 + day.toordinal()


def _line(company: Company, account: Account, base: Decimal, centre: int | None) -> PostingLine:
    return PostingLine(account, base, company.currency_id, base, cost_centre_id=centre)


def _row_line(company: Company, account: Account, row: OpeningRow) -> PostingLine:
    """In the account's own currency where it is kept in another one than the company's."""
    currency_id = account.foreign_currency_id
    if currency_id is None:
        return _line(company, account, row.base, row.cost_centre_id)
    amount = row.currency_amount or ZERO
    signed = amount if row.base > 0 else -amount
    return PostingLine(account, row.base, currency_id, signed, cost_centre_id=row.cost_centre_id)


def _currency_check(account: Account, row: OpeningRow, number: int, errors: ErrorList) -> None:
    path = f"rows.{number}.currency_amount"
    amount = row.currency_amount
    if account.foreign_currency_id is None:
        if amount is not None and amount != abs(row.base):
            errors.add(path, _("This account isn't kept in another currency."), "wrong_currency")
    elif amount is None and row.base:
        text = _("The account %(a)s is kept in %(currency)s.")
        errors.add(path, text % {"a": account, "currency": account.currency}, "required")
    elif amount is not None:
        _amount_check(amount, path, errors)
        if amount and not row.base:  # of two opposite sides the other check tells
            errors.add(f"rows.{number}.debit", _("This field is required."), "required")


def _checked(company: Company, rows: Sequence[OpeningRow]) -> list[Account]:
    """The rows' accounts, or one answer that names all that is wrong."""
    if not rows:
        raise InvalidInput(_("There are no rows."), field="rows", code="required")
    codes = _by_code(company, [row.account for row in rows if isinstance(row.account, str)])
    errors, accounts = ErrorList(), []
    for number, row in enumerate(rows):
        account = codes.get(row.account) if isinstance(row.account, str) else row.account
        if account is None or account.company_id != company.pk:
            errors.add(f"rows.{number}.account", _("There is no such account in this company."), "not_found")
        elif account.is_group:
            errors.add(f"rows.{number}.account", _("This is a group of accounts."), "group_account")
        else:
            accounts.append(account)
            _currency_check(account, row, number, errors)
        _amounts_check(row, number, errors)
    errors.raise_if_any()
    return accounts


def _balance_check(accounts: list[Account], rows: Sequence[OpeningRow], *, rest_to_equity: bool) -> None:
    difference = sum((row.base for row in rows), ZERO)
    named = any(account.control in BY_DOCUMENTS for account in accounts)
    if not difference or (rest_to_equity and not named):
        return
    text = _("Debit and credit differ by %(amount)s.") % {"amount": format(difference, ".2f")}
    if rest_to_equity:
        text += " " + _(
            "A trial balance names debtors, creditors and stock too, or none of them when open documents and "
            "opening stock bring them in."
        )
    raise InvalidInput(text, field="rows", code="unbalanced")


def _amounts_check(row: OpeningRow, number: int, errors: ErrorList) -> None:
    for name in ("debit", "credit"):
        value = getattr(row, name)
        try:
            check_digits(value, max_digits=20, places=2)
        except ValueError as error:
            errors.add(f"rows.{number}.{name}", str(error))
            continue
        _amount_check(value, f"rows.{number}.{name}", errors)
    if row.debit and row.credit:
        errors.add(f"rows.{number}.credit", _("A row is a debit or a credit, not both."), "one_side")


def _amount_check(value: Decimal, path: str, errors: ErrorList) -> None:
    if value < 0:
        errors.add(path, _("Must not be negative."), "min_value")
    elif value != round_money(value):
        errors.add(path, _("At most 2 decimals are possible."), "places")


def _by_code(company: Company, codes: Iterable[str]) -> dict[str, Account]:
    return {
        a.code: a
        for a in Account.objects.filter(company=company, code__in=set(codes)).select_related(
            "company", "currency"
        )
    }
