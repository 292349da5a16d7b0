"""Changes of the chart that need more than saving."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.models import Account, JournalLine
from apps.core.errors import Refused
from apps.core.records import record_delete


def account_delete(account: Account, *, by: Any = None) -> None:
    """Put an account in the bin. Refused (``in_use``) with postings, accounts below or an automatic part."""
    if JournalLine.objects.filter(account=account).exists():
        raise Refused(_("The account has postings. Lock it instead."), code="in_use")
    if account.children.filter(deleted_at=None).exists() or account.roles.exists():
        raise Refused(_("Other accounts or automatic postings need this account."), code="in_use")
    record_delete(account, by=by)


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
