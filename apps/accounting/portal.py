"""What waits in accounting: counts of the home page and the list filters that open the same rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.models import Bill, Invoice, Receipt
from apps.company.selectors import company_today
from apps.core.admin.filters import condition_filter
from apps.portal.counters import register_counter


def drafts(queryset: Any) -> Any:
    return queryset.filter(status="draft")


def with_balance(queryset: Any) -> Any:
    """Posted, and something of it is still open."""
    return queryset.exclude(open_item__status="paid").filter(open_item__isnull=False)


def overdue(queryset: Any) -> Any:
    """Still open after the due date."""
    return with_balance(queryset).filter(open_item__due_date__lt=company_today())


def cheques_held(queryset: Any) -> Any:
    return queryset.filter(status="held")


def cheques_due(queryset: Any) -> Any:
    """Held cheques whose day has come: to be taken to the bank."""
    return cheques_held(queryset).filter(instrument_date__lte=company_today())


def settled(queryset: Any) -> Any:
    return queryset.filter(open_item__status="paid")


def item_open(queryset: Any) -> Any:
    return queryset.exclude(open_amount=0)


def item_late(queryset: Any) -> Any:
    return item_open(queryset).filter(due_date__lt=company_today())


def item_settled(queryset: Any) -> Any:
    return queryset.filter(open_amount=0)


DueFilter = condition_filter(
    "due",
    _("payment"),
    {"open": (_("Open"), with_balance), "late": (_("Overdue"), overdue), "paid": (_("Paid"), settled)},
)
AllocationFilter = condition_filter(
    "allocated",
    _("allocation"),
    {"no": (_("Not allocated in full"), with_balance), "yes": (_("Allocated"), settled)},
)

ChequeFilter = condition_filter(
    "cheque", _("cheque"), {"due": (_("To deposit"), cheques_due), "held": (_("Held"), cheques_held)}
)

register_counter("accounting", _("Invoices in draft"), Invoice, drafts, query="status__exact=draft")
register_counter("accounting", _("Overdue invoices"), Invoice, overdue, query="due=late", tone="danger")
register_counter(
    "accounting", _("Receipts to allocate"), Receipt, with_balance, query="allocated=no", tone="warning"
)
register_counter(
    "accounting",
    _("Cheques to deposit"),
    Receipt,
    cheques_due,
    query="look=cheques&cheque=due",
    tone="warning",
)
register_counter("accounting", _("Bills to pay"), Bill, with_balance, query="due=open", tone="warning")
register_counter("accounting", _("Bills overdue"), Bill, overdue, query="due=late", tone="danger")
