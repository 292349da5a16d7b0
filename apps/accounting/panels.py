"""What the books know of a party, on its page: dues by age, credit, open documents, the newest ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.calculation.ageing import NOT_DUE, AgedItem, ageing
from apps.accounting.choices import Side
from apps.accounting.invoicing.hold import exposure_of
from apps.accounting.models import Bill, Invoice, OpenItem, Payment, Receipt
from apps.accounting.portal import drafts, overdue, with_balance
from apps.company.selectors import companies_worked_in, company_today
from apps.core.access import access_of
from apps.core.admin.panels import Content, Item, Panel, counted, latest, register_panel
from apps.core.formats import show_money, show_number
from apps.datatools.reports import ReportLink
from apps.datatools.reports.links import link_url
from apps.parties.models import Party

SEE_DUES = "accounting.view_openitem"


def dues_of(request: HttpRequest, party: Party) -> Content:
    """What it owes and is owed in each currency, by age; the way to its statement of account."""
    rows = (
        OpenItem.objects.for_user(request.user)
        .filter(party=party)
        .exclude(open_amount=0)
        .values_list("side", "currency__code", "due_date", "open_amount")
    )
    found: dict[tuple[str, str], list[AgedItem]] = defaultdict(list)
    for side, code, due, amount in rows:
        sign = 1 if side == Side.RECEIVABLE else -1
        found[side, code].append(AgedItem(due, amount * sign))
    items = [item for key, aged in sorted(found.items()) for item in _aged_lines(key, aged)]
    return Content(items or [Item(_("Nothing is open."))], links=_statements(request, party))


def _aged_lines(key: tuple[str, str], aged: Iterable[AgedItem]) -> list[Item]:
    side, code = key
    sums = ageing(aged, company_today())
    what = _("Owes us") if side == Side.RECEIVABLE else _("We owe")
    late = any(amount > 0 for label, amount in sums.buckets.items() if label != NOT_DUE)
    lines = [Item(what, show_money(sums.total, code), tone="warning" if late else "")]
    for label, amount in sums.buckets.items():
        if amount:
            text = _("not due yet") if label == NOT_DUE else _("%(days)s days overdue") % {"days": label}
            lines.append(Item(text, show_money(amount, code)))
    return lines


def _statements(request: HttpRequest, party: Party) -> list[tuple[str, str]]:
    """One for each company that the person may see."""
    found = []
    companies = companies_worked_in(request.user)
    for company in companies:
        title = _("Statement of account")
        values = {"company": company.pk, "party": party.pk}
        url = link_url(ReportLink("accounting/statement-of-account", values))
        found.append((f"{title}, {company.label}" if len(companies) > 1 else title, url))
    return [item for item in found if item[1]]


def credit_of(request: HttpRequest, party: Party) -> Content | None:
    """The limit and how much of it is used, for those who see every company: the use is over all of them."""
    if party.credit_limit is None or access_of(request.user).company_ids is not None:
        return None
    used, limit = exposure_of(party), party.credit_limit
    items = [
        Item(_("Limit"), show_number(limit)),
        Item(_("Used"), show_number(used), tone="danger" if used > limit else ""),
        Item(_("Left"), show_number(max(limit - used, Decimal(0)))),
        Item(_("Over the limit"), party.get_credit_policy_display()),
    ]
    return Content(items)


def open_of(request: HttpRequest, party: Party) -> Content | None:
    lines = [
        counted(request, _("Open invoices"), Invoice, party, narrow=with_balance, query="due=open"),
        counted(
            request, _("Overdue invoices"), Invoice, party, narrow=overdue, query="due=late", tone="danger"
        ),
        counted(request, _("Invoices in draft"), Invoice, party, narrow=drafts, query="status__exact=draft"),
        counted(
            request,
            _("Receipts to allocate"),
            Receipt,
            party,
            narrow=with_balance,
            query="allocated=no",
            tone="warning",
        ),
        counted(
            request, _("Bills to pay"), Bill, party, narrow=with_balance, query="due=open", tone="warning"
        ),
        counted(
            request,
            _("Payments to allocate"),
            Payment,
            party,
            narrow=with_balance,
            query="allocated=no",
            tone="warning",
        ),
    ]
    found = [line for line in lines if line is not None]
    return Content(found) if found else None


def newest_of(request: HttpRequest, party: Party) -> Content | None:
    found: list[Any] = []
    for model in (Invoice, Receipt, Bill, Payment):
        found += latest(request, model, party, most=3)
    items = [item for _day, item in sorted(found, key=lambda pair: pair[0], reverse=True)[:5]]
    return Content(items) if items else None


for panel in (
    Panel("dues", gettext_lazy("Dues"), dues_of, SEE_DUES, 10, "accounting"),
    Panel("credit", gettext_lazy("Credit"), credit_of, SEE_DUES, 20, "accounting"),
    Panel("open", gettext_lazy("Invoices and money"), open_of, "", 40, "accounting"),
    Panel("newest", gettext_lazy("Last in the books"), newest_of, "", 60, "accounting"),
):
    register_panel(Party, panel)
