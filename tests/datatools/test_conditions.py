"""Conditions joined by and, or, not: the same in lists, saved views, exports and the API."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from apps.catalog.models import ProductBarcode
from apps.datatools.models import SavedView
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
PARTIES = "/admin/parties/party/"
KIND = "parties.party"
ROWS = {"display_name__istartswith": "W-"}


def where(**conditions) -> str:
    return json.dumps(conditions)


@pytest.fixture
def three():
    """A registered party, one without GSTIN with a mail, one without GSTIN and mail."""
    registered = make_customer(display_name="W-Registered", gstin="27AAPFU0939F1ZV")
    mailed = make_customer(display_name="W-Mailed", email="a@b.example", tags=["steel"])
    return registered, mailed, make_customer(display_name="W-Bare", credit_limit=500)


@pytest.fixture
def asked(api, browser):
    """Names found by both, which must say the same."""

    def ask(**conditions):
        text = where(all=[ROWS, conditions])
        answered = api.get("parties/parties/", where=text, per_page=200)["data"]
        listed = browser.get(PARTIES, {"where": text, "_once": 1}).context["cl"].result_list
        names = {row["display_name"] for row in answered}
        assert {row.display_name for row in listed} == names
        return {name.removeprefix("W-") for name in names}

    return ask


def test_is_empty_and_is_not_empty(three, asked):
    assert asked(gstin__empty=True) == {"Mailed", "Bare"}
    assert asked(gstin__empty=False) == {"Registered"}
    assert asked(email__empty="false") == {"Mailed"}
    assert asked(salesperson__empty=True) == {"Registered", "Mailed", "Bare"}
    assert asked(tags__empty=True) == {"Registered", "Bare"}
    assert asked(tags__ne="steel") == {"Registered", "Bare"}


def test_and_or_and_not(three, asked):
    either = [{"gstin__empty": False}, {"email__icontains": "B.EXAMPLE"}]
    assert asked(any=either) == {"Registered", "Mailed"}
    assert asked(any=either, gstin__empty=True) == {"Mailed"}
    assert asked(**{"not": {"any": either}}) == {"Bare"}
    assert asked(gstin__empty=True, email__empty=True) == {"Bare"}
    assert asked(credit_limit__gte="400.00") == {"Bare"}
    assert asked(display_name__ne="W-Bare") == {"Registered", "Mailed"}
    assert asked(any=[{}, {"gstin__empty": True}]) == {"Registered", "Mailed", "Bare"}


def test_a_field_of_the_record_behind_a_key_is_asked_by_who_sees_that_record(api):
    person = make_user("parties.view_party", email="vendor.desk@acme.example")
    mine, other = make_customer(salesperson=person), make_customer()
    asked = {"salesperson__email": "vendor.desk@acme.example"}
    found = api.get("parties/parties/", where=where(**asked))["data"]
    assert [row["id"] for row in found] == [mine.pk]
    assert other.pk not in {row["id"] for row in api.get("parties/parties/", **asked)["data"]}
    refused = ApiClient(person).get(f"parties/parties/?{urlencode(asked)}", 400)
    assert refused["errors"][0]["field"] == "salesperson__email"
    assert signed_in(person).get(PARTIES, {"where": where(**asked), "_once": 1}).status_code == 302


def test_a_row_with_several_values_below_it_is_found_once(api):
    double, plain = make_product("BARS"), make_product("BARE")
    for code in ("111", "112"):
        ProductBarcode.objects.create(product=double, code=code)

    def codes(**asked):
        rows = api.get("catalog/products/", where=where(code__istartswith="BAR", **asked))["data"]
        return [row["code"] for row in rows]

    assert codes(barcode__istartswith="11") == ["BARS"]
    assert codes(barcode__empty=True) == [plain.code]
    assert codes(barcode__empty=False) == [double.code]
    assert codes(barcode__ne="111") == [plain.code]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "where"),
        ("[]", "where"),
        ('{"any": []}', "where"),
        ('{"any": [1]}', "where"),
        ('{"nonsense": 1}', "where.nonsense"),
        ('{"search_text__icontains": "a"}', "where.search_text__icontains"),
        ('{"gstin__sounds_like": "a"}', "where.gstin__sounds_like"),
        ('{"gstin": null}', "where.gstin"),
        ('{"gstin": "\\u0000"}', "where.gstin"),
        ('{"credit_limit__gte": "much"}', "where.credit_limit__gte"),
        ('{"salesperson__icontains": "a"}', "where.salesperson__icontains"),
        ('{"currency": 99999999999999999999}', "where.currency"),
        ('{"not":' * 9 + "{}" + "}" * 9, "where"),
        ("[" * 5000, "where"),
        (json.dumps({"any": [{"gstin": "1"}] * 61}), "where"),
    ],
)
def test_what_is_wrong_is_named_and_never_a_fault(api, browser, text, field):
    assert api.get("parties/parties/", 400, where=text)["errors"][0]["field"] == field
    assert browser.get(PARTIES, {"where": text})["Location"].endswith("?e=1")


def test_a_guarded_field_is_closed_to_who_may_not_see_it(browser):
    make_customer(pan="AAPFU0939F")
    clerk = make_user("parties.view_party")
    text = where(pan__empty=False)
    assert (
        ApiClient(clerk).get("parties/parties/", 400, where=text)["errors"][0]["field"] == "where.pan__empty"
    )
    browser.post(
        f"/data/lists/{KIND}/views/", {"name": "PAN", "query": urlencode({"where": text}), "shared": 1}
    )
    page = signed_in(clerk).get(PARTIES)
    assert [view["name"] for view in page.context["list_tools"]["views"]] == []
    offered = signed_in(clerk).get(f"/data/lists/{KIND}/fields/").json()["data"]["fields"]
    assert {"gstin", "credit_limit"} < {item["name"] for item in offered}
    assert "pan" not in {item["name"] for item in offered}
    assert not any(item["name"].startswith("salesperson") for item in offered), "he sees no users"
    assert signed_in(clerk).get("/data/lists/sales.order/fields/").status_code == 404


def test_every_field_that_is_offered_can_be_asked_in_each_list(api, browser, administrator):
    from apps.core.admin.site import admin_site
    from apps.core.admin.where import where_fields
    from apps.core.registry import resource_of

    for model in admin_site._registry:
        view = resource_of(model)
        if view is None:
            continue
        fields = where_fields(model, administrator)
        lacking = {"any": [{f"{item['name']}__empty": True} for item in fields[:60]]}
        assert api.get(f"{view.path}/", where=json.dumps(lacking), per_page=1)["success"], model
        opts = model._meta
        path = f"/admin/{opts.app_label}/{opts.model_name}/"
        assert browser.get(path, {"where": json.dumps(lacking), "_once": 1}).status_code == 200, path


def test_conditions_are_remembered_saved_counted_and_exported(three, browser):
    query = urlencode({"where": where(all=[ROWS, {"gstin__empty": True}])})
    browser.get(f"{PARTIES}?{query}")
    assert browser.get(PARTIES)["Location"] == f"{PARTIES}?{query}"
    browser.post(f"/data/lists/{KIND}/views/", {"name": "No GSTIN", "query": query, "shared": "on"})
    view = SavedView.objects.get(name="No GSTIN")
    assert browser.get(f"/data/lists/{KIND}/counts/").json()["counts"] == {str(view.pk): 2}
    content = browser.get(f"{PARTIES}?{query}&_export=csv").getvalue().decode()
    assert "W-Bare" in content
    assert "W-Registered" not in content
    page = browser.get(f"{PARTIES}{three[1].pk}/change/")
    beside = {page.context["record_tools"].get(side) for side in ("prev", "next")}
    assert f"{PARTIES}{three[2].pk}/change/" in beside
    assert f"{PARTIES}{three[0].pk}/change/" not in beside


def test_conditions_that_are_too_long_are_refused_and_not_cut(browser):
    query = urlencode({"where": where(gstin="9" * 6000)})
    browser.post(f"/data/lists/{KIND}/views/", {"name": "Long", "query": query})
    assert not SavedView.objects.filter(name="Long").exists()
    browser.get(f"{PARTIES}?{query}")
    assert browser.get(PARTIES).status_code == 200, "nothing half is remembered"


def test_export_over_the_api_and_a_change_of_many_records_take_them(three, api):
    text = where(all=[ROWS, {"gstin__empty": True}])
    rows = api.get("parties/parties/export/", format="json", where=text)
    assert {row["display_name"] for row in rows} == {"W-Mailed", "W-Bare"}
    edit = {"target": "parties/parties", "filters": {"where": text}, "field": "territory", "value": "West"}
    assert api.post("datatools/edits/", edit)["data"]["count"] == 2
