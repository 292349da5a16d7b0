"""Ageing on any day: edges, partial payment, undone allocation, control account, what a user may see."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.accounting.models import Account
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(_open_years)


def _open_years():
    company = make.company()
    for day in (TODAY, date(2026, 1, 1)):
        fiscal_year_open(company=company, day=day)
    return company


def ageing(api, company, key="receivables-ageing", **params):
    return api.get(f"accounting/reports/{key}/", company=company.pk, **params)["data"]


def filled(row):
    names = ("not_due", "1-30", "31-60", "61-90", "91+")
    return {name: Decimal(row[name]) for name in names if Decimal(row.get(name, 0))}


@pytest.mark.parametrize(
    ("late", "bucket"),
    [(0, "not_due"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (90, "61-90"), (91, "91+")],
)
def test_day_30_is_in_the_first_bucket_and_day_31_in_the_second(api, books, late, bucket):
    """C32: the edges of the buckets."""
    due = TODAY - timedelta(days=late)
    make.invoice(company=books, party=make.customer(), date=due, due_date=due, moves_stock=False, post=True)
    data = ageing(api, books, on=TODAY.isoformat())
    assert filled(data["rows"][0]) == {bucket: Decimal("118.00")}
    assert data["balanced"] is True
    assert data["totals"]["total"] == "118.00"


def test_what_was_open_on_a_past_day_comes_back(api, books):
    party = make.customer()
    day = TODAY - timedelta(days=40)
    invoice = make.invoice(company=books, party=party, date=day, due_date=day, moves_stock=False, post=True)
    receipt = make.receipt(
        company=books,
        party=party,
        amount=50,
        date=TODAY - timedelta(days=10),
        allocations=[{"invoice": invoice, "amount": "50"}],
    )
    assert receipt.status == "posted"
    expected = {day - timedelta(days=1): None, TODAY - timedelta(days=11): "118.00", TODAY: "68.00"}
    for on, total in expected.items():
        data = ageing(api, books, on=on.isoformat())
        assert data["balanced"] is True
        assert (data["rows"][0]["total"] if data["rows"] else None) == total
    data = ageing(api, books, on=TODAY.isoformat(), party=party.pk)
    assert [row.get("number") for row in data["rows"][:-1]] == [invoice.number]
    assert data["rows"][0]["days"] == 40
    data = ageing(api, books, on=TODAY.isoformat(), buckets="15,45", by="date")
    assert data["buckets"] == ["not_due", "1-15", "16-45", "46+"]
    assert data["rows"][0]["16-45"] == "68.00"
    assert_balanced()
    assert_subledger_equals_control(books)


def test_payables_are_positive_and_equal_the_creditors(api, books):
    lines = [{"product": make.product(), "unit_price": "100"}]
    make.bill(company=books, party=make.vendor(), date=TODAY, due_date=TODAY, lines=lines, post=True)
    data = ageing(api, books, "payables-ageing", on=(TODAY + timedelta(days=5)).isoformat())
    assert filled(data["rows"][0]) == {"1-30": Decimal("118.00")}
    assert data["balanced"] is True


def test_a_manager_of_some_customers_sees_the_sum_of_those(api_as, user_with, books):
    """C35: a restricted user gets the sum of what he may see."""
    manager = user_with("accounting.view_ageing", level="all", levels={"parties.party": "own"})
    mine, other = make.customer(salesperson=manager), make.customer()
    for party in (mine, other):
        make.invoice(company=books, party=party, date=TODAY, due_date=TODAY, moves_stock=False, post=True)
    data = ageing(api_as(manager), books, on=TODAY.isoformat())
    assert [row["party"] for row in data["rows"]] == [mine.pk, None]
    assert data["totals"]["total"] == "118.00"
    api_as(manager).get("accounting/reports/trial-balance/", 403, company=books.pk)
    api_as(manager).get("accounting/reports/receivables-ageing/", 400, company=books.pk, party=other.pk)


def test_a_voucher_on_debtors_enters_the_sub_ledger(api, books):
    """C30: what an accountant books on a customer by hand is open in ageing as well."""
    party = make.customer()
    lines = [
        {"account": Account.objects.get(company=books, code="1410").pk, "party": party.pk, "debit": "75.00"},
        {"account": Account.objects.get(company=books, code="4240").pk, "credit": "75.00"},
    ]
    body = {"company": books.pk, "date": company_today().isoformat(), "lines": lines}
    made = api.post("accounting/vouchers/", body)["data"]
    api.post(f"accounting/vouchers/{made['id']}/post/", {}, 200)
    data = ageing(api, books)
    assert (data["totals"]["total"], data["balanced"]) == ("75.00", True)
    api.post(f"accounting/vouchers/{made['id']}/reverse/", {}, 200)
    assert ageing(api, books)["rows"] == []
    assert_balanced()
    assert_subledger_equals_control(books)
