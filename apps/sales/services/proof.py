"""Proof that a company's books agree with themselves: for the end of imports, demo loading and checks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from apps.accounting.models import AccountRole, JournalLine, OpenItem
from apps.company.models import Company
from apps.inventory.models import StockRow
from apps.inventory.services.proof import stock_prove

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Pair:
    """Two figures that must be equal."""

    name: str
    kept: Decimal
    account: Decimal

    @property
    def agrees(self) -> bool:
        return self.kept == self.account


def company_prove(company: Company) -> tuple[list[Pair], list[str]]:
    """(pairs that must be equal, differences that the stock proof found)."""
    lines = JournalLine.objects.filter(company=company)
    debit = lines.filter(base_amount__gt=0).aggregate(t=Sum("base_amount"))["t"] or ZERO
    credit = lines.filter(base_amount__lt=0).aggregate(t=Sum("base_amount"))["t"] or ZERO
    stock = StockRow.objects.filter(company=company).aggregate(t=Sum("value"))["t"] or ZERO
    pairs = [Pair("debit = credit", debit, -credit)]
    for side in ("receivable", "payable"):
        items = OpenItem.objects.filter(company=company, side=side).aggregate(t=Sum("open_base"))["t"]
        pairs.append(Pair(f"{side}s = control account", items or ZERO, _balance(company, side)))
    pairs.append(Pair("stock = stock account", stock, _balance(company, "stock")))
    return pairs, [str(item) for item in stock_prove(company, limit=5)]


def _balance(company: Company, role: str) -> Decimal:
    accounts = AccountRole.objects.filter(company=company, role=role).values("account_id")
    lines = JournalLine.objects.filter(company=company, account_id__in=accounts)
    return lines.aggregate(t=Sum("base_amount"))["t"] or ZERO
