"""Fields that accounting adds to records, shown on every surface."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import Side
from apps.accounting.models import Account
from apps.accounting.services.accounts import balances_now, currency_balances
from apps.core.contribute import Contribution, contribute
from apps.core.database.prepared import prepared_rows
from apps.parties.models import Party

_DUE = """
SELECT party_id, sum(open_base) FROM accounting_openitem
 WHERE party_id = ANY(%s::bigint[]) AND side = %s AND open_amount <> 0 GROUP BY party_id"""


def balances_due(party_ids: list[int]) -> dict[int, Decimal]:
    """{party id: what it owes in company currency, credits and advances off}, one query."""
    return dict(prepared_rows(_DUE, [party_ids, Side.RECEIVABLE.value]))


contribute(
    Account,
    {
        "balance": Contribution("money", balances_now, _("balance"), permission="accounting.view_reports"),
        "currency_balance": Contribution(
            "money", currency_balances, _("balance in its currency"), permission="accounting.view_reports"
        ),
    },
    app="accounting",
)
contribute(
    Party,
    {
        "balance_due": Contribution(
            "money", balances_due, _("balance due"), permission="accounting.view_openitem"
        )
    },
    app="accounting",
)
