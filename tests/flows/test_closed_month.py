"""A closed month takes nothing in, whichever way it comes (C3), and corrections go to an open one (C2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounting.ledger import account_for
from apps.accounting.models import JournalEntry
from apps.accounting.statements.trial_balance import trial_balance_of
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.inventory.models import Place, StockMove
from tests.factories.inventory import receive
from tests.factories.invoicing import vendor
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(api, shop):
    """(a day of last month, which is closed, an invoice of that day)."""
    last = company_today().replace(day=1) - timedelta(days=1)
    fiscal_year_open(company=shop.company, day=last)
    lines = [{"product": shop.fitting.pk, "quantity": "1"}]
    draft = api.post("accounting/invoices/", shop.draft(*lines, date=last.isoformat()))["data"]
    invoice = api.post(f"accounting/invoices/{draft['id']}/post/", {}, 200)["data"]
    month = Period.objects.get(company=shop.company, start__lte=last, end__gte=last)
    api.post(f"company/periods/{month.pk}/close/", {"hard": True, "reason": "Month end"}, 200)
    return last, invoice


def bodies(shop, day, invoice):
    """{address: draft dated in the closed month} for every document that posts."""
    common = {"company": shop.company.pk, "date": day.isoformat()}
    service = [{"product": shop.fitting.pk, "quantity": "1"}]
    seller = vendor()
    accounts = [account_for(shop.company, role).pk for role in ("cash", "expense")]
    note = {**common, "invoice": invoice["id"]}
    money = {**common, "amount": "10", "mode": "upi"}
    return {
        "accounting/invoices": shop.draft(*service, date=day.isoformat()),
        "accounting/credit-notes": note,
        "accounting/debit-notes": {
            **note, "lines": [{"description": "More", "product": shop.fitting.pk, "quantity": "1",
                               "unit_price": "5"}],
        },
        "accounting/bills": {
            **common, "party": seller.pk, "vendor_number": "V-1",
            "lines": [{"product": shop.fitting.pk, "quantity": "1", "unit_price": "10"}],
        },
        "accounting/receipts": {**money, "party": shop.customer.pk},
        "accounting/payments": {**money, "party": seller.pk},
        "accounting/vouchers": {
            **common, "narration": "Late",
            "lines": [{"account": accounts[1], "debit": "5"}, {"account": accounts[0], "credit": "5"}],
        },
        "inventory/inwards": {
            **common, "place": Place.objects.get(company=shop.company, code="MAIN").pk,
            "lines": [{"product": shop.chair.pk, "quantity": "1", "unit_cost": "10"}],
        },
    }  # fmt: skip


def test_no_document_posts_into_a_closed_month(api, shop, closed):
    day, invoice = closed
    before = JournalEntry.objects.count(), StockMove.objects.count()
    for path, body in bodies(shop, day, invoice).items():
        draft = api.post(f"{path}/", body)["data"]
        error = api.post(f"{path}/{draft['id']}/post/", {}, 423)["errors"][0]
        assert (error["code"], error["field"]) == ("period_closed", "date"), path
        again = api.get(f"{path}/{draft['id']}/")["data"]
        assert (again["status"], again["number"]) == ("draft", ""), path
    assert (JournalEntry.objects.count(), StockMove.objects.count()) == before


def test_every_document_posts_into_a_softly_closed_month_with_a_reason(api, shop):
    """Goods that move with an invoice or a note go through by the same reason."""
    last = company_today().replace(day=1) - timedelta(days=1)
    fiscal_year_open(company=shop.company, day=last)
    receive(shop.company, shop.chair, 100, "600", day=last)
    goods = [{"product": shop.chair.pk, "quantity": "2"}]
    sold = _posted(api, "accounting/invoices", shop.draft(*goods, date=last.isoformat()))
    month = Period.objects.get(company=shop.company, start__lte=last, end__gte=last)
    api.post(f"company/periods/{month.pk}/close/", {"hard": False}, 200)
    work = bodies(shop, last, sold)
    work["accounting/credit-notes"] |= {
        "moves_stock": True,
        "lines": [{"invoice_line": sold["lines"][0]["id"], "quantity": "1"}],
    }
    for path, body in (*work.items(), ("accounting/invoices", shop.draft(*goods, date=last.isoformat()))):
        draft = api.post(f"{path}/", body)["data"]
        error = api.post(f"{path}/{draft['id']}/post/", {}, 423)["errors"][0]
        assert error["code"] == "period_soft_closed", path
        done = api.post(f"{path}/{draft['id']}/post/", {"reason": "The auditor agreed"}, 200)["data"]
        assert (done["status"], done["date"]) == ("posted", last.isoformat()), path
    assert StockMove.objects.filter(date__gt=last).count() == 0, "the goods moved in that month too"
    assert_balanced()
    assert_stock_equals_ledger(shop.company)


def _posted(api, path, body):
    draft = api.post(f"{path}/", body)["data"]
    return api.post(f"{path}/{draft['id']}/post/", {}, 200)["data"]


def test_a_cancelled_invoice_is_reversed_in_the_open_month(api, shop, closed):
    day, invoice = closed
    first = day.replace(day=1)
    then = trial_balance_of(shop.company, first, day)
    done = api.post(f"accounting/invoices/{invoice['id']}/cancel/", {"reason": "Wrong"}, 200)["data"]
    assert done["cancelled_on"] >= company_today().replace(day=1).isoformat()
    assert trial_balance_of(shop.company, first, day) == then
    assert_balanced()
