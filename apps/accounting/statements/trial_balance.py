"""Trial balance: opening, movement and closing of every account, which agree on each line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.ledger.balances import Turnover, turnovers
from apps.accounting.models import Account
from apps.accounting.statements.base import (
    NIL,
    OF_THE_YEAR,
    before,
    debit_credit,
    ledger_link,
    period_text,
    year_start,
)
from apps.accounting.statements.between import Between, between_of
from apps.accounting.statements.reading import Books, books_of
from apps.company.models import Company
from apps.datatools.reports import Answer, Check, Column, Row

AMOUNTS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
OF_A_GROUP = ("eliminated", "group")
_NONE = [Turnover(), Turnover(), Turnover()]


def trial_balance(values: dict[str, Any], user: Any) -> Answer:
    """Income and expenses begin anew with each fiscal year; what earlier years left is one line. With
    ``before_closing`` the closing entries of the period are left out. A cost centre or project shows what is
    booked under it, which balances only by chance. Of a group, what its companies owe and sell each other is
    taken out of the closing balances, in columns of their own."""
    first, last = values["from"], values["to"]
    books = books_of(values, user)

    def days(one: Company) -> list[date]:
        return [before(year_start(one, first)), before(first), last]

    found = books.turnovers(days)
    closed = books.closings(first, last) if values.get("before_closing") else {}
    between, out = _taken_out(books, days, values) if books.together else (None, {})
    rows, earlier = [], NIL
    for account in books.accounts:
        if account.pk not in found and account.pk not in out and not values.get("zero"):
            continue
        start, opening, closing = found.get(account.pk, _NONE)
        if account.account_type in OF_THE_YEAR:
            earlier += start.balance
            opening, closing = opening - start, closing - start
        movement = closing - opening - closed.get(account.pk, Turnover())
        row = _row(account, opening.balance, movement, first, last)
        if not books.drills:
            row.links = {}
        if values.get("zero") or any(row.cells[name] for name in AMOUNTS) or out.get(account.pk):
            rows.append(row)
    if earlier:
        rows.append(_earlier_row(earlier))
    if between:
        _group_fill(rows, out, between)
    return _answer(values, books, rows, between)


def _answer(values: dict[str, Any], books: Books, rows: list[Row], between: Between | None) -> Answer:
    names = AMOUNTS if between is None else (*AMOUNTS, *OF_A_GROUP)
    totals = {name: sum((row.cells[name] for row in rows), NIL) for name in names}
    rows.append(Row({"code": "", "name": _("Total"), "account": None, **totals}, "total"))
    checks = _checks(totals) if books.whole else []
    return Answer(
        columns=_columns() + (_group_columns() if between else []),
        rows=rows if len(rows) > 1 else [],
        totals=totals,
        checks=checks if between is None else [*checks, *between.checks(2, _results_taken(books, values))],
        company=values["company"],
        subtitle=books.subtitle,
        period=period_text(values["from"], values["to"]),
        notes=between.note() if between else "",
    )


def _results_taken(books: Books, values: dict[str, Any]) -> tuple[int, ...]:
    """Cuts between which income and costs are taken out: none once an entry has closed them, for then they
    stand in the reserves of both companies."""
    first, last = values["from"], values["to"]
    starts = [year_start(one, first) for one in books.companies]
    closed = not values.get("before_closing") and books.closings(min(starts), last)
    return () if closed else (0, 2)


def _taken_out(books: Books, days: Any, values: dict[str, Any]) -> tuple[Between, dict[int, Decimal]]:
    results = bool(_results_taken(books, values))
    between = between_of(books, days, results=results)
    return between, between.out(2, owed=True, moved=results)


def _group_fill(rows: list[Row], out: dict[int, Decimal], between: Between) -> None:
    """What is taken out of each row and what is left; what the two sides differ by is a row of its own."""
    for row in rows:
        taken = out.get(row.cells["account"], NIL)
        row.cells |= {"eliminated": taken, "group": row.cells["closing"] + taken}
    apart = (
        (_("Differs between the companies: balances"), between.owed_apart(2)),
        (_("Differs between the companies: income and costs"), between.moved_apart(2)),
    )
    for label, amount in apart if between.books.whole else ():
        if amount:
            cells = {
                "code": "",
                "name": label,
                "account": None,
                "closing": NIL,
                **dict.fromkeys(AMOUNTS, NIL),
            }
            rows.append(Row({**cells, "eliminated": amount, "group": amount}))


def _row(account: Account, opening: Decimal, movement: Turnover, first: date, last: date) -> Row:
    closing = opening + movement.balance
    amounts = (*debit_credit(opening), movement.debit, movement.credit, *debit_credit(closing))
    cells = {
        "code": account.code,
        "name": account.name,
        "account": account.pk,
        "account_type": account.account_type,
        "opening": opening,
        "closing": closing,
        **dict(zip(AMOUNTS, amounts, strict=True)),
    }
    link = ledger_link(account, first, last)
    return Row(cells, links=dict.fromkeys(("code", "name", *AMOUNTS), link))


def _earlier_row(balance: Decimal) -> Row:
    sides = debit_credit(balance)
    cells = {
        "code": "",
        "name": _("Profit of earlier years"),
        "account": None,
        "account_type": "equity",
        "opening": balance,
        "closing": balance,
        **dict(zip(AMOUNTS, (*sides, NIL, NIL, *sides), strict=True)),
    }
    return Row(cells, "muted")


def _columns() -> list[Column]:
    return [
        Column("code", _("Code")),
        Column("name", _("Account"), weight=1),
        Column("opening_debit", _("Opening debit"), "money"),
        Column("opening_credit", _("Opening credit"), "money"),
        Column("debit", _("Debit"), "money"),
        Column("credit", _("Credit"), "money"),
        Column("closing_debit", _("Closing debit"), "money"),
        Column("closing_credit", _("Closing credit"), "money"),
    ]


def _group_columns() -> list[Column]:
    return [Column("eliminated", _("Taken out"), "balance"), Column("group", _("Group"), "balance")]


def _checks(totals: dict[str, Decimal]) -> list[Check]:
    return [
        Check(_("Opening balances"), totals["opening_debit"] - totals["opening_credit"]),
        Check(_("Debit = credit"), totals["debit"] - totals["credit"]),
        Check(_("Closing balances"), totals["closing_debit"] - totals["closing_credit"]),
    ]


def trial_balance_of(
    company: Company, first: date, last: date
) -> dict[int, tuple[Decimal, Turnover, Decimal]]:
    """For services and tests: {account id: (opening, movement, closing)} over all history, debit-positive."""
    found = turnovers(company.pk, [before(first), last])
    return {
        pk: (opening.balance, closing - opening, closing.balance) for pk, (opening, closing) in found.items()
    }
