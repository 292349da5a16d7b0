"""Fields that accounting adds to records, shown on every surface."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import Side
from apps.accounting.models import Account, OpenItem
from apps.accounting.services.accounts import balances_now, currency_balances
from apps.core.contribute import Contribution, contribute
from apps.parties.models import Party


def balances_due(party_ids: list[int]) -> dict[int, Decimal]:
    """{party id: what it owes in company currency, credits and advances off}, one query."""
    rows = (
        OpenItem.objects.filter(party_id__in=party_ids, side=Side.RECEIVABLE)
        .exclude(open_amount=0)
        .values("party_id")
        .annotate(total=Sum("open_base"))
    )
    return {row["party_id"]: row["total"] for row in rows}


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
