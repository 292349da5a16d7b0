"""The sub-ledger equals its control accounts, and what an entry holds by the parts that accounts play."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from apps.accounting.models import AccountRole, Allocation, JournalLine, OpenItem
from apps.company.models import Company

ZERO = Decimal("0.00")


def assert_subledger_equals_control(company: Company) -> None:
    """Open items of both sides sum to the balance of the control accounts, party by party, now and at the
    end of every day on which something was posted."""
    for side in ("receivable", "payable"):
        for day in [None, *_days(company)]:
            assert _items(company, side, day) == _ledger(company, side, day), (side, day)


def _days(company: Company) -> list[date]:
    lines = JournalLine.objects.filter(company=company).order_by("date")  # its own order parts equal days
    return list(lines.values_list("date", flat=True).distinct())


def _ledger(company: Company, side: str, day: date | None) -> dict[int, Decimal]:
    lines = JournalLine.objects.filter(company=company, account__control=side)
    if day is not None:
        lines = lines.filter(date__lte=day)
    rows = lines.values("party_id").annotate(total=Sum("base_amount"))
    return {row["party_id"]: row["total"] for row in rows if row["total"]}


def _items(company: Company, side: str, day: date | None) -> dict[int, Decimal]:
    items = OpenItem.objects.filter(company=company, account__control=side)
    if day is None:
        rows = items.values("party_id").annotate(total=Sum("open_base"))
        return {row["party_id"]: row["total"] for row in rows if row["total"]}
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for item in items.filter(entry__date__lte=day):
        sums[item.party_id] += item.base_amount
    for row in Allocation.objects.filter(company=company, date__lte=day).select_related(
        "debit_item__account", "credit_item__account"
    ):
        if row.undone_on is not None and row.undone_on <= day:
            continue
        if row.debit_item.account.control == side:
            sums[row.debit_item.party_id] -= row.base_debit
        if row.credit_item.account.control == side:
            sums[row.credit_item.party_id] += row.base_credit
    return {party: total for party, total in sums.items() if total}


def entry_lines(document: Any, entry: Any = None) -> dict[str, Decimal]:
    """{part: signed base amount} of the document's entry (or the given one); + debit."""
    entry = entry or document.journal_entry
    roles = {r.account_id: r.role for r in AccountRole.objects.filter(company_id=entry.company_id)}
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in entry.lines.all():
        sums[roles.get(line.account_id, str(line.account_id))] += line.base_amount
    return dict(sums)
