"""Inwards on the API: posting, cancelling, units, batches, serials, levels, item ledger, opening stock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounting.ledger import account_for
from apps.catalog.models import UnitConversion
from apps.core.errors import InvalidInput
from apps.inventory.models import Batch, Inward, Serial, StockMove, StockRow
from apps.inventory.services.inwards import opening_stock_post
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product, unit
from tests.factories.inventory import DAY, goods, issue, make_place, place, receive, stock_company
from tests.kit.clients import ApiClient
from tests.kit.ledger import assert_balanced, balance
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def standing_company(standing):
    return standing(stock_company)


def draft(api, company, *lines, expect=201, **values):
    body = {"company": company.pk, "date": DAY.isoformat(), "lines": list(lines), **values}
    return api.post("inventory/inwards/", body, expect)


def post(api, made, expect=200, verb="post", **data):
    return api.post(f"inventory/inwards/{made['data']['id']}/{verb}/", data, expect)


def test_storekeeper_receives_goods_and_sees_them(api, company):
    product = make_product(purchase_price=1)
    made = draft(api, company, {"product": product.pk, "quantity": "10", "unit_cost": "12.5"})
    assert (made["data"]["status"], made["data"]["total_value"]) == ("draft", "125.00")
    assert made["data"]["place"] == place(company).pk
    done = post(api, made)["data"]
    assert (done["status"], done["number"]) == ("posted", "GRN/26-27/0001")
    level = api.get("inventory/stock-levels/", product=product.pk, place=place(company).pk)["data"][0]
    assert (level["on_hand"], level["reserved"], level["available"], level["value"]) == (
        "10.000000", "0.000000", "10.000000", "125.00",
    )  # fmt: skip
    assert level["average_cost"] == "12.500000"
    shown = api.get(f"catalog/products/{product.pk}/")["data"]
    assert (shown["on_hand"], shown["average_cost"]) == ("10.000000", "12.500000")
    assert balance(account_for(company, "stock")) == 125
    bought = api.get("catalog/price-history/", product=product.pk, price_kind="purchase")["data"][0]
    assert (bought["unit_price"], bought["quantity"]) == ("12.500000", "10.000000")
    assert_stock_equals_ledger()
    assert_balanced()


def test_goods_without_a_rate_are_refused_until_somebody_gives_it_or_a_reason(api, company):
    product = make_product()
    made = draft(api, company, {"product": product.pk, "quantity": "10"})
    refused = post(api, made, 409)["errors"][0]
    assert (refused["field"], refused["code"]) == ("lines.0.unit_cost", "no_rate")
    assert product.code in refused["detail"]
    stores = make_user("documents.back_date", "inventory.view_inward", "inventory.post_inward")
    assert post(ApiClient(stores), made, 409, reason="Free samples")["errors"][0]["code"] == "no_rate"
    assert not StockMove.objects.exists()
    assert post(api, made, reason="Free samples")["data"]["total_value"] == "0.00"
    timeline = api.get("documents/timeline/", target=f"inventory.inward:{made['data']['id']}")["data"]
    assert any("Free samples" in str(entry) for entry in timeline)


def test_posted_inward_is_cancelled_by_reversal(api, company):
    product = make_product()
    made = draft(api, company, {"product": product.pk, "quantity": "10", "unit_cost": "12"})
    post(api, made)
    answer = api.patch(f"inventory/inwards/{made['data']['id']}/", {"reference": "x", "version": 2}, 409)
    assert answer["errors"][0]["code"] == "invalid_transition"
    assert post(api, made, verb="cancel", reason="wrong vendor")["data"]["status"] == "cancelled"
    assert StockMove.objects.count() == 2
    assert balance(account_for(company, "stock")) == balance(account_for(company, "cost_of_sales")) == 0
    post(api, made, verb="cancel", expect=409)
    assert_stock_equals_ledger()


def test_inward_whose_goods_went_out_is_not_cancelled(api, company):
    product = make_product()
    made = draft(api, company, {"product": product.pk, "quantity": "10", "unit_cost": "12"})
    post(api, made)
    issue(company, product, 4)
    answer = post(api, made, verb="cancel", expect=409)
    assert answer["errors"][0]["code"] == "insufficient_stock"
    assert api.get(f"inventory/inwards/{made['data']['id']}/")["data"]["status"] == "posted"


def test_boxes_come_in_as_pieces_and_the_factor_stays(api, company):
    """Field note C17."""
    product = make_product(unit="PCS", valuation_method="fifo")
    conversion = UnitConversion.objects.create(
        product=product, from_unit=unit("BOX"), to_unit=unit("PCS"), factor=12
    )
    line = {"product": product.pk, "quantity": "5", "unit": unit("BOX").pk, "unit_cost": "144"}
    made = draft(api, company, line)
    post(api, made)
    assert issue(company, product, 7).value == 84
    conversion.factor = 10
    conversion.save()
    shown = api.get(f"inventory/inwards/{made['data']['id']}/")["data"]["lines"][0]
    assert (D(shown["unit_factor"]), shown["base_quantity"]) == (12, "60.000000")
    assert StockRow.objects.get(product=product).quantity == 53
    assert_stock_equals_ledger()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "0"}, "lines.0.quantity"),
        ({"quantity": "-3"}, "lines.0.quantity"),
        ({"unit_cost": "-1"}, "lines.0.unit_cost"),
        ({"product": 10**9}, "lines.0.product"),
        ({"colour": "red"}, "lines.0.colour"),
        ({"quantity": "1e400"}, "lines.0.quantity"),
        ({"quantity": "NaN"}, "lines.0.quantity"),
        ({"serials": "x"}, "lines.0.serials"),
    ],
)
def test_wrong_line_is_named(api, company, line, field):
    product = make_product()
    answer = draft(api, company, {"product": product.pk, "quantity": "1", **line}, expect=400)
    assert field in {error["field"] for error in answer["errors"]}
    assert not Inward.objects.exists()


def test_service_foreign_place_and_closed_period_are_refused(api, company):
    from apps.company.models import Period
    from apps.company.services.periods import period_close

    service, product = make_product(product_kind="service", hsn="9983"), make_product()
    answer = draft(api, company, {"product": service.pk, "quantity": "1"}, expect=400)
    assert answer["errors"][0]["field"] == "lines.0.product"
    other = place(stock_company())
    answer = draft(api, company, {"product": product.pk, "quantity": "1"}, place=other.pk, expect=400)
    assert answer["errors"][0]["field"] == "place"
    answer = draft(
        api, company, {"product": product.pk, "quantity": "1"}, place=place(company, "VENDOR").pk, expect=400
    )
    assert answer["errors"][0]["field"] == "place"
    made = draft(api, company, {"product": product.pk, "quantity": "1", "unit_cost": "1"})
    period_close(period=Period.objects.get(company=company, start__lte=DAY, end__gte=DAY), hard=True, by=None)
    assert post(api, made, 423)["errors"][0]["field"] == "date"
    assert not StockMove.objects.exists()


def test_batches_cost_what_they_cost_and_the_first_to_expire_goes_first(api, company):
    """Field note C33."""
    product = make_product(tracking="batch")
    lines = [
        {"product": product.pk, "quantity": "5", "unit_cost": "10", "batch": "X", "expires_on": "2027-12-31"},
        {"product": product.pk, "quantity": "5", "unit_cost": "20", "batch": "Y", "expires_on": "2027-06-30"},
    ]
    post(api, draft(api, company, *lines))
    batch = Batch.objects.get(code="X")
    assert issue(company, product, 2, batch=batch).value == 20
    out = goods(company, product, 6, "MAIN", "CUSTOMER")
    assert [(row.batch.code, row.quantity, row.value) for row in out] == [("Y", 5, 100), ("X", 1, 10)]
    batch.blocked = True
    batch.save()
    with pytest.raises(InvalidInput) as refusal:
        issue(company, product, 1, batch=batch)
    assert refusal.value.field == "lines.0.batch"
    levels = api.get("inventory/stock-levels/", product=product.pk, ordering="on_hand")["data"]
    assert [level["on_hand"] for level in levels] == ["0.000000", "2.000000"]
    assert_stock_equals_ledger()


def test_batch_is_required_for_a_product_that_has_batches(api, company):
    product = make_product(tracking="batch")
    made = draft(api, company, {"product": product.pk, "quantity": "5", "unit_cost": "10"})
    assert post(api, made, 400)["errors"][0]["field"] == "lines.0.batch"


def test_serial_number_is_in_one_place_at_a_time(api, company):
    """Field note C33."""
    product = make_product(tracking="serial", valuation_method="specific")
    line = {"product": product.pk, "quantity": "2", "unit_cost": "100", "serials": ["A1", "A2"]}
    made = draft(api, company, line, {**line, "unit_cost": "150", "serials": ["B1", "B2"]})
    post(api, made)
    again = draft(api, company, line)
    assert post(api, again, 409)["errors"][0]["field"] == "lines.0.serials"
    short = draft(api, company, {**line, "serials": ["C1"]})
    assert post(api, short, 400)["errors"][0]["field"] == "lines.0.serials"
    went = issue(company, product, 1, serials=["B2"])
    assert went.value == 150
    assert Serial.objects.get(code="B2").place == place(company, "CUSTOMER")
    from apps.core.errors import BahiError

    with pytest.raises(BahiError) as refusal:
        issue(company, product, 1, serials=["B2"])
    assert refusal.value.field == "lines.0.serials"
    back = goods(company, product, 1, "CUSTOMER", "MAIN", serials=["B2"], returned_move=went)[0]
    assert back.value == 150
    assert_stock_equals_ledger()


def test_stock_on_a_past_day_and_below_a_place(api, company):
    main = place(company)
    make_place(company, "BIN1", "bin", parent=main)
    product = make_product()
    receive(company, product, 10, 10)
    goods(company, product, 4, "MAIN", "BIN1", day=DAY + timedelta(1))
    issue(company, product, 5, day=DAY + timedelta(2))

    def levels(**params):
        rows = api.get("inventory/stock-levels/", product=product.pk, **params)["data"]
        return sorted((row["on_hand"], row["value"]) for row in rows)

    assert levels(place=main.pk) == [("1.000000", "10.00"), ("4.000000", "40.00")]
    assert levels(place=main.pk, on=DAY.isoformat()) == [("10.000000", "100.00")]
    assert levels(on=(DAY + timedelta(1)).isoformat()) == [("4.000000", "40.00"), ("6.000000", "60.00")]
    assert levels(on=(DAY - timedelta(1)).isoformat()) == []
    assert api.get("inventory/stock-levels/", 400, on="2026-13-01")["errors"][0]["field"] == "on"
    assert api.get("inventory/stock-levels/", 400, place="x")["errors"][0]["field"] == "place"


def test_item_ledger_runs_and_shows_who_did_it(api, company, administrator):
    product = make_product(valuation_method="fifo")
    post(api, draft(api, company, {"product": product.pk, "quantity": "6", "unit_cost": "10"}))
    issue(company, product, 2, day=DAY + timedelta(2))
    receive(company, product, 1, 4, day=DAY - timedelta(1))
    rows = api.get("inventory/item-ledger/", product=product.pk, company=company.pk)["data"]
    seen = [(row["kind"], row["running_quantity"], row["running_value"]) for row in rows]
    assert seen == [
        ("purchase_receipt", "1.000000", "4.00"),
        ("purchase_receipt", "7.000000", "64.00"),
        ("sales_delivery", "5.000000", "44.00"),
        ("revaluation", "5.000000", "50.00"),
    ]
    assert rows[1]["source_number"] == "GRN/26-27/0001"
    assert rows[1]["actor_mail"] == administrator.email
    last = api.get("inventory/item-ledger/", product=product.pk, **{"from": (DAY + timedelta(1)).isoformat()})
    assert last["data"][0]["running_quantity"] == "5.000000"
    assert last["meta"]["pagination"]["total"] == 2
    assert_stock_equals_ledger()


def test_opening_stock_stands_against_opening_balances(company, administrator):
    first, second = make_product(), make_product(valuation_method="fifo")
    rows = [
        {"product": first, "quantity": D(10), "unit_cost": D("3.5")},
        {"product": second, "quantity": D(4), "unit_cost": D("2.25")},
    ]
    document = opening_stock_post(company, DAY, rows, administrator)
    assert (document.status, document.total_value) == ("posted", D("44.00"))
    assert balance(account_for(company, "opening_equity")) == -44
    with pytest.raises(InvalidInput) as refusal:
        opening_stock_post(company, DAY, [rows[0], {**rows[1], "quantity": D(-1)}], administrator)
    assert refusal.value.field == "lines.1.quantity"
    assert_stock_equals_ledger()


def test_storekeeper_without_permission_for_cost_sees_none(api_as, user_with, company):
    product = make_product()
    receive(company, product, 5, 10)
    api = api_as(
        user_with(
            "inventory.view_stockrow",
            "inventory.view_stockmove",
            "inventory.view_inward",
            "catalog.view_product",
        )
    )
    for path in ("stock-levels", "stock-moves", "item-ledger"):
        row = api.get(f"inventory/{path}/", product=product.pk)["data"][0]
        assert not {"value", "unit_cost", "average_cost", "running_value"} & set(row), path
    assert "average_cost" not in api.get(f"catalog/products/{product.pk}/")["data"]


def test_user_of_one_company_sees_only_its_stock(api_as, user_with, company):
    from apps.company.models import CompanyAccess

    other, product = stock_company(), make_product()
    receive(company, product, 5, 10)
    receive(other, product, 7, 10)
    user = user_with("inventory.*", "catalog.*")
    CompanyAccess.objects.create(user=user, company=company)
    api = api_as(user)
    assert [row["on_hand"] for row in api.get("inventory/stock-levels/")["data"]] == ["5.000000"]
    assert len(api.get("inventory/item-ledger/")["data"]) == 1
    assert api.get("inventory/item-ledger/", company=other.pk)["data"] == []
    assert api.get(f"catalog/products/{product.pk}/")["data"]["on_hand"] == "5.000000"


def test_pdf_of_an_inward(api, company):
    product = make_product(tracking="batch")
    line = {
        "product": product.pk,
        "quantity": "5",
        "unit_cost": "10",
        "batch": "X",
        "expires_on": "2027-12-31",
    }
    made = draft(api, company, line)
    assert api.get(f"inventory/inwards/{made['data']['id']}/pdf/").startswith(b"%PDF")


def test_place_keeps_its_kind_once_goods_moved(api, company):
    shop = make_place(company, "SHOP")
    goods(company, make_product(), 1, "VENDOR", "SHOP", cost=1)
    answer = api.patch(f"inventory/places/{shop.pk}/", {"kind": "scrap", "version": shop.version}, 400)
    assert answer["errors"][0]["field"] in ("place_kind", "kind")


def test_serial_numbers_may_be_typed_with_commas(api, company):
    product = make_product(tracking="serial")
    line = {"product": product.pk, "quantity": "2", "unit_cost": "5", "serials": "A1, A2"}
    made = draft(api, company, line)
    assert made["data"]["lines"][0]["serials"] == ["A1", "A2"]
    post(api, made)
    shown = api.get("inventory/serials/", product=product.pk, ordering="-id")["data"]
    assert {row["place"] for row in shown} == {place(company).pk}
