"""Stock statement, valuation and item ledger: worked out by hand, equal to the account on every day."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, goods, issue, make_place, place, receive, stock_company
from tests.kit import pdf

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def trade():
    """10 @ 10 come in, 4 go to the shop, 3 are sold there; later 10 @ 20 dated the day before all."""
    company = stock_company()
    make_place(company, "SHOP")
    product = make_product("RICE")
    receive(company, product, 10, 10)
    goods(company, product, 4, "MAIN", "SHOP", day=DAY + timedelta(1))
    goods(company, product, 3, "SHOP", "CUSTOMER", day=DAY + timedelta(2))
    receive(company, product, 10, 20, day=DAY - timedelta(1))
    return company, product


def report(api, key, company, expect=200, **params):
    return api.get(f"inventory/reports/{key}/", expect, company=company.pk, **params)


def test_statement_goes_from_opening_to_closing(api, trade):
    company, _product = trade
    given = {"from": DAY.isoformat(), "to": (DAY + timedelta(2)).isoformat()}
    data = report(api, "stock-statement", company, **given)["data"]
    row = data["rows"][0]
    assert [row[key] for key in ("opening", "in", "out", "closing")] == [
        f"{n}.000000" for n in (10, 10, 3, 17)
    ]
    assert [row[key] for key in ("opening_value", "in_value", "out_value", "revalued", "closing_value")] == [
        "200.00", "100.00", "30.00", "0.00", "270.00",
    ]  # fmt: skip
    assert data["balanced"]
    today = report(api, "stock-statement", company, **{"from": DAY.isoformat()})["data"]
    assert today["rows"][0]["revalued"] == "-15.00"
    assert today["rows"][0]["closing_value"] == "255.00"
    assert today["balanced"]


def test_valuation_equals_the_account_on_every_day(api, trade):
    company, _product = trade
    values = []
    for days in range(-2, 4):
        data = report(api, "stock-valuation", company, on=(DAY + timedelta(days)).isoformat())["data"]
        assert data["balanced"], data["checks"]
        values.append(data["totals"]["value"])
    assert values == ["0.00", "200.00", "300.00", "300.00", "270.00", "270.00"]
    today = report(api, "stock-valuation", company)["data"]
    assert today["totals"]["value"] == "255.00"
    assert [(row["place"], row["quantity"], row["value"]) for row in today["rows"][:-1]] == [
        ("Main warehouse", "16.000000", "240.00"),
        ("SHOP", "1.000000", "15.00"),
    ]


def test_item_ledger_of_a_place_opens_and_runs(api, trade):
    company, product = trade
    shop = place(company, "SHOP")
    given = {"product": product.pk, "place": shop.pk, "from": (DAY + timedelta(2)).isoformat()}
    data = report(api, "item-ledger", company, **given)["data"]
    assert [D(row["balance"]) for row in data["rows"]] == [4, 1, 1, 1]
    assert data["rows"][-1]["balance_value"] == "15.00"
    part = report(api, "item-ledger", company, limit=1, **given)["data"]
    assert part["next"] == "1"
    rest = report(api, "item-ledger", company, cursor=part["next"], **given)["data"]
    assert len(rest["rows"]) == 2
    assert (
        report(api, "item-ledger", company, 400, **{**given, "cursor": "x"})["errors"][0]["field"] == "cursor"
    )


def test_reports_are_files_too(api, trade):
    company, _product = trade
    content = report(api, "stock-valuation", company, format="xlsx")
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
    assert "RICE" in cells
    assert 240 in cells
    content = report(api, "stock-statement", company, format="pdf")
    text = pdf.texts(content)[0]
    assert "RICE" in text
    assert "255.00" in text


def test_values_stay_hidden_without_the_right_to_see_cost(api_as, user_with, trade):
    company, product = trade
    api = api_as(user_with("inventory.view_stockrow", "inventory.view_stockmove"))
    report(api, "stock-valuation", company, 403)
    row = report(api, "stock-statement", company)["data"]["rows"][0]
    assert "closing" in row
    assert not {"closing_value", "in_value", "revalued"} & set(row)
    row = report(api, "item-ledger", company, product=product.pk)["data"]["rows"][1]
    assert not {"unit_cost", "value", "balance_value"} & set(row)


def test_storekeeper_opens_the_pages_and_lists(administrator, trade):
    company, product = trade
    administrator.is_staff = True
    administrator.save()
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    for key in ("stock-statement", "stock-valuation", "item-ledger"):
        page = client.get(f"/data/reports/inventory/{key}/", {"company": company.pk, "product": product.pk})
        assert page.status_code in (200, 400), key
    page = client.get("/data/reports/inventory/stock-valuation/", {"company": company.pk}).content.decode()
    assert "RICE" in page
    assert "255.00" in page
    for name in (
        "inventory/inward", "inventory/stockrow", "inventory/stockmove", "inventory/place", "inventory/batch",
        "inventory/serial", "inventory/reservation", "catalog/product", "catalog/unit", "catalog/taxcategory",
        "catalog/pricelist", "catalog/pricepoint", "catalog/unitconversion", "catalog/category",
        "catalog/brand", "dimensions/costcentre", "dimensions/project",
    ):  # fmt: skip
        assert client.get(f"/admin/{name}/").status_code == 200, name
    for name in (
        "inventory/inward",
        "inventory/place",
        "catalog/product",
        "catalog/pricelist",
        "catalog/taxcategory",
    ):
        assert client.get(f"/admin/{name}/add/").status_code == 200, name
    assert client.get(f"/admin/catalog/product/{product.pk}/change/").status_code == 200
    assert issue(company, product, 1)
