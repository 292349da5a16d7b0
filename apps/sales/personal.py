"""Whoever waits for goods isn't erased."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.personal import register_erasure_guard


def _open_orders(pk: int) -> list[str]:
    from apps.sales.models import Order, Quotation

    count = Order.objects.filter(party_id=pk, status__in=["confirmed", "on_hold"]).count()
    count += Quotation.objects.filter(party_id=pk, status="sent").count()
    return [_("%(n)d orders or quotations are open.") % {"n": count}] if count else []


register_erasure_guard("parties.party", _open_orders)
