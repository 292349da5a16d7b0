"""Credit control of orders and deliveries; invoices are checked by accounting with the same exposure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.invoicing.hold import exposure_of, overdue_text, party_check
from apps.accounting.models import Invoice, InvoiceLine
from apps.core.access import may
from apps.core.errors import Refused
from apps.core.formats import show_money
from apps.core.locks import lock_row
from apps.core.money import ZERO, round_money
from apps.documents.services.timeline import timeline_add
from apps.parties.choices import CreditPolicy
from apps.parties.models import Party
from apps.sales.models import Order

_OPEN_ORDERS = """
SELECT COALESCE(SUM(round(l.line_total * o.exchange_rate / l.quantity * GREATEST(
           l.quantity - l.invoiced_quantity + l.credited_quantity - COALESCE(b.billed, 0), 0), 2)), 0)
FROM sales_order o
JOIN sales_orderline l ON l.order_id = o.id
LEFT JOIN (SELECT source_line_id, SUM(quantity) AS billed FROM accounting_invoiceline
           WHERE invoice_id = %s AND source_kind = 'sales.orderline' GROUP BY source_line_id) b
       ON b.source_line_id = l.id
WHERE o.party_id = %s AND o.status IN ('confirmed', 'on_hold') AND NOT l.shadow AND l.quantity > 0
  AND o.id <> %s
"""


def orders_exposure(party: Party, document: Any = None) -> Decimal:
    """Value of the party's confirmed orders not yet billed, in company currency, for accounting's exposure.

    Left out: ``document`` itself when it is an order, what it bills when it is an invoice. One query.
    """
    invoice_id = document.pk if isinstance(document, Invoice) else None
    order_id = document.pk if isinstance(document, Order) else None
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_ORDERS, [invoice_id or 0, party.pk, order_id or 0])
        return Decimal(cursor.fetchone()[0])


def order_released(document: Any) -> bool:
    """Whether an invoice bills only orders that were let pass the limit with a reason. One query."""
    if not isinstance(document, Invoice):
        return False
    orders = Order.objects.filter(
        lines__in=InvoiceLine.objects.filter(invoice=document, source_kind="sales.orderline").values(
            "source_line_id"
        )
    )
    reasons = list(orders.values_list("credit_reason", flat=True).distinct())
    return bool(reasons) and all(reasons)


def credit_check(document: Any, *, added: Decimal, by: Any, reason: str = "", released: bool = False) -> str:
    """Refuse (policy hold) or warn when the customer's exposure with ``added`` passes the limit, or when dues
    are overdue by more days than are borne.

    ``added`` is in company currency and not counted yet. ``reason`` with the permission
    ``sales.override_credit`` lets it pass and stays on the timeline; ``released``: somebody did so before.
    Returns the warning, empty when all is well. Raises Refused credit_limit with the figures, credit_overdue,
    deleted for a party in the bin.
    """
    facts = Party.objects.filter(pk=document.party_id).values_list(
        "credit_limit", "overdue_days", "credit_policy", "deleted_at"
    )
    limit, days, policy, deleted = facts.first() or (None, None, CreditPolicy.ALLOW, None)
    if deleted is not None:
        party_check(document.party)
    if (limit is None and days is None) or policy == CreditPolicy.ALLOW:
        return ""
    party = document.party
    if party.credit_policy == CreditPolicy.HOLD:
        party = lock_row(Party, party.pk)  # two orders of one customer can't both take the last of the limit
    passing = _Passing(document, party, by, reason, released)
    late = overdue_text(party)
    told = [passing.ask("credit_overdue", late, {})] if late else []
    total = round_money(exposure_of(party, document) + added) if party.credit_limit is not None else ZERO
    if party.credit_limit is not None and total > party.credit_limit:
        told.append(_over(passing, total))
    return " ".join(text for text in told if text)


@dataclass(frozen=True)
class _Passing:
    """Whether a document may pass although its customer's credit says no: by policy, by who released it
    before, by a reason of somebody who may."""

    document: Any
    party: Party
    by: Any
    reason: str
    released: bool

    def ask(self, code: str, text: str, figures: dict[str, str]) -> str:
        """The warning that stays on the timeline. Raises Refused ``code``."""
        if self.party.credit_policy == CreditPolicy.WARN or self.released:
            timeline_add(self.document, "credit_warning", text=text, data=figures)
        elif self.reason and may(self.by, "sales.override_credit"):
            data = {**figures, "reason": self.reason}
            timeline_add(self.document, "credit_released", text=f"{text} {self.reason}", data=data)
        else:
            raise Refused(text, code=code, field="party", data=figures)
        return text


def _over(passing: _Passing, total: Decimal) -> str:
    party, code = passing.party, passing.document.company.currency.code
    limit = party.credit_limit or ZERO
    text = _("%(party)s would owe %(total)s, the limit is %(limit)s.") % {
        "party": party,
        "total": show_money(total, code),
        "limit": show_money(limit, code),
    }
    figures = {"exposure": str(total), "limit": str(limit), "over": str(total - limit)}
    return passing.ask("credit_limit", text, figures)
