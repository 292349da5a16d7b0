"""Changes of the chart that need more than saving."""

from __future__ import annotations

from typing import Any

from django.db import connection


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
