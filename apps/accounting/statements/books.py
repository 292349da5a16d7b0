"""Ledger of an account, cash and bank book, day book: lines with a running balance, in parts by cursor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.choices import Control
from apps.accounting.ledger.balances import turnovers
from apps.accounting.models import Account, JournalEntry
from apps.accounting.statements.base import NIL, before, period_text
from apps.core.errors import InvalidInput
from apps.datatools.reports import Answer, Check, Column, Record, Row

_LINES = """
SELECT l.id, l.date, l.entry_id, e.number, e.source_kind, e.source_id, e.narration, l.description,
       l.account_id, l.party_id, p.display_name, l.base_amount, l.amount, c.code
  FROM accounting_journalline l
  JOIN accounting_journalentry e ON e.id = l.entry_id
  JOIN company_currency c ON c.id = l.currency_id
  LEFT JOIN parties_party p ON p.id = l.party_id
 WHERE {condition}
 ORDER BY l.date, l.id LIMIT %s
"""
_SUMS = """
SELECT coalesce(sum(greatest(base_amount, 0)), 0), coalesce(sum(greatest(-base_amount, 0)), 0)
  FROM accounting_journalline l WHERE {condition}
"""
_AMOUNTS = "SELECT coalesce(sum(amount), 0) FROM accounting_journalline l WHERE {condition}"
_FIELDS = (
    "id", "date", "entry", "number", "source_kind", "source_id", "narration", "description", "account",
    "party", "party_name", "base_amount", "amount", "currency",
)  # fmt: skip


@dataclass
class _Scope:
    """Which lines: SQL conditions and their arguments; the balance before them."""

    conditions: list[str]
    arguments: list[Any]

    def add(self, condition: str, *arguments: Any) -> None:
        self.conditions.append(condition)
        self.arguments.extend(arguments)

    @property
    def text(self) -> str:
        return " AND ".join(self.conditions)


def _cursor_of(text: str) -> tuple[date, int] | None:
    if not text:
        return None
    day, _sep, pk = text.partition("_")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError as error:
        raise InvalidInput(_("This is not a cursor of this report."), field="cursor") from error


def _lines(scope: _Scope, after: tuple[date, int] | None, limit: int | None) -> list[dict[str, Any]]:
    condition, arguments = scope.text, list(scope.arguments)
    if after:
        condition += " AND (l.date, l.id) > (%s, %s)"
        arguments += after
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(condition=condition), [*arguments, limit])
        return [dict(zip(_FIELDS, row, strict=True)) for row in cursor.fetchall()]


def _sums(scope: _Scope, after: tuple[date, int] | None = None) -> tuple[Decimal, Decimal]:
    """Debits and credits of the lines in scope, up to and including ``after`` if given."""
    return _asked(_SUMS, scope, after)


def _asked(query: str, scope: _Scope, after: tuple[date, int] | None) -> Any:
    """The one row that a query of sums gives for the lines in scope."""
    condition, arguments = scope.text, list(scope.arguments)
    if after:
        condition += " AND (l.date, l.id) <= (%s, %s)"
        arguments += after
    with connection.cursor() as cursor:
        cursor.execute(query.format(condition=condition), arguments)
        return cursor.fetchone()


# --- ledger of accounts ---------------------------------------------------------------------------


def general_ledger(values: dict[str, Any], user: Any) -> Answer:
    """Every line of an account in a period, from its opening to its closing balance."""
    account = values["account"]
    if account.is_group:
        raise InvalidInput(_("Choose an account, not a group."), field="account", code="group_account")
    answer = _book(values, [account])
    answer.subtitle = str(account)
    if values.get("party"):
        answer.subtitle += f" · {values['party']}"
    return answer


def cash_book(values: dict[str, Any], user: Any) -> Answer:
    """Receipts and payments of the cash accounts (or the bank accounts), or of one of them."""
    kinds = {"cash": [Control.CASH], "bank": [Control.BANK], "both": [Control.CASH, Control.BANK]}
    account = values.get("account")
    if account is not None and account.control not in (Control.CASH, Control.BANK):
        raise InvalidInput(_("This is neither a cash nor a bank account."), field="account")
    rows = Account.objects.filter(
        company=values["company"], control__in=kinds[values["kind"]], is_group=False
    )
    accounts = [account] if account is not None else list(rows.order_by("code"))
    answer = _book({**values, "party": None, "cost_centre": None, "project": None}, accounts)
    names = {"debit": _("Receipts"), "credit": _("Payments")}
    answer.columns = [Column(c.key, names.get(c.key, c.label), c.kind, c.weight) for c in answer.columns]
    answer.subtitle = ", ".join(str(item) for item in accounts)
    return answer


def _book(values: dict[str, Any], accounts: list[Account]) -> Answer:
    company, first, last = values["company"], values["from"], values["to"]
    names = {account.pk: str(account) for account in accounts}
    opening, closing = _kept(values, list(names))
    foreign = _foreign_book(values, accounts)
    scope = _book_scope(values, list(names))
    after = _cursor_of(values["cursor"])
    running = opening
    if after:
        debit, credit = _sums(scope, after)
        running += debit - credit
        foreign.skip(scope, after)
    lines = _lines(scope, after, values["limit"] + 1)
    more = lines[values["limit"] - 1] if len(lines) > values["limit"] else None
    rows = [] if after else [foreign.edge(_edge(_("Opening balance"), opening, first))]
    for line in lines[: values["limit"]]:
        running += line["base_amount"]
        rows.append(foreign.line(_line_row(line, running, names, several=len(accounts) > 1)))
    debit, credit = _sums(scope)
    if not more:
        edge = _edge(_("Closing balance"), running, last, debit=debit, credit=credit, kind="total")
        rows.append(foreign.edge(edge))
    return Answer(
        columns=[*_columns(several=len(accounts) > 1), *foreign.columns],
        rows=rows if opening or lines or after else [],
        totals={
            "opening": opening,
            "debit": debit,
            "credit": credit,
            "closing": opening + debit - credit,
            **foreign.totals,
        },
        checks=[Check(_("Opening + movements = closing"), opening + debit - credit - closing)],
        company=company,
        period=period_text(first, last),
        more=f"{more['date'].isoformat()}_{more['id']}" if more else "",
    )


class _Foreign:
    """The same book in the currency of an account that isn't kept in the company's: amounts and balance."""

    def __init__(self, currency: Any, opening: Decimal, closing: Decimal) -> None:
        self.currency, self.running = currency, opening
        self.totals: dict[str, Any] = {}
        self.columns: list[Column] = []
        if currency is not None:
            self.totals = {"currency_opening": opening, "currency_closing": closing}
            code = {"code": currency.code}
            self.columns = [
                Column("currency_amount", _("In %(code)s") % code, "balance"),
                Column("currency_balance", _("Balance in %(code)s") % code, "balance"),
            ]

    def skip(self, scope: _Scope, after: tuple[date, int]) -> None:
        """Start behind the lines of an earlier part."""
        if self.currency is not None:
            self.running += _amounts(scope, after)

    def edge(self, row: Row) -> Row:
        if self.currency is not None:
            row.cells["currency_balance"] = self.running
        return row

    def line(self, row: Row) -> Row:
        if self.currency is not None:
            self.running += row.cells["amount"]
            row.cells |= {"currency_amount": row.cells["amount"], "currency_balance": self.running}
        return row


def _foreign_book(values: dict[str, Any], accounts: list[Account]) -> _Foreign:
    """Only of one account, and only when its currency isn't the company's."""
    currency_id = accounts[0].currency_id if len(accounts) == 1 else None
    if currency_id in (None, values["company"].currency_id):
        return _Foreign(None, NIL, NIL)
    scope = _Scope(["l.account_id = ANY(%s)"], [[accounts[0].pk]])
    _narrow(scope, values)
    scope.add("l.date <= %s", before(values["from"]))
    opening = _amounts(scope)
    scope.arguments[-1] = values["to"]
    return _Foreign(accounts[0].currency, opening, _amounts(scope))


def _amounts(scope: _Scope, after: tuple[date, int] | None = None) -> Decimal:
    """Sum of the lines' amounts in their currency, up to and including ``after`` if given."""
    return _asked(_AMOUNTS, scope, after)[0]


def _kept(values: dict[str, Any], ids: list[int]) -> tuple[Decimal, Decimal]:
    """Opening and closing: from the kept balances, or from the lines when a part of them is asked for."""
    first, last = values["from"], values["to"]
    if not _filters(values):
        found = turnovers(values["company"].pk, [before(first), last], account_ids=ids)
        return (
            sum((cuts[0].balance for cuts in found.values()), NIL),
            sum((cuts[1].balance for cuts in found.values()), NIL),
        )
    scope = _Scope(["l.account_id = ANY(%s)"], [ids])
    _narrow(scope, values)
    scope.add("l.date <= %s", before(first))
    opening = _sums(scope)
    scope.arguments[-1] = last
    closing = _sums(scope)
    return opening[0] - opening[1], closing[0] - closing[1]


def _filters(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("party", "cost_centre", "project") if values.get(name)}


def _narrow(scope: _Scope, values: dict[str, Any]) -> None:
    for name, record in _filters(values).items():
        scope.add(f"l.{name}_id = %s", record.pk)


def _book_scope(values: dict[str, Any], ids: list[int]) -> _Scope:
    scope = _Scope(["l.account_id = ANY(%s)"], [ids])
    _narrow(scope, values)
    scope.add("l.date BETWEEN %s AND %s", values["from"], values["to"])
    return scope


def _columns(*, several: bool) -> list[Column]:
    return [
        Column("date", _("Date"), "date"),
        Column("number", _("Entry")),
        *([Column("account_name", _("Account"))] if several else []),
        Column("text", _("Particulars"), weight=1),
        Column("party_name", _("Party")),
        Column("debit", _("Debit"), "money"),
        Column("credit", _("Credit"), "money"),
        Column("balance", _("Balance"), "balance"),
    ]


def _edge(
    label: str,
    balance: Decimal,
    day: date,
    *,
    debit: Decimal = NIL,
    credit: Decimal = NIL,
    kind: Any = "strong",
) -> Row:
    cells = {"date": day, "text": label, "debit": debit, "credit": credit, "balance": balance, "entry": None}
    return Row(cells, kind)


def _line_row(line: dict[str, Any], running: Decimal, names: dict[int, str], *, several: bool) -> Row:
    base = line.pop("base_amount")
    cells = {
        **line,
        "text": line["description"] or line["narration"],
        "debit": max(base, NIL),
        "credit": max(-base, NIL),
        "balance": running,
        "source": f"{line['source_kind']}:{line['source_id']}",
    }
    if several:
        cells["account_name"] = names[line["account"]]
    links: dict[str, Any] = {
        "number": Record("accounting.journalentry", line["entry"]),
        "text": Record(line["source_kind"], line["source_id"]),
    }
    if line["party"]:
        links["party_name"] = Record("parties.party", line["party"])
    return Row(cells, links=links)


# --- day book -------------------------------------------------------------------------------------


def day_book(values: dict[str, Any], user: Any) -> Answer:
    """Everything that was posted in a period, entry by entry with its lines."""
    company, first, last = values["company"], values["from"], values["to"]
    entries = JournalEntry.objects.filter(company=company, date__range=(first, last))
    if values.get("journal"):
        entries = entries.filter(journal=values["journal"])
    debit = entries.aggregate(total=Sum("total"))["total"] or NIL
    after = _cursor_of(values["cursor"])
    part = entries.filter(Q(date__gt=after[0]) | Q(date=after[0], pk__gt=after[1])) if after else entries
    ids = list(part.order_by("date", "pk").values_list("pk", "date")[: values["limit"] + 1])
    more = ids[values["limit"] - 1] if len(ids) > values["limit"] else None
    scope = _Scope(["l.entry_id = ANY(%s)"], [[pk for pk, _day in ids[: values["limit"]]]])
    lines = _lines(scope, None, None)
    names = {a.pk: str(a) for a in Account.objects.filter(company=company)}
    rows = [_line_row(line, NIL, names, several=True) for line in lines]
    if rows and not more:
        rows.append(_edge(_("Total"), NIL, last, debit=debit, credit=debit, kind="total"))
    return Answer(
        columns=[column for column in _columns(several=True) if column.key != "balance"],
        rows=rows,
        totals={"debit": debit, "credit": debit},
        checks=_day_book_checks(values, debit),
        company=company,
        period=period_text(first, last),
        more=f"{more[1].isoformat()}_{more[0]}" if more else "",
    )


def _day_book_checks(values: dict[str, Any], debit: Decimal) -> list[Check]:
    """The entries' totals against the kept balances (all journals together only)."""
    if values.get("journal"):
        return []
    found = turnovers(values["company"].pk, [before(values["from"]), values["to"]]).values()
    moved = [closing - opening for opening, closing in found]
    return [
        Check(_("Debit = credit"), sum((m.balance for m in moved), NIL)),
        Check(_("Equals the ledger"), sum((m.debit for m in moved), NIL) - debit),
    ]
