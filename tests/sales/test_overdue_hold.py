"""Dues older than a customer's bearable days stop orders, deliveries and invoices as the limit does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounting.invoicing.bulk import Batched, invoice_prepare, invoices_post_many
from apps.accounting.models import Invoice, InvoiceLine
from apps.company.selectors import company_today
from apps.core.errors import Refused
from apps.documents.models import TimelineEntry
from tests.factories import invoicing as make
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db


def verb(api, kind, record, name, data=None, expect=200):  # noqa: PLR0917 - reads as a sentence in the tests
    return api.post(f"{kind}/{record['id']}/{name}/", data or {}, expect)


def shop_with(policy, *, overdue):
    """A customer who bears 30 days, with a due that is so many days overdue."""
    shop = Shop(overdue_days=30, credit_policy=policy)
    day = company_today() - timedelta(days=overdue)
    lines = [{"product": make.product(tax_category="EXEMPT"), "unit_price": "100"}]
    make.invoice(
        company=shop.company, party=shop.customer, lines=lines, date=day, due_date=day, moves_stock=False,
        post=True,
    )  # fmt: skip
    return shop


def order_of(api, shop):
    return api.post("sales/orders/", shop.draft({"product": shop.chair.pk, "quantity": "1"}))["data"]


def test_old_dues_stop_orders_and_direct_invoices_until_somebody_answers_for_it(api):
    shop = shop_with("hold", overdue=31)
    order = order_of(api, shop)
    error = verb(api, "sales/orders", order, "confirm", expect=409)["errors"][0]
    assert (error["field"], error["code"]) == ("party", "credit_overdue")
    assert "30" in error["detail"]
    direct = api.post(
        "accounting/invoices/",
        shop.draft({"product": shop.chair.pk, "quantity": "1"}, moves_stock=False),
    )["data"]
    error = verb(api, "accounting/invoices", direct, "post", expect=409)["errors"][0]
    assert error["code"] == "credit_overdue"
    done = verb(api, "sales/orders", order, "confirm", {"reason": "He paid by cheque today"})["data"]
    assert done["credit_reason"] == "He paid by cheque today"
    shop.stock()
    delivery = verb(api, "sales/orders", done, "deliver", expect=201)["data"]
    verb(api, "sales/deliveries", delivery, "post")
    verb(api, "accounting/invoices", direct, "post", {"reason": "Agreed"})


@pytest.mark.parametrize(("policy", "overdue"), [("hold", 30), ("allow", 90)])
def test_dues_within_the_days_or_without_a_policy_stop_nothing(api, policy, overdue):
    shop = shop_with(policy, overdue=overdue)
    verb(api, "sales/orders", order_of(api, shop), "confirm")


def test_policy_warn_lets_pass_and_tells(api):
    order = order_of(api, shop_with("warn", overdue=40))
    done = verb(api, "sales/orders", order, "confirm")
    assert done["data"]["status"] == "confirmed"
    told = TimelineEntry.objects.filter(
        target_kind="sales.order", target_id=order["id"], verb="credit_warning"
    )
    assert told.count() == 1


def test_paid_dues_stop_nothing_any_more(api):
    shop = shop_with("hold", overdue=60)
    invoice = Invoice.objects.get(party=shop.customer)
    rows = [{"invoice": invoice, "amount": "100"}]
    make.receipt(company=shop.company, party=shop.customer, amount=100, allocations=rows)
    verb(api, "sales/orders", order_of(api, shop), "confirm")


def test_imported_invoices_ask_the_same(db):
    shop = shop_with("hold", overdue=31)
    invoice = Invoice(company=shop.company, party=shop.customer, date=company_today(), moves_stock=False)
    item = Batched(invoice, [InvoiceLine(product=shop.chair, quantity=Decimal(1))])
    invoice_prepare(item)
    with pytest.raises(Refused) as refused:
        invoices_post_many([item], by=None)
    assert refused.value.code == "credit_overdue"
