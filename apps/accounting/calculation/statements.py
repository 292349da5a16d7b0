"""Trial balance, profit and loss and balance sheet from balances, and the check that they prove each other.

Balances are debit-positive sums. Assets = liabilities + equity with the profit, always; a journal whose
debits differ from its credits by any amount is refused, not repaired by a hidden line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from apps.core.money import ZERO

NIL = Decimal("0.00")


class AccountType(StrEnum):
    """Where an account stands in the statements."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class Rejection(StrEnum):
    """Why a journal is refused."""

    UNBALANCED = "UNBALANCED"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    NOTHING_TO_REVERSE = "NOTHING_TO_REVERSE"


@dataclass(frozen=True, slots=True)
class Account:
    """An account's type and its opening balance (debit-positive)."""

    type: AccountType
    opening: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line of a journal; debit or credit, both not negative."""

    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class JournalVoucher:
    """A journal to post, or (with ``reverses``) the mirror image of a posted one."""

    id: str
    date: date
    rows: tuple[JournalRow, ...] = ()
    reverses: str | None = None


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """An account's balance on one side."""

    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Statements:
    """The three statements. Income, liabilities and equity are credit-positive, the rest debit-positive."""

    trial_balance: dict[str, TrialBalanceRow]
    trial_balance_total: Decimal
    income: Decimal
    expense: Decimal
    net_profit: Decimal
    assets: Decimal
    liabilities: Decimal
    equity_with_profit: Decimal

    @property
    def balanced(self) -> bool:
        """Debits equal credits, and assets equal liabilities plus equity."""
        credits = sum((row.credit for row in self.trial_balance.values()), NIL)
        return (
            self.trial_balance_total == credits and self.assets == self.liabilities + self.equity_with_profit
        )


@dataclass(frozen=True, slots=True)
class Posted:
    """Balances after posting, and the journals refused by id."""

    balances: dict[str, Decimal]
    rejected: dict[str, Rejection]


def post_journals(
    accounts: Mapping[str, Account],
    journals: Iterable[JournalVoucher],
    *,
    closed_through: date | None = None,
) -> Posted:
    """Add journals to the opening balances; a refused one changes nothing."""
    balances = {name: account.opening for name, account in accounts.items()}
    posted: dict[str, tuple[JournalRow, ...]] = {}
    rejected: dict[str, Rejection] = {}
    for journal in journals:
        rows = _rows(journal, posted)
        reason = _problem(journal, rows, accounts, closed_through)
        if reason:
            rejected[journal.id] = reason
            continue
        posted[journal.id] = rows
        for row in rows:
            balances[row.account] += row.debit - row.credit
    return Posted(balances, rejected)


def _rows(journal: JournalVoucher, posted: Mapping[str, tuple[JournalRow, ...]]) -> tuple[JournalRow, ...]:
    if journal.reverses is None:
        return journal.rows
    return tuple(JournalRow(row.account, row.credit, row.debit) for row in posted.get(journal.reverses, ()))


def _problem(
    journal: JournalVoucher,
    rows: tuple[JournalRow, ...],
    accounts: Mapping[str, Account],
    closed_through: date | None,
) -> Rejection | None:
    if journal.reverses is not None and not rows:
        return Rejection.NOTHING_TO_REVERSE
    if closed_through is not None and journal.date <= closed_through:
        return Rejection.PERIOD_CLOSED
    if any(row.account not in accounts for row in rows):
        return Rejection.UNKNOWN_ACCOUNT
    difference = sum((row.debit - row.credit for row in rows), ZERO)
    return Rejection.UNBALANCED if difference else None


def statements(accounts: Mapping[str, Account], balances: Mapping[str, Decimal]) -> Statements:
    """The statements of debit-positive ``balances`` (an account without one stands at zero)."""
    sums = dict.fromkeys(AccountType, NIL)
    trial: dict[str, TrialBalanceRow] = {}
    for name in sorted(accounts):
        balance = balances.get(name, ZERO) + NIL
        sums[accounts[name].type] += balance
        trial[name] = TrialBalanceRow(max(balance, NIL), max(-balance, NIL))
    income, expense = NIL - sums[AccountType.INCOME], sums[AccountType.EXPENSE]
    profit = income - expense
    return Statements(
        trial_balance=trial,
        trial_balance_total=sum((row.debit for row in trial.values()), NIL),
        income=income,
        expense=expense,
        net_profit=profit,
        assets=sums[AccountType.ASSET],
        liabilities=NIL - sums[AccountType.LIABILITY],
        equity_with_profit=NIL - sums[AccountType.EQUITY] + profit,
    )
