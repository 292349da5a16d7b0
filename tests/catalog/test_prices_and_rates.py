"""Dated tax rates, price lists with breaks, unit conversion, the price list of a party."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.models import PriceList, UnitConversion
from apps.catalog.selectors import price_for, prices_for, tax_rates_on, unit_factor, unit_factors
from apps.core.errors import InvalidInput
from tests.factories.catalog import make_price_list, make_product, tax_category, unit

pytestmark = pytest.mark.django_db
D = Decimal
DAY = date(2026, 11, 21)


@pytest.fixture
def party():
    from apps.parties.models import Party

    return Party.objects.create(legal_name="Buyer", display_name="Buyer")


@pytest.mark.parametrize(
    ("code", "day", "rate"),
    [
        ("GST12-5", date(2025, 9, 21), "12"),
        ("GST12-5", date(2025, 9, 22), "5"),
        ("GST28-18", date(2025, 9, 22), "18"),
        ("GST28-40", date(2026, 1, 1), "40"),
        ("TOBACCO", date(2026, 1, 31), "28"),
        ("TOBACCO", date(2026, 2, 1), "40"),
        ("GST18", date(2018, 1, 1), "18"),
    ],
)
def test_rate_of_the_day_holds(code, day, rate):
    category = tax_category(code)
    assert tax_rates_on([category.pk], day)[category.pk].gst_rate == D(rate)


def test_rates_of_many_categories_are_one_query(django_assert_num_queries):
    ids = [tax_category(code).pk for code in ("GST5", "GST18", "EXEMPT", "GST40")]
    with django_assert_num_queries(1):
        found = tax_rates_on(ids, date(2025, 1, 1))
    assert set(found) == set(ids[:3])  # 40 % did not exist then


def test_clerk_keeps_dated_rates_on_the_api(api):
    body = {
        "code": "CEMENT",
        "name": "Cement",
        "rates": [
            {"from": "2017-07-01", "gst_rate": "28"},
            {"from": "2025-09-22", "gst_rate": "18", "cess_rate": "0", "cess_per_unit": "0"},
        ],
    }
    made = api.post("catalog/tax-categories/", body)["data"]
    assert [(r["from"], r["gst_rate"]) for r in made["rates"]] == [
        ("2017-07-01", "28.000"),
        ("2025-09-22", "18.000"),
    ]
    bad = {**body, "code": "BAD", "rates": [{"from": "2017-07-01", "gst_rate": "-1"}]}
    assert api.post("catalog/tax-categories/", bad, 400)["errors"][0]["field"] == "rates.0.gst_rate"


def test_units_convert_both_ways_and_the_products_own_goes_first():
    product = make_product(unit="PCS")
    assert unit_factor(product, unit("DOZ")) == 12
    assert unit_factor(product, None) == unit_factor(product, unit("PCS")) == 1
    UnitConversion.objects.create(product=product, from_unit=unit("DOZ"), to_unit=unit("PCS"), factor=10)
    assert unit_factor(product, unit("DOZ")) == 10
    grams = make_product(unit="KGS")
    assert unit_factor(grams, unit("GMS")) == D("0.001")


def test_unit_without_conversion_names_the_line():
    first, second = make_product(unit="PCS"), make_product(unit="KGS")
    with pytest.raises(InvalidInput) as refusal:
        unit_factors([(first, unit("DOZ")), (second, unit("DOZ"))])
    assert refusal.value.field == "lines.1.unit"


def test_price_comes_from_the_partys_list_by_quantity_and_says_why(party):
    product = make_product(sale_price=100)
    everybody = make_price_list("ALL", {product: [(0, 95)]}, is_default=True)
    own = make_price_list("DEALER", {product: [(0, 90), (10, 85), (100, 80)]})
    inr = own.currency
    ask = {"currency": inr, "day": DAY}
    assert price_for(product, party=None, quantity=D(1), **ask).unit_price == 95
    assert price_for(product, party=None, quantity=D(1), **ask).price_list == everybody
    from apps.catalog.services.products import party_price_list_set

    party_price_list_set(party, own)
    answers = prices_for([(product, D(q)) for q in ("9.99", "10", "500")], party=party, **ask)
    assert [answer.unit_price for answer in answers] == [90, 85, 80]
    assert answers[1].why == "Price list DEALER, from 10 NOS"


def test_list_out_of_its_period_or_currency_gives_no_price(party):
    from apps.company.models import Currency, CurrencyRate

    product = make_product(sale_price=70)
    price_list = make_price_list("OLD", {product: [(0, 60)]}, is_default=True, valid_to=date(2026, 3, 31))
    ask = {"party": party, "quantity": D(1)}
    assert price_for(product, currency=price_list.currency, day=date(2026, 3, 31), **ask).unit_price == 60
    late = price_for(product, currency=price_list.currency, day=DAY, **ask)
    assert (late.unit_price, late.why) == (70, "Sale price of the product")
    company = type("Books", (), {"currency_id": price_list.currency_id})()
    pounds = Currency.objects.get(code="GBP")
    none = price_for(product, currency=pounds, day=DAY, company=company, **ask)
    assert none.unit_price is None
    CurrencyRate.objects.create(currency=pounds, date=date(2026, 1, 1), rate=D("105"))
    assert price_for(product, currency=pounds, day=DAY, company=company, **ask).unit_price == D("0.666667")


def test_prices_of_many_lines_cost_three_queries(django_assert_max_num_queries, party):
    products = [make_product() for _ in range(40)]
    price_list = make_price_list("MANY", {p: [(0, 1), (5, 2)] for p in products}, is_default=True)
    with django_assert_max_num_queries(3):
        answers = prices_for(
            [(p, D(7)) for p in products], party=party, currency=price_list.currency, day=DAY
        )
    assert {answer.unit_price for answer in answers} == {2}


def test_party_shows_and_takes_its_price_list(api, party):
    product = make_product()
    price_list = make_price_list("VIP", {product: [(0, 1)]})
    path = f"parties/parties/{party.pk}/"
    row = api.get(path)["data"]
    assert row["price_list"] is None
    api.patch(path, {"price_list": price_list.pk, "version": row["version"]})
    row = api.get(path)["data"]
    assert row["price_list"] == price_list.pk
    answer = api.patch(path, {"price_list": 10**6, "version": row["version"]}, 400)
    assert answer["errors"][0]["field"] == "price_list"
    api.patch(path, {"price_list": None, "version": row["version"]})
    assert api.get(path)["data"]["price_list"] is None


def test_clerk_keeps_a_price_list_with_breaks(api):
    product = make_product()
    inr = PriceList._meta.get_field("currency").related_model.objects.get(code="INR")
    body = {
        "code": "RETAIL",
        "name": "Retail",
        "currency": inr.pk,
        "items": [
            {"product": product.pk, "unit_price": "10"},
            {"product": product.pk, "min_quantity": "12", "unit_price": "9"},
        ],
    }
    made = api.post("catalog/price-lists/", body)["data"]
    assert [item["unit_price"] for item in made["items"]] == ["10.000000", "9.000000"]
    double = {**body, "code": "R2", "items": [body["items"][0], body["items"][0]]}
    answer = api.post("catalog/price-lists/", double, 400)
    assert answer["errors"][0]["code"] == "duplicate"


def test_cost_centre_is_never_part_of_itself(api):
    top = api.post("dimensions/cost-centres/", {"code": "A", "name": "A"})["data"]
    low = api.post("dimensions/cost-centres/", {"code": "B", "name": "B", "parent": top["id"]})["data"]
    answer = api.patch(
        f"dimensions/cost-centres/{top['id']}/", {"parent": low["id"], "version": top["version"]}, 400
    )
    assert answer["errors"][0]["field"] == "parent"
