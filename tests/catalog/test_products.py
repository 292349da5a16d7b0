"""Products, barcodes, HSN, price history on the API and through the services."""

from __future__ import annotations

import pytest

from apps.catalog.models import PricePoint, Product, ProductBarcode
from tests.factories.catalog import make_product, tax_category, unit

pytestmark = pytest.mark.django_db

EAN = "8901030865275"


def body(**values):
    return {
        "code": "TEA-1",
        "name": "Assam tea 1 kg",
        "kind": "goods",
        "hsn": "0902",
        "unit": unit("KGS").pk,
        "tax_category": tax_category("GST5").pk,
        "sale_price": "450",
        **values,
    }


def test_clerk_enters_a_product_with_barcodes_and_finds_it_by_one(api):
    made = api.post("catalog/products/", body(barcodes=[EAN], purchase_price="300.5"))["data"]
    assert (made["kind"], made["sale_price"], made["barcodes"]) == ("goods", "450.000000", [EAN])
    assert made["purchase_price"] == "300.500000"
    assert [row["code"] for row in api.get("catalog/products/", search=EAN[:9])["data"]] == ["TEA-1"]
    assert [row["code"] for row in api.get("catalog/products/", barcode=EAN)["data"]] == ["TEA-1"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hsn": "123"}, "hsn"),
        ({"hsn": "12AB"}, "hsn"),
        ({"kind": "service", "hsn": "8471"}, "hsn"),
        ({"barcodes": ["8901030865276"]}, "barcodes"),
        ({"barcodes": [EAN, EAN]}, "barcodes"),
        ({"sale_price": "-1"}, "sale_price"),
        ({"tracking": "magic"}, "tracking"),
        ({"unit": 999999}, "unit"),
        ({"min_stock": "5", "max_stock": "4"}, ""),
    ],
)
def test_clerk_is_told_which_field_is_wrong(api, values, field):
    answer = api.post("catalog/products/", body(**values), 400)
    assert field in {error["field"].split(".")[0] for error in answer["errors"]}
    assert not Product.objects.exists()


def test_barcode_belongs_to_one_product(api):
    api.post("catalog/products/", body(barcodes=[EAN]))
    answer = api.post("catalog/products/", body(code="TEA-2", barcodes=[EAN]), 400)
    assert answer["errors"][0]["field"] == "barcodes"
    assert ProductBarcode.objects.count() == 1


def test_change_of_barcodes_frees_the_old_one(api):
    made = api.post("catalog/products/", body(barcodes=[EAN]))["data"]
    api.patch(f"catalog/products/{made['id']}/", {"barcodes": ["LABEL-7"], "version": made["version"]})
    assert list(ProductBarcode.objects.values_list("code", flat=True)) == ["LABEL-7"]
    api.post("catalog/products/", body(code="TEA-2", barcodes=[EAN]))


def test_manager_reads_the_history_of_prices(api):
    made = api.post("catalog/products/", body())["data"]
    api.patch(f"catalog/products/{made['id']}/", {"sale_price": "480", "version": made["version"]})
    rows = api.get("catalog/price-history/", product=made["id"])["data"]
    assert [(row["price_kind"], row["unit_price"], row["previous"]) for row in rows] == [
        ("sale", "480.000000", "450.000000"),
        ("sale", "450.000000", None),
    ]
    assert rows[0]["actor_label"]


def test_price_history_is_never_changed():
    from django.db import DatabaseError, transaction

    point = PricePoint.objects.get(product=make_product())
    with pytest.raises(DatabaseError), transaction.atomic():
        PricePoint.objects.filter(pk=point.pk).untracked_update(unit_price=1)


def test_salesman_sees_no_cost(api_as, user_with):
    product = make_product(purchase_price=60, sale_price=100)
    api = api_as(user_with("catalog.view_product", "catalog.view_pricepoint"))
    row = api.get(f"catalog/products/{product.pk}/")["data"]
    assert "purchase_price" not in row
    assert "standard_cost" not in row
    kinds = {item["price_kind"] for item in api.get("catalog/price-history/")["data"]}
    assert kinds == {"sale"}


def test_list_of_products_costs_the_same_for_many(api, django_assert_max_num_queries):
    for _ in range(30):
        make_product()
    with django_assert_max_num_queries(12):
        assert len(api.get("catalog/products/", per_page=200)["data"]) == 30
