"""Products sold and materials bought: two looks of one list, each with its rows, columns and memory."""

from __future__ import annotations

import pytest

from apps.datatools.models import SavedView
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/product/"
SOLD, BOUGHT = f"{LIST}?look=sold", f"{LIST}?look=bought"


@pytest.fixture
def browser(administrator):
    return signed_in(administrator)


@pytest.fixture
def goods():
    make_product("CHAIR", is_purchased=False)
    make_product("PLANK", is_sold=False, purchase_price=70)
    make_product("LAMP", purchase_price=40)


def codes(answer) -> set[str]:
    return {row.code for row in answer.context["cl"].result_list}


def columns(answer) -> list[str]:
    return [getattr(name, "__name__", name) for name in answer.context["cl"].list_display]


def menu(answer) -> dict[str, bool]:
    """{address: whether it is marked as open} of the catalogue's lists."""
    groups = answer.context["sidebar_navigation"]
    return {
        str(item["link"]): bool(item["active"])
        for group in groups
        for item in group["items"]
        if str(item["link"]).startswith(LIST)
    }


def test_each_look_has_its_rows_and_columns(browser, goods):
    sold, bought = browser.get(SOLD), browser.get(BOUGHT)
    assert codes(sold) == {"CHAIR", "LAMP"}
    assert codes(bought) == {"PLANK", "LAMP"}
    assert codes(browser.get(f"{LIST}?_once=1")) == {"CHAIR", "PLANK", "LAMP"}
    assert "sale_price" in columns(sold)
    assert "purchase_price" not in columns(sold)
    assert "purchase_price" in columns(bought)
    assert "sale_price" not in columns(bought)
    assert "Materials bought" in bought.content.decode()


def test_the_menu_names_both_and_marks_where_one_is(browser, goods):
    assert menu(browser.get(BOUGHT)) == {LIST: False, SOLD: False, BOUGHT: True}
    assert menu(browser.get(f"{LIST}?_once=1")) == {LIST: True, SOLD: False, BOUGHT: False}
    lamp = make_product("SHADE")
    page = browser.get(f"{LIST}{lamp.pk}/change/", {"_changelist_filters": "look=sold"})
    assert menu(page) == {LIST: False, SOLD: True, BOUGHT: False}


def test_costs_stay_with_those_who_may_see_them(goods):
    answer = signed_in(make_user("catalog.view_product")).get(BOUGHT)
    assert codes(answer) == {"PLANK", "LAMP"}
    assert "purchase_price" not in columns(answer)
    assert signed_in(make_user("parties.view_party")).get(BOUGHT).status_code == 403


def test_the_list_and_its_looks_remember_apart(browser, goods):
    browser.get(f"{SOLD}&tracking__exact=batch")
    assert browser.get(SOLD)["Location"] == f"{SOLD}&tracking__exact=batch"
    assert browser.get(LIST).status_code == 200
    assert browser.get(BOUGHT).status_code == 200
    from_list = browser.get(SOLD, HTTP_REFERER=f"http://acme.localhost{LIST}")
    assert from_list["Location"] == f"{SOLD}&tracking__exact=batch"
    last_off = browser.get(SOLD, HTTP_REFERER=f"http://acme.localhost{SOLD}&tracking__exact=batch")
    assert last_off.status_code == 200
    browser.get(f"{BOUGHT}&tracking__exact=serial")
    assert browser.get(f"{BOUGHT}&_reset=1")["Location"] == BOUGHT
    assert browser.get(BOUGHT).status_code == 200


def test_columns_and_views_of_a_look_are_its_own(browser, goods):
    key = "catalog.product:bought"
    sent = {"column": ["code", "name", "brand"], "query": "look=bought"}
    assert browser.post(f"/data/lists/{key}/columns/", sent)["Location"] == BOUGHT
    assert columns(browser.get(BOUGHT)) == ["action_checkbox", "code", "name", "brand"]
    assert "brand" not in columns(browser.get(SOLD))
    sent = {"name": "In lots, kept", "query": "look=bought&tracking__exact=batch"}
    answer = browser.post(f"/data/lists/{key}/views/", sent)
    assert answer["Location"] == f"{BOUGHT}&tracking__exact=batch"
    kept = SavedView.objects.get(name="In lots, kept")
    assert "In lots, kept" in browser.get(f"{BOUGHT}&_once=1").content.decode()
    assert "In lots, kept" not in browser.get(f"{SOLD}&_once=1").content.decode()
    assert browser.post(f"/data/lists/{key}/views/{kept.pk}/remove/")["Location"] == BOUGHT
    assert browser.post("/data/lists/catalog.product:none/columns/", sent).status_code == 404


def test_next_and_previous_stay_within_the_look(browser):
    first, hidden, last = make_product("A1"), make_product("A2", is_sold=False), make_product("A3")
    browser.get(SOLD)
    page = browser.get(f"{LIST}{first.pk}/change/", {"_changelist_filters": "look=sold"})
    assert page.context["record_tools"]["next"] == f"{LIST}{last.pk}/change/"
    browser.get(f"{LIST}?o=1")
    page = browser.get(f"{LIST}{first.pk}/change/")
    assert page.context["record_tools"]["next"] == f"{LIST}{hidden.pk}/change/"


def test_an_unknown_look_is_the_list(browser, goods):
    assert codes(browser.get(f"{LIST}?look=nothing&_once=1")) == {"CHAIR", "PLANK", "LAMP"}
