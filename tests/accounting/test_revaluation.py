"""Unrealised exchange differences, and items of one party set against each other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.accounting.models import JournalEntry
from apps.accounting.payments.revaluation import revaluation_post, revaluation_preview
from apps.company.models import CurrencyRate
from apps.company.selectors import company_today
from apps.core.errors import Refused
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal
YEAR_END = date(2026, 3, 31)


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(_dollar_trade)


def _dollar_trade():
    """USD 200 at 80 invoiced, USD 120 received at 82, before the year's end; a bill of USD 50 at 79."""
    books = make.company(lut_number="LUT")
    make.rate("USD", "80", date(2026, 1, 1))
    party = make.customer(tax_treatment="export", currency=make.currency("USD"))
    lines = [{"product": make.product(), "unit_price": "200"}]
    invoice = make.invoice(company=books, party=party, lines=lines, date=date(2026, 2, 10), post=True)
    plan = [{"invoice": invoice, "amount": "120"}]
    day = date(2026, 3, 5)
    make.receipt(company=books, party=party, amount=120, exchange_rate="82", date=day, allocations=plan)
    make.receipt(company=books, party=party, amount=80, exchange_rate="83", date=company_today())
    return books


def test_year_end_gain_of_80_is_reversed_on_day_one(books, administrator):
    """C6: USD 80 open, booked at 80, worth 81 at the year's end."""
    dollar = make.currency("USD").pk
    seen = revaluation_preview(company=books, day=YEAR_END, rates={dollar: D(81)})
    assert [(row.open_amount, row.booked, row.gain) for row in seen.rows] == [(D(80), D(6400), D(80))]
    made = revaluation_post(company=books, day=YEAR_END, rates={dollar: D(81)}, by=administrator)
    assert entry_lines(None, made.entry) == {"fx_revaluation": D(80), "fx_gain_loss": D(-80)}
    assert (made.entry.date, made.reversal.date) == (YEAR_END, YEAR_END + timedelta(days=1))
    again = revaluation_post(company=books, day=YEAR_END, rates={dollar: D(81)}, by=administrator)
    assert (again.entry.pk, again.reversal.pk) == (made.entry.pk, made.reversal.pk)
    assert JournalEntry.objects.filter(purpose__contains="revaluation").count() == 2
    assert_balanced()
    assert_subledger_equals_control(books)


def test_payables_in_foreign_currency_lose_when_the_rate_rises(administrator):
    books = make.company()
    make.rate("USD", "80", date(2026, 1, 2))
    vendor = make.vendor(gstin="", tax_treatment="export", currency=make.currency("USD"))
    lines = [{"product": make.product(product_kind="service"), "unit_price": "50"}]
    bill = make.bill(company=books, party=vendor, lines=lines, date=date(2026, 3, 1), post=True)
    assert bill.base_total == D(4000)
    made = revaluation_post(
        company=books, day=YEAR_END, rates={make.currency("USD").pk: D(82)}, by=administrator
    )
    assert made.total == D(-100)
    with pytest.raises(Refused):
        revaluation_post(company=make.company(), day=YEAR_END, by=administrator)


def test_revaluation_over_the_api(api, api_as, user_with, books):
    path = "accounting/revaluations/"
    seen = api.get(path, company=books.pk, on="2026-03-31")["data"]
    assert (seen["total"], seen["entry"]) == ("0.00", None)
    body = {"company": books.pk, "on": "2026-03-31", "rates": {"USD": "81"}}
    assert api.post(path, body)["data"]["total"] == "80.00"
    for wrong, field in (
        ({"on": "x"}, "on"), ({"company": "x"}, "company"), ({"rates": {"XXX": "1"}}, "rates.XXX"),
        ({"rates": {"USD": "0"}}, "rates.USD"), ({"rates": [1]}, "rates"), ({"colour": 1}, "colour"),
    ):  # fmt: skip
        assert api.post(path, {**body, **wrong}, 400)["errors"][0]["field"] == field
    api_as(user_with("accounting.view_openitem")).post(path, body, 403)
    CurrencyRate.objects.all().delete()
    assert api.get(path, 400, company=books.pk, on="2026-03-31")["errors"][0]["field"] == "rates.USD"


def test_customer_who_is_a_vendor_is_set_off(api, api_as, user_with):
    books = make.company(round_to_rupee=False)
    both = make.customer(gstin=make.GSTIN_27, is_vendor=True)
    invoice = make.invoice(company=books, party=both, post=True)
    bill = make.bill(company=books, party=both, post=True, lines=[
        {"product": make.product(product_kind="service"), "unit_price": "50"}
    ])  # fmt: skip
    path = f"accounting/open-items/{invoice.open_item_id}/set-against/"
    body = {"item": bill.open_item_id}
    api_as(user_with("accounting.view_openitem")).post(path, body, 403)
    assert api.post(path, {**body, "amount": "60"}, 409)["errors"][0]["code"] == "over_allocation"
    assert api.post(path, {"item": invoice.open_item_id}, 400)["errors"][0]["field"] == "item"
    assert api.post(path, {"item": 10**9}, 400)["errors"][0]["field"] == "item"
    assert api.post(path, body, 200)["data"]["open_amount"] == "59.00"
    bill.refresh_from_db()
    assert bill.payment_status == "paid"
    assert_balanced()
    assert_subledger_equals_control(books)
