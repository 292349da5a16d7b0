"""Changes of the chart that need more than saving."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.accounting.models import Account
from apps.company.models import Company


def balances_now(account_ids: list[int]) -> dict[int, Any]:
    """Balance of accounts over all their postings, debit-positive, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT account_id, sum(amount) FROM (
                   SELECT account_id, debit - credit AS amount FROM accounting_accountbalance
                    WHERE grain = 'month' AND account_id = ANY(%s)
                   UNION ALL
                   SELECT account_id, debit - credit FROM accounting_balancedelta WHERE account_id = ANY(%s)
               ) AS parts GROUP BY account_id""",
            [account_ids, account_ids],
        )
        return dict(cursor.fetchall())


def group_balances(group_ids: list[int]) -> dict[int, Any]:
    """Balance of groups: the sum of all accounts below them, debit-positive. Two queries."""
    if not group_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE below AS (
                   SELECT id AS top, id, is_group FROM accounting_account WHERE id = ANY(%s)
                   UNION ALL
                   SELECT b.top, a.id, a.is_group FROM accounting_account a JOIN below b ON a.parent_id = b.id
               ) SELECT top, id FROM below WHERE NOT is_group""",
            [group_ids],
        )
        pairs = cursor.fetchall()
    found = balances_now(sorted({account for _top, account in pairs}))
    sums: dict[int, Any] = {}
    for top, account in pairs:
        if account in found:
            sums[top] = sums.get(top, 0) + found[account]
    return sums


_IN_CURRENCY = """
SELECT l.account_id, sum(l.amount), sum(l.base_amount)
  FROM accounting_account a
  JOIN company_company c ON c.id = a.company_id
  JOIN accounting_journalline l ON l.account_id = a.id
 WHERE a.currency_id <> c.currency_id AND {condition}
 GROUP BY 1
"""


def currency_balances(account_ids: list[int]) -> dict[int, Decimal]:
    """Balance in its own currency of each account that isn't kept in its company's, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_CURRENCY.format(condition="a.id = ANY(%s)"), [account_ids])
        return {account: amount for account, amount, _base in cursor.fetchall()}


def foreign_balances(company: Company, day: date) -> list[tuple[Account, Decimal, Decimal]]:
    """[(account, balance in its currency, in the company's)] of foreign accounts that hold anything."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_CURRENCY.format(condition="a.company_id = %s AND l.date <= %s"), [company.pk, day])
        found = {account: (amount, base) for account, amount, base in cursor.fetchall() if amount or base}
    rows = Account.objects.filter(pk__in=found).select_related("currency", "company").order_by("code")
    return [(account, *found[account.pk]) for account in rows]
