"""What each two companies of a group say of each other, account by account, and by how much they differ."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import Account
from apps.accounting.statements.base import NIL, before, ledger_link, period_text
from apps.accounting.statements.between import Between, Cuts, Pair, between_of, pairs_of, side_of
from apps.accounting.statements.reading import books_of
from apps.company.models import Company
from apps.datatools.reports import Answer, Column, Row


def between_companies(values: dict[str, Any], user: Any) -> Answer:
    """Of all companies of the currency that the user may see: balances at the end of the period, income and
    costs booked in it. The statements of the group take out exactly this."""
    first, last = values["from"], values["to"]
    books = books_of({"company": values["company"], "group": True}, user)
    found = between_of(books, lambda _company: [before(first), last], results=True)
    names = {account.pk: account for account in Account.objects.filter(pk__in=_accounts(found))}
    sheet = _Pairs(found, names, first, last)
    rows = [row for one, other in pairs_of(found) for row in sheet.pair(one, other)]
    return Answer(
        columns=[
            Column("label", _("Particulars"), weight=1),
            Column("one", _("Books of the first"), "balance"),
            Column("other", _("Books of the second"), "balance"),
            Column("difference", _("Difference"), "balance"),
        ],
        rows=rows,
        totals={"balances": found.owed_apart(1), "results": found.moved_apart(1)},
        checks=found.checks(1, (0, 1)),
        company=values["company"],
        subtitle=books.subtitle,
        period=period_text(first, last),
        notes=found.note(),
    )


def _accounts(found: Between) -> set[int]:
    return {pk for part in (found.owed, found.moved) for accounts in part.values() for pk in accounts}


class _Pairs:
    def __init__(self, found: Between, names: dict[int, Account], first: date, last: date) -> None:
        self.found, self.names, self.first, self.last = found, names, first, last

    def pair(self, one: Company, other: Company) -> list[Row]:
        """Balances, and income and costs, of two companies; nothing where they have none."""
        title = _("%(one)s and %(other)s") % {"one": one, "other": other}
        rows = self._part(self.found.owed, _("What they owe each other"), one.pk, other.pk)
        rows += self._part(self.found.moved, _("What they booked from each other"), one.pk, other.pk)
        return [Row({"label": title}, "section"), *rows] if rows else []

    def _part(self, part: dict[Pair, dict[int, Cuts]], label: str, one: int, other: int) -> list[Row]:
        rows = self._lines(part.get((one, other), {}), "one")
        rows += self._lines(part.get((other, one), {}), "other")
        if not rows:
            return []
        sides = side_of(part, (one, other), 1), side_of(part, (other, one), 1)
        cells = {"label": label, "one": sides[0], "other": sides[1], "difference": sum(sides, NIL)}
        return [Row(cells, "strong", 1), *rows]

    def _lines(self, accounts: dict[int, Cuts], column: str) -> list[Row]:
        rows = []
        for pk, cuts in sorted(accounts.items(), key=lambda item: (self.names[item[0]].code, item[0])):
            amount: Decimal = cuts[1]
            if amount:
                account = self.names[pk]
                cells = {"label": f"{account.code} {account.name}", "account": pk, column: amount}
                link = ledger_link(account, self.first, self.last)
                rows.append(Row(cells, "normal", 2, dict.fromkeys(("label", column), link)))
        return rows
