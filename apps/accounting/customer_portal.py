"""Accounting in the portal: invoices, credit notes, receipts, the account; for vendors bills and payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.choices import ItemStatus, MoneyStatus
from apps.accounting.models import Allocation, Bill, CreditNote, Invoice, OpenItem, Payment, Receipt
from apps.accounting.payments.statement import party_statement
from apps.accounting.printing.statement import statement_pdf
from apps.accounting.taxed_showing import LINE_CELLS, taxed_sums, taxed_texts
from apps.company.models import Company
from apps.company.selectors import company_today
from apps.customer_portal.choices import Side
from apps.customer_portal.registry import (
    DATE,
    FROM,
    TOTAL,
    Account,
    Cell,
    Filter,
    Section,
    State,
    company_cell,
    lifecycle_state,
    register_account,
    register_section,
)

_DUE = Cell("due_date", gettext_lazy("Due on"), "due_date", "day")
_BALANCE = Cell("balance_due", gettext_lazy("Open"), "balance_due", "money")
_VENDOR_NUMBER = Cell("vendor_number", gettext_lazy("Your number"), "vendor_number")
_ITEM = ("company", "currency", "open_item")


def _settled_state(document: Any) -> State:
    """Paid, partly paid, overdue or open; cancelled as its own life says."""
    if document.status == "cancelled":
        return lifecycle_state(document)
    paid = document.payment_status
    if paid == ItemStatus.PAID or not document.balance_due:
        return State("paid", _("Paid"), "success")
    if document.due_date and document.due_date < company_today():
        return State("overdue", _("Overdue"), "danger")
    if paid == ItemStatus.UNPAID:
        return State("unpaid", _("Open"), "info")
    return State("partly_paid", _("Partly paid"), "info")


def _open(rows: Any) -> Any:
    return rows.filter(status="posted").exclude(open_item__open_amount=0).exclude(open_item=None)


def _paid(rows: Any) -> Any:
    return rows.filter(status="posted", open_item__open_amount=0)


def _overdue(rows: Any) -> Any:
    return _open(rows).filter(due_date__lt=company_today())


_OPEN = Filter("open", gettext_lazy("Open"), _open, attention=True)
_PAID = Filter("paid", gettext_lazy("Paid"), _paid)


def _taxed(**how: Any) -> Section:
    """A section of documents with tax lines."""
    return Section(
        lines=lambda record: record.lines.select_related("unit"),
        line_cells=LINE_CELLS,
        sums=taxed_sums,
        select=_ITEM,
        trail=("post", "cancel"),
        announced=("post",),
        **how,
    )


register_section(
    _taxed(
        key="invoices",
        title=gettext_lazy("Invoices"),
        one=gettext_lazy("Invoice"),
        model=Invoice,
        icon="invoice",
        order=40,
        columns=(DATE, _DUE, TOTAL, _BALANCE),
        state=_settled_state,
        facts=(
            FROM,
            DATE,
            _DUE,
            _BALANCE,
            Cell("po_reference", gettext_lazy("Your order"), "po_reference"),
        ),
        texts=taxed_texts,
        filters=(
            _OPEN,
            Filter("overdue", gettext_lazy("Overdue"), _overdue, attention=True, tone="danger"),
            _PAID,
        ),
        related=lambda record, user: [
            ("credit-notes", row) for row in CreditNote.objects.for_user(user).filter(invoice=record)
        ],
    )
)
register_section(
    _taxed(
        key="credit-notes",
        feature="invoices",
        title=gettext_lazy("Credit notes"),
        one=gettext_lazy("Credit note"),
        model=CreditNote,
        icon="invoice",
        order=45,
        columns=(
            DATE,
            Cell("kind", gettext_lazy("Reason"), lambda record: record.get_reason_code_display()),
            TOTAL,
        ),
        facts=(FROM, DATE, Cell("reason", gettext_lazy("Explanation"), "reason")),
        related=lambda record, user: [
            ("invoices", row) for row in Invoice.objects.for_user(user).filter(pk=record.invoice_id)
        ],
    )
)


def _money(**how: Any) -> Section:
    """A section of money received or paid."""
    columns = (
        DATE,
        Cell("mode", gettext_lazy("Mode"), lambda record: record.get_mode_display()),
        Cell("reference", gettext_lazy("Reference"), "reference"),
        Cell("amount", gettext_lazy("Amount"), "amount", "money", strong=True),
    )
    return Section(
        columns=columns,
        facts=(
            *columns[:3],
            Cell("amount", gettext_lazy("Amount"), "amount", "money"),
            Cell("tds_amount", gettext_lazy("Tax withheld (TDS)"), lambda r: r.tds_amount or None, "money"),
            Cell("unallocated", gettext_lazy("On account"), lambda r: r.unallocated or None, "money"),
        ),
        line_cells=(
            Cell("document", gettext_lazy("Set against"), "number", strong=True),
            Cell("date", gettext_lazy("Date"), "date", "day"),
            Cell("amount", gettext_lazy("Amount"), "amount", "money"),
        ),
        lines=_set_against,
        select=_ITEM,
        trail=("post", "bounce", "cancel"),
        announced=("post",),
        **how,
    )


class _Against(NamedTuple):
    """A document that money was set against."""

    number: str
    date: date
    amount: Decimal


def _set_against(record: Any) -> list[_Against]:
    item = record.open_item
    if item is None or record.status != MoneyStatus.POSTED:
        return []
    mine, other = ("credit_item", "debit_item") if item.amount < 0 else ("debit_item", "credit_item")
    rows = Allocation.objects.filter(**{mine: item}, undone_at=None).select_related(other)
    return [_Against(getattr(row, other).number, getattr(row, other).date, row.amount) for row in rows]


register_section(
    _money(
        key="receipts",
        title=gettext_lazy("Payments"),
        one=gettext_lazy("Payment"),
        model=Receipt,
        icon="payment",
        order=50,
    )
)
register_section(
    _taxed(
        key="bills",
        title=gettext_lazy("Your bills"),
        one=gettext_lazy("Bill"),
        model=Bill,
        side=Side.VENDOR,
        icon="invoice",
        order=60,
        columns=(
            DATE,
            _VENDOR_NUMBER,
            _DUE,
            TOTAL,
            _BALANCE,
        ),
        state=_settled_state,
        facts=(
            company_cell(gettext_lazy("To")),
            DATE,
            _VENDOR_NUMBER,
            Cell("vendor_date", gettext_lazy("Your date"), "vendor_date", "day"),
            _DUE,
            _BALANCE,
        ),
        filters=(_OPEN, _PAID),
    )
)
register_section(
    _money(
        key="payments",
        title=gettext_lazy("Paid to you"),
        one=gettext_lazy("Payment"),
        model=Payment,
        side=Side.VENDOR,
        icon="payment",
        order=70,
    )
)


def _balances(party: Any) -> list[tuple[str, Decimal]]:
    """[(currency, what the party owes; negative: has a credit)], one query; nothing for what is settled."""
    rows = (
        OpenItem.objects.filter(party=party)
        .exclude(open_amount=0)
        .values("currency__code")
        .annotate(total=Sum("open_amount"))
        .order_by("currency__code")
    )
    return [(row["currency__code"], row["total"]) for row in rows if row["total"]]


def _companies(party: Any) -> list[Company]:
    """Our companies that ever booked something with the party."""
    ids = OpenItem.objects.filter(party=party).values("company_id")
    return list(Company.objects.filter(pk__in=ids).order_by("code"))


register_account(
    Account(
        permission="accounting.view_openitem",
        balances=_balances,
        companies=_companies,
        statement=party_statement,
        pdf=statement_pdf,
    )
)
