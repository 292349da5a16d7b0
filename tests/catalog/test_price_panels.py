"""What a product sold and cost for over time, on its page; cost only for those who may see it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, stock_company
from tests.factories.invoicing import vendor
from tests.kit.clients import signed_in
from tests.kit.queries import cheapest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
BUDGET = 75
LOOK = ("catalog.view_product", "catalog.view_pricepoint")


def page(user, product) -> str:
    return signed_in(user).get(address(product)).content.decode()


def address(product) -> str:
    return reverse("admin:catalog_product_change", args=[product.pk])


def panel(shown: str, key: str) -> str:
    """The HTML of one panel; empty when the page has none."""
    _before, found, rest = shown.partition(f'data-bahi-panel="{key}"')
    return rest.partition("</section>")[0] if found else ""


@pytest.fixture
def buy(api):
    """Receives goods from a vendor at a price; gives the address of the receipt's page."""
    company = stock_company()

    def work(product, party, cost: str) -> str:
        line = {"product": product.pk, "quantity": "4", "unit_cost": cost}
        body = {"company": company.pk, "date": DAY.isoformat(), "party": party.pk, "lines": [line]}
        made = api.post("inventory/inwards/", body)["data"]["id"]
        api.post(f"inventory/inwards/{made}/post/", expect=200)
        return reverse("admin:inventory_inward_change", args=[made])

    return work


def test_the_sale_price_is_shown_as_it_changed(administrator):
    lamp = make_product(sale_price=100)
    for price in (120, 135):
        lamp.sale_price = price
        lamp.save()
    make_product(sale_price=777)
    shown = panel(page(administrator, lamp), "sale_prices")
    assert shown.index("120.00 → 135.00") < shown.index("100.00 → 120.00")
    assert "777" not in shown
    assert f"product__id__exact={lamp.pk}&amp;price_kind__exact=sale" in shown


def test_the_last_cost_and_each_vendors_last_price_lead_to_the_receipt(administrator, api, buy):
    lamp = make_product(purchase_price=1)
    cheap, dear = vendor("Cheap"), vendor("Dear")
    buy(lamp, cheap, "40")
    last_dear = buy(lamp, dear, "55")
    last_cheap = buy(lamp, cheap, "43.5")
    lamp.purchase_price = 99
    lamp.save()
    shown = panel(page(administrator, lamp), "purchase_prices")
    rows = shown.split("<li")[1:]
    assert len(rows) == 3
    assert "Last cost" in rows[0]
    assert "43.5" in rows[0]
    assert last_cheap in rows[0]
    assert "Cheap" in rows[1]
    assert "43.5" in rows[1]
    assert "Dear" in rows[2]
    assert "55" in rows[2]
    assert last_dear in rows[2]
    assert ">40<" not in shown
    assert "99" not in shown.replace(str(lamp.pk), "")
    assert api.get(f"catalog/products/{lamp.pk}/")["data"]["last_cost"] == "43.500000"


def test_cost_stays_with_those_who_may_see_it(api_as, buy):
    lamp = make_product(sale_price=100)
    buy(lamp, vendor("Cheap"), "43.5")
    clerk = make_user(*LOOK)
    shown = page(clerk, lamp)
    assert panel(shown, "sale_prices")
    assert panel(shown, "purchase_prices") == ""
    assert "43.5" not in shown
    assert "last_cost" not in api_as(clerk).get(f"catalog/products/{lamp.pk}/")["data"]
    shown = page(make_user("catalog.view_product", "catalog.see_cost"), lamp)
    assert panel(shown, "sale_prices") == ""
    assert panel(shown, "purchase_prices") == ""


def test_whoever_may_see_neither_vendors_nor_receipts_sees_the_cost_alone(buy):
    lamp = make_product()
    receipt = buy(lamp, vendor("Cheap"), "43.5")
    shown = panel(page(make_user(*LOOK, "catalog.see_cost"), lamp), "purchase_prices")
    assert "43.5" in shown
    assert "Cheap" not in shown
    assert receipt not in shown


def test_the_last_cost_is_a_column_of_materials(administrator, buy):
    buy(make_product("LAMP"), vendor(), "43.5")
    bought = signed_in(administrator).get("/admin/catalog/product/?look=bought").content.decode()
    assert "43.5" in bought
    assert "Last cost" in bought
    plain = signed_in(administrator).get("/admin/catalog/product/?_once=1")
    assert "last_cost" not in [getattr(n, "__name__", n) for n in plain.context["cl"].list_display]
    clerk = signed_in(make_user(*LOOK)).get("/admin/catalog/product/?look=bought")
    assert clerk.status_code == 200
    assert "43.5" not in clerk.content.decode()


def test_the_page_asks_no_more_for_more_prices(administrator, buy):
    lamp = make_product(sale_price=100)
    first = vendor()
    buy(lamp, first, "40")
    browser = signed_in(administrator)
    assert browser.get(address(lamp)).status_code == 200
    few = cheapest(lambda: browser.get(address(lamp)))
    assert few <= BUDGET
    for cost in ("41", "42"):
        buy(lamp, vendor(f"Vendor at {cost}"), cost)
        lamp.sale_price += 5
        lamp.save()
    assert cheapest(lambda: browser.get(address(lamp))) <= few
