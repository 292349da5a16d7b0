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
from apps.accounting.statements.reading import books_of
from apps.company.models import Company
from apps.datatools.reports import Answer, Check, Column, Row

AMOUNTS = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
_NONE = [Turnover(), Turnover(), Turnover()]


def trial_balance(values: dict[str, Any], user: Any) -> Answer:
    """Income and expenses begin anew with each fiscal year; what earlier years left is one line. With
    ``before_closing`` the closing entries of the period are left out. A cost centre or project shows what is
    booked under it, which balances only by chance."""
    company, first, last = values["company"], values["from"], values["to"]
    books = books_of(values, user)
    found = books.turnovers(lambda one: [before(year_start(one, first)), before(first), last])
    closed = books.closings(first, last) if values.get("before_closing") else {}
    rows, earlier = [], NIL
    for account in books.accounts:
        if account.pk not in found and not values.get("zero"):
            continue
        start, opening, closing = found.get(account.pk, _NONE)
        if account.account_type in OF_THE_YEAR:
            earlier += start.balance
            opening, closing = opening - start, closing - start
        movement = closing - opening - closed.get(account.pk, Turnover())
        row = _row(account, opening.balance, movement, first, last)
        if not books.drills:
            row.links = {}
        if values.get("zero") or any(row.cells[name] for name in AMOUNTS):
            rows.append(row)
    if earlier:
        rows.append(_earlier_row(earlier))
    totals = {name: sum((row.cells[name] for row in rows), NIL) for name in AMOUNTS}
    rows.append(Row({"code": "", "name": _("Total"), "account": None, **totals}, "total"))
    return Answer(
        columns=_columns(),
        rows=rows if len(rows) > 1 else [],
        totals=totals,
        checks=_checks(totals) if books.whole else [],
        company=company,
        subtitle=books.subtitle,
        period=period_text(first, last),
    )


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
