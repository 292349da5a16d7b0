"""Statements of several companies together: what they owe and sell each other is taken out, and shown."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from apps.accounting.ledger import Posting, account_for, post
from apps.company.models import CompanyAccess
from apps.company.selectors import company_today
from apps.parties.selectors import parties_of_companies
from tests.factories import invoicing as make
from tests.factories.accounting import line
from tests.factories.accounts import make_user
from tests.factories.company import make_company
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
D = Decimal
FABRIC = "27AABCU9603R1ZN"


@pytest.fixture
def group(books):
    """The company of the books, which sells, and one that buys; a party stands for each."""
    buyer = make.company(code="BUYER", gstin="")
    as_customer = make.customer("The buyer", own_company=buyer)
    as_vendor = make.vendor("The seller", gstin="", tax_treatment="unregistered", own_company=books)
    return books, buyer, as_customer, as_vendor


def report(api, key, company, **params):
    return api.get(f"accounting/reports/{key}/", 200, company=company.pk, group="true", **params)["data"]


def row_of(data, company, role):
    account = account_for(company, role)
    key = "code" if "code" in data["rows"][0] else "label"
    return next(row for row in data["rows"] if str(row.get(key, "")).split(" ")[0] == account.code)


def differs(data):
    names = [row for row in data["rows"] if "Differs" in str(row.get("name") or row.get("label"))]
    return {
        key: row["eliminated"] for row in names for key in [(row.get("name") or row["label"]).split(": ")[1]]
    }


def sold(group, amount="1000", bought=None):
    """Sold within the group without tax, and as the buyer booked it (None: not yet)."""
    seller, buyer, as_customer, as_vendor = group
    booked(seller, as_customer, ("receivable", amount), ("sales_service", f"-{amount}"))
    if bought is not None:
        booked(buyer, as_vendor, ("payable", f"-{bought}"), ("expense", bought))


def booked(company, party, *pairs, day=None):
    """An entry whose first line names the party."""
    lines = [
        line(company, role, base, **({} if n else {"party_id": party.pk}))
        for n, (role, base) in enumerate(pairs)
    ]
    entry = Posting(
        company=company, journal="general", date=day or company_today(), purpose="t",
        source=("tests.group", next(_source)), lines=lines,
    )  # fmt: skip
    post([entry], by=None)


_source = count(1)


def test_what_companies_owe_and_sold_each_other_is_taken_out_of_all_three_statements(api, group):
    seller, buyer, *_ = group
    sold(group, "1000", "1000")
    booked(seller, make.customer("Somebody else"), ("receivable", "500"), ("sales_service", "-500"))

    trial = report(api, "trial-balance", seller)
    owed = row_of(trial, seller, "receivable")
    assert (owed["closing_debit"], owed["eliminated"], owed["group"]) == ("1500.00", "-1000.00", "500.00")
    owing = row_of(trial, buyer, "payable")
    assert (owing["closing_credit"], owing["eliminated"], owing["group"]) == ("1000.00", "1000.00", "0.00")
    assert (trial["totals"]["eliminated"], trial["totals"]["group"], trial["balanced"]) == (
        "0.00",
        "0.00",
        True,
    )
    assert not differs(trial)

    result = report(api, "profit-and-loss", seller)
    income = row_of(result, seller, "sales_service")
    assert (income["combined"], income["eliminated"], income["amount"]) == ("1500.00", "-1000.00", "500.00")
    assert row_of(result, buyer, "expense")["amount"] == "0.00"
    assert (result["totals"]["net_profit"], result["totals"]["revenue"]) == ("500.00", "500.00")
    assert result["balanced"] is True

    sheet = report(api, "balance-sheet", seller)
    assert row_of(sheet, seller, "receivable")["amount"] == "500.00"
    assert row_of(sheet, buyer, "payable")["amount"] == "0.00"
    assert (sheet["totals"]["assets"], sheet["balanced"]) == ("500.00", True)


def test_statement_of_one_company_takes_nothing_out(api, group):
    seller, *_ = group
    sold(group, "1000", "1000")
    data = api.get("accounting/reports/balance-sheet/", 200, company=seller.pk)["data"]
    assert data["totals"]["assets"] == "1000.00"
    assert [column["key"] for column in data["columns"]] == ["label", "amount"]


@pytest.mark.parametrize(("bought", "apart"), [(None, "1000.00"), ("900", "100.00"), ("1300", "-300.00")])
def test_where_the_two_sides_differ_the_difference_is_shown(api, group, bought, apart):
    seller, *_ = group
    sold(group, "1000", bought)
    trial = report(api, "trial-balance", seller)
    assert differs(trial) == {"balances": apart, "income and costs": format(-D(apart), ".2f")}
    assert trial["totals"]["group"] == "0.00"
    assert [check["passed"] for check in trial["checks"]] == [True, True, True, False, False]
    assert trial["balanced"] is False

    result = report(api, "profit-and-loss", seller)
    assert result["totals"]["net_profit"] == format(1000 - D(bought or 0), ".2f"), (
        "as both books say together"
    )
    assert differs(result) == {"income and costs": apart}
    sheet = report(api, "balance-sheet", seller)
    assert D(sheet["totals"]["assets"]) == D(sheet["totals"]["equity_and_liabilities"])
    assert [check["passed"] for check in sheet["checks"]] == [True, True, False]
    assert differs(sheet) == {"balances": format(abs(D(apart)), ".2f")}


def test_invoice_and_bill_of_goods_between_two_companies_agree(api, group):
    """The state's tax stays; goods that lie in the buyer's stock come off the cost of goods sold."""
    seller, buyer, as_customer, as_vendor = group
    as_vendor.own_company = None
    as_vendor.save()
    maker = make.vendor("Maker", gstin=seller.gstin)
    goods = make.product(sale_price=D(1000), purchase_price=D(1000))
    make.invoice(company=seller, party=as_customer, lines=[{"product": goods}], post=True)
    make.bill(company=buyer, party=maker, lines=[{"product": goods}], post=True)
    result = report(api, "profit-and-loss", seller)
    assert result["balanced"] is True
    assert row_of(result, seller, "sales")["amount"] == "0.00"
    assert row_of(result, buyer, "cost_of_sales")["eliminated"] == "-1000.00"
    trial = report(api, "trial-balance", seller)
    assert row_of(trial, seller, "cgst_output")["eliminated"] == "0.00"
    assert row_of(trial, buyer, "gst_not_creditable")["group"] == "180.00", "the buyer has no GSTIN"
    assert row_of(trial, seller, "receivable")["group"] == "0.00"
    assert trial["totals"]["eliminated"] == "0.00"


def test_payment_between_companies_leaves_the_banks_charge_where_it_is(api, group):
    seller, _buyer, as_customer, _vendor = group
    sold(group, "1000", "1000")
    booked(seller, as_customer, ("receivable", "-1000"), ("bank", "990"), ("bank_charges", "10"))
    result = report(api, "profit-and-loss", seller)
    assert row_of(result, seller, "bank_charges")["amount"] == "10.00"
    assert result["totals"]["net_profit"] == "-10.00"
    assert differs(report(api, "balance-sheet", seller)) == {"balances": "1000.00"}, "the buyer still owes it"


def test_year_before_stands_beside_it_without_what_was_between_them_then(api, group):
    seller, buyer, as_customer, as_vendor = group
    past = company_today() - timedelta(days=365)
    booked(seller, as_customer, ("receivable", "70"), ("sales", "-70"), day=past)
    booked(buyer, as_vendor, ("payable", "-70"), ("expense", "70"), day=past)
    sheet = report(api, "balance-sheet", seller, compare="previous_year")
    assert row_of(sheet, seller, "receivable")["compared"] == "0.00"
    sold(group, "5", "5")
    result = report(api, "profit-and-loss", seller, compare="previous_year")
    assert row_of(result, buyer, "expense")["compared"] == "0.00"
    assert result["totals"]["revenue"] == "0.00"


def test_report_between_the_companies_names_what_each_books_of_the_other(api, group):
    seller, *_ = group
    sold(group, "1000", "900")
    data = api.get("accounting/reports/between-companies/", 200, company=seller.pk)["data"]
    heads = [row for row in data["rows"] if row["row"] == "strong"]
    assert [(row["one"], row["other"], row["difference"]) for row in heads] in (
        [("1000.00", "-900.00", "100.00"), ("-1000.00", "900.00", "-100.00")],
        [("-900.00", "1000.00", "100.00"), ("900.00", "-1000.00", "-100.00")],
    )
    assert data["totals"] == {"balances": "100.00", "results": "-100.00"}
    assert data["balanced"] is False


def test_the_page_of_nothing_between_the_companies_says_what_is_missing(books):
    browser = Client(HTTP_HOST="acme.localhost")
    person = make_user("accounting.view_reports", is_staff=True)
    browser.force_login(person, backend="apps.accounts.backends.RoleBackend")
    page = browser.get("/data/reports/accounting/between-companies/", {"company": books.pk})
    text = page.content.decode()
    assert "Nothing was posted here" in text
    assert "No party stands for another company of the group" in text


def test_who_sees_one_company_only_gets_it_whole(group):
    seller, *_ = group
    sold(group, "1000", "1000")
    person = make_user("accounting.view_reports")
    CompanyAccess.objects.create(user=person, company=seller)
    data = report(ApiClient(person), "balance-sheet", seller)
    assert data["totals"]["assets"] == "1000.00"


def test_sheet_for_the_auditor_has_the_columns_and_says_what_was_taken_out(api, group):
    seller, *_ = group
    sold(group, "1000", "1000")
    path = "accounting/reports/balance-sheet/export/"
    content = api.get(path, company=seller.pk, group="true", format="xlsx")
    cells = [cell.value for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
    assert {"Together", "Taken out"} <= set(cells)
    assert any("The buyer = " in str(cell) for cell in cells)


def test_party_stands_for_a_company_by_gstin_or_by_a_pan_that_one_company_alone_has(db):
    one = make_company(code="PANA", gstin=FABRIC)
    same_pan = make.customer("By PAN", pan=FABRIC[2:12])
    by_gstin = make.vendor("By GSTIN", gstin=FABRIC)
    other = make.customer("Somebody", pan="AAACC1206D")
    found = parties_of_companies()
    assert (found[same_pan.pk], found[by_gstin.pk]) == (one.pk, one.pk)
    assert other.pk not in found
    make_company(code="PANB", pan=FABRIC[2:12])
    assert same_pan.pk not in parties_of_companies(), "of two branches nobody knows which"


def test_one_party_stands_for_a_company_and_not_one_with_another_pan(api, group):
    _seller, buyer, *_ = group
    other = make.customer("Other", pan="AAACC1206D")
    body = {"own_company": buyer.pk, "version": other.version}
    answer = api.patch(f"parties/parties/{other.pk}/", body, 400)
    assert answer["errors"][0]["field"] == "own_company"
    other.own_company = buyer
    with pytest.raises(IntegrityError, match="parties_own_company_once"), transaction.atomic():
        other.save()
    alone = make_company(code="ALONE", pan="AAGCB7383J")
    answer = api.patch(f"parties/parties/{other.pk}/", {**body, "own_company": alone.pk}, 400)
    assert [error["field"] for error in answer["errors"]] == ["own_company"]
    alone.pan = ""
    alone.save()
    assert api.patch(f"parties/parties/{other.pk}/", {**body, "own_company": alone.pk})["data"]["own_company"]


def test_who_may_not_say_it_is_refused_by_the_name_of_the_field(group):
    _seller, _buyer, as_customer, _vendor = group
    clerk = make_user("parties.view_party", "parties.change_party", level="all")
    answer = ApiClient(clerk).patch(
        f"parties/parties/{as_customer.pk}/", {"own_company": None, "version": as_customer.version}, 403
    )
    assert answer["errors"][0]["field"] == "own_company"
