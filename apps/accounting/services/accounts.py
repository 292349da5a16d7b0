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
