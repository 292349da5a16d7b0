"""Profit and loss, and balance sheet, with heads in the order of Schedule III of the Companies Act."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import AccountType, Subtype
from apps.accounting.ledger.balances import Turnover
from apps.accounting.models import Account
from apps.accounting.statements.base import (
    NIL,
    OF_THE_YEAR,
    before,
    ledger_link,
    period_before,
    period_text,
    year_before,
    year_start,
)
from apps.accounting.statements.between import Between, between_of
from apps.accounting.statements.reading import Books, books_of
from apps.company.models import Company
from apps.core.formats import show_date
from apps.datatools.reports import Answer, Check, Column, Row

INCOME = (Subtype.REVENUE, Subtype.OTHER_INCOME)
COSTS = (
    Subtype.DIRECT_COST, Subtype.EMPLOYEE_COST, Subtype.FINANCE_COST, Subtype.DEPRECIATION,
    Subtype.OTHER_EXPENSE,
)  # fmt: skip
EQUITY = (Subtype.CAPITAL, Subtype.RESERVES)
LONG_LIABILITIES = (Subtype.LONG_TERM_LOAN, Subtype.OTHER_NON_CURRENT_LIABILITY)
SHORT_LIABILITIES = (
    Subtype.SHORT_TERM_LOAN, Subtype.PAYABLE, Subtype.TAX_LIABILITY, Subtype.OTHER_CURRENT_LIABILITY,
    Subtype.PROVISION,
)  # fmt: skip
LONG_ASSETS = (Subtype.FIXED_ASSET, Subtype.INVESTMENT, Subtype.OTHER_NON_CURRENT_ASSET)
SHORT_ASSETS = (
    Subtype.INVENTORY, Subtype.RECEIVABLE, Subtype.CASH, Subtype.TAX_ASSET, Subtype.OTHER_CURRENT_ASSET,
)  # fmt: skip

Pair = tuple[Decimal, Decimal | None, Decimal]
"""An amount, that of the compared period, and what the amount is before a group's is taken out."""
NOTHING: Pair = (NIL, NIL, NIL)


class _Sheet:
    """Collects rows; each amount stands beside that of the compared period, if one was asked for. Of a group
    (``books``), all companies together and what is taken out stand before it."""

    def __init__(
        self,
        amounts: dict[int, Pair],
        accounts: list[Account],
        first: date,
        last: date,
        *,
        compared: bool,
        books: Books,
    ) -> None:
        self.amounts, self.first, self.last, self.compared = amounts, first, last, compared
        self.books = books
        self.by_head: dict[str, list[Account]] = {}
        for account in accounts:
            self.by_head.setdefault(account.subtype, []).append(account)
        self.rows: list[Row] = []

    def add(self, label: Any, pair: Pair, kind: Any = "normal", level: int = 0, **cells: Any) -> None:
        values = {"label": str(label), "amount": pair[0], "account": None, **cells}
        if self.books.together:
            values |= {"combined": pair[2], "eliminated": pair[0] - pair[2]}
        if self.compared:
            values["compared"] = pair[1]
        self.rows.append(Row(values, kind, level))

    def title(self, label: Any) -> None:
        self.rows.append(Row({"label": str(label), "amount": None, "account": None}, "section"))

    def head(
        self, subtype: Subtype, sign: int, level: int = 1, extra: tuple[tuple[Any, Pair], ...] = ()
    ) -> Pair:
        """A head with its accounts below it; returns its sum. ``extra``: lines without an account."""
        lines = [
            (account, _scaled(self.amounts[account.pk], sign))
            for account in self.by_head.get(subtype, [])
            if account.pk in self.amounts and any(self.amounts[account.pk])
        ]
        extra = tuple(item for item in extra if any(item[1]))
        if not lines and not extra:
            return NOTHING
        total = _sum([pair for _account, pair in lines] + [pair for _label, pair in extra])
        self.add(subtype.label, total, "strong", level, head=subtype.value)
        for account, pair in lines:
            self.add(f"{account.code} {account.name}", pair, "normal", level + 1, account=account.pk)
            if self.books.drills:
                link = ledger_link(account, self.first, self.last)
                self.rows[-1].links = {"label": link, "amount": link}
        for label, pair in extra:
            self.add(label, pair, "normal", level + 1)
        return total

    def columns(self, label: Any, compared: Any) -> list[Column]:
        columns = [Column("label", _("Particulars"), weight=1), Column("amount", label, "money")]
        if self.books.together:
            of_group = [
                Column("combined", _("Together"), "money"),
                Column("eliminated", _("Taken out"), "money"),
            ]
            columns[1:1] = of_group
        return [*columns, Column("compared", compared, "money")] if self.compared else columns


def _scaled(pair: Pair, sign: int) -> Pair:
    return sign * pair[0], None if pair[1] is None else sign * pair[1], sign * pair[2]


def _sum(pairs: list[Pair]) -> Pair:
    return (
        sum((p[0] for p in pairs), NIL),
        sum((p[1] or NIL for p in pairs), NIL),
        sum((p[2] for p in pairs), NIL),
    )


def _minus(one: Pair, other: Pair) -> Pair:
    return one[0] - other[0], (one[1] or NIL) - (other[1] or NIL), one[2] - other[2]


def _taken(pair: Pair, out: Decimal, out_compared: Decimal) -> Pair:
    """The pair without what a group's companies have between them."""
    return pair[0] + out, None if pair[1] is None else pair[1] + out_compared, pair[2]


# --- profit and loss ------------------------------------------------------------------------------


def profit_and_loss(values: dict[str, Any], user: Any) -> Answer:
    """Income and expenses of a period, beside those of the period or year before when asked for. The entry
    that closed the year is left out: it moves what was earned, it doesn't unmake it. Of a group, what its
    companies booked from each other is taken out."""
    company, first, last = values["company"], values["from"], values["to"]
    compared = _compared_period(values)
    books = books_of(values, user)
    cuts = [before(first), last, *((before(compared[0]), compared[1]) if compared else ())]
    found = books.turnovers(lambda _company: cuts)
    accounts = [a for a in books.accounts if a.account_type in OF_THE_YEAR]
    moved = books.closings(first, last)
    moved_before = books.closings(*compared) if compared else {}
    amounts = {
        a.pk: _movements(found[a.pk], moved.get(a.pk), moved_before.get(a.pk))
        for a in accounts
        if a.pk in found
    }
    ledger = -sum((pair[0] for pair in amounts.values()), NIL)
    between = between_of(books, lambda _company: cuts, results=True) if books.together else None
    apart = _results_apart(between, amounts, len(cuts)) if between else NOTHING
    sheet = _Sheet(amounts, accounts, first, last, compared=bool(compared), books=books)
    totals = _results(sheet, apart)
    # under a cost centre or project only one side may stand: nothing says what the other one is
    whole = Check(
        _("Equals the ledger"), ledger - totals["net_profit"] if books.whole or not between else NIL
    )
    return Answer(
        columns=sheet.columns(
            _("Group") if between else _("Amount"), period_text(*compared) if compared else ""
        ),
        rows=sheet.rows if amounts else [],
        totals=totals,
        checks=[whole, *(between.checks(None, (0, 1)) if between else [])],
        company=company,
        subtitle=books.subtitle,
        period=period_text(first, last),
        notes=between.note() if between else "",
    )


def _results_apart(between: Between, amounts: dict[int, Pair], cuts: int) -> Pair:
    """Take out of the amounts what the companies booked from each other; what the two sides differ by, +
    where more income than costs was taken out. Under a cost centre or project one side may stand alone."""
    outs = [between.out(n, moved=True) for n in range(cuts)]
    empty: Pair = (NIL, NIL if cuts > 2 else None, NIL)
    for pk in {*amounts, *(pk for one in outs for pk in one)}:
        pair = amounts.get(pk, empty)
        out = [one.get(pk, NIL) for one in outs] + [NIL, NIL]
        amounts[pk] = _taken(pair, out[1] - out[0], out[3] - out[2] if cuts > 2 else NIL)
    if not between.books.whole:
        return NOTHING
    apart = [-between.moved_apart(n) for n in range(cuts)] + [NIL, NIL]
    return apart[1] - apart[0], apart[3] - apart[2] if cuts > 2 else NIL, NIL


def _movements(cuts: list[Turnover], closed: Turnover | None, closed_before: Turnover | None) -> Pair:
    """What the account moved in the two periods, without what closings moved."""
    now = (cuts[1] - cuts[0]).balance - (closed or Turnover()).balance
    if len(cuts) < 4:
        return now, None, now
    return now, (cuts[3] - cuts[2]).balance - (closed_before or Turnover()).balance, now


def _compared_period(values: dict[str, Any]) -> tuple[date, date] | None:
    first, last = values["from"], values["to"]
    if values.get("compare") == "previous_year":
        return year_before(first), year_before(last)
    if values.get("compare") == "previous_period":
        return period_before(first, last)
    return None


def _results(sheet: _Sheet, apart: Pair) -> dict[str, Decimal]:
    sheet.title(_("Income"))
    heads = [sheet.head(subtype, -1) for subtype in INCOME]
    income = _sum(heads)
    sheet.add(_("Total income"), income, "subtotal")
    sheet.title(_("Expenses"))
    direct, *others = [sheet.head(subtype, 1) for subtype in COSTS]
    costs = _sum([direct, *others])
    sheet.add(_("Total expenses"), costs, "subtotal")
    before_tax = _minus(income, costs)
    sheet.add(_("Profit before tax"), before_tax, "subtotal")
    tax = sheet.head(Subtype.TAX_EXPENSE, 1)
    net = _minus(before_tax, tax)
    if any(apart):
        sheet.add(_("Differs between the companies: income and costs"), apart)
        net = _sum([net, apart])
    sheet.add(_("Profit for the period"), net, "total")
    return {
        "revenue": heads[0][0],
        "income": income[0],
        "gross_profit": heads[0][0] - direct[0],
        "expense": costs[0] + tax[0],
        "profit_before_tax": before_tax[0],
        "net_profit": net[0],
    }


# --- balance sheet --------------------------------------------------------------------------------


def balance_sheet(values: dict[str, Any], user: Any) -> Answer:
    """What the company owns and owes at the end of a day; profits that no entry closed stand in reserves.
    What companies of a group owe each other is taken out."""
    company, day = values["company"], values["on"]
    other = year_before(day) if values.get("compare") == "previous_year" else None
    books = books_of(values, user)

    def days(one: Company) -> list[date]:
        return [before(year_start(one, at)) if start else at
                for at in (day, other) if at is not None for start in (True, False)]  # fmt: skip

    found = books.turnovers(days)
    lasting = [a for a in books.accounts if a.account_type not in OF_THE_YEAR]
    amounts = {a.pk: _standing(found[a.pk]) for a in lasting if a.pk in found}
    results = [found[a.pk] for a in books.accounts if a.account_type in OF_THE_YEAR and a.pk in found]
    between = between_of(books, days, results=False) if books.together else None
    apart = _balances_apart(between, amounts, bool(other)) if between else NOTHING
    sheet = _Sheet(amounts, lasting, year_start(company, day), day, compared=bool(other), books=books)
    totals = _sides(sheet, _profits(results), apart)
    ledger = sum((amounts[a.pk][0] for a in lasting if _is_asset(a) and a.pk in amounts), NIL)
    return Answer(
        columns=sheet.columns(show_date(day), show_date(other) if other else ""),
        rows=sheet.rows if found else [],
        totals=totals,
        checks=[
            Check(_("Assets = equity and liabilities"), totals["assets"] - totals["equity_and_liabilities"]),
            Check(_("Equals the ledger"), ledger + max(apart[0], NIL) - totals["assets"]),
            *(between.checks(1) if between else []),
        ],
        company=company,
        subtitle=books.subtitle,
        period=_("as on %(day)s") % {"day": show_date(day)},
        notes=between.note() if between else "",
    )


def _is_asset(account: Account) -> bool:
    return account.account_type == AccountType.ASSET


def _balances_apart(between: Between, amounts: dict[int, Pair], compared: bool) -> Pair:
    """Take out of the amounts what the companies owe each other; what the two sides differ by, + where one
    says that it is owed more than the other says that it owes."""
    outs = between.out(1, owed=True), between.out(3, owed=True) if compared else {}
    for pk, pair in amounts.items():
        amounts[pk] = _taken(pair, outs[0].get(pk, NIL), outs[1].get(pk, NIL))
    return between.owed_apart(1), between.owed_apart(3) if compared else NIL, NIL


def _standing(cuts: list[Turnover]) -> Pair:
    return cuts[1].balance, cuts[3].balance if len(cuts) > 2 else None, cuts[1].balance


def _profits(results: list[list[Turnover]]) -> tuple[Pair, Pair]:
    """Profit of earlier years and of the year so far, credit-positive."""
    sums = (
        [-sum((cuts[n].balance for cuts in results), NIL) for n in range(len(results[0]))] if results else []
    )
    sums += [NIL] * (4 - len(sums))
    current = sums[1] - sums[0]
    return (sums[0], sums[2], sums[0]), (current, sums[3] - sums[2], current)


def _sides(sheet: _Sheet, profits: tuple[Pair, Pair], apart: Pair) -> dict[str, Decimal]:
    """``apart`` stands among the assets where more is said to be owed than another company says it owes."""
    earlier, current = profits
    label = _("Differs between the companies: balances")
    owing = any(apart) and apart[0] < 0
    sheet.title(_("Equity and liabilities"))
    capital = sheet.head(Subtype.CAPITAL, -1)
    extra = ((_("Profit of earlier years"), earlier), (_("Profit of this year"), current))
    reserves = sheet.head(Subtype.RESERVES, -1, extra=extra)
    equity = _sum([capital, reserves])
    sheet.add(_("Owners' funds"), equity, "subtotal")
    long_term = _sum([sheet.head(subtype, -1) for subtype in LONG_LIABILITIES])
    short_term = _sum([sheet.head(subtype, -1) for subtype in SHORT_LIABILITIES])
    liabilities = _sum([long_term, short_term])
    if owing:
        sheet.add(label, _scaled(apart, -1), "normal", 1)
        liabilities = _minus(liabilities, apart)
    sheet.add(_("Liabilities"), liabilities, "subtotal")
    both = _sum([equity, liabilities])
    sheet.add(_("Total equity and liabilities"), both, "total")
    sheet.title(_("Assets"))
    fixed = _sum([sheet.head(subtype, 1) for subtype in LONG_ASSETS])
    sheet.add(_("Non-current assets"), fixed, "subtotal")
    current_assets = _sum([sheet.head(subtype, 1) for subtype in SHORT_ASSETS])
    sheet.add(_("Current assets"), current_assets, "subtotal")
    assets = _sum([fixed, current_assets])
    if any(apart) and not owing:
        sheet.add(label, apart, "normal", 1)
        assets = _sum([assets, apart])
    sheet.add(_("Total assets"), assets, "total")
    return {
        "equity": equity[0],
        "liabilities": liabilities[0],
        "equity_and_liabilities": both[0],
        "assets": assets[0],
        "net_profit": current[0],
        "earlier_profit": earlier[0],
    }
