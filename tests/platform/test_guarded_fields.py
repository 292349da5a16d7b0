"""Fields with a permission of their own stay hidden on every surface, filters and sorting included."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.company.models import BankAccount
from apps.core.guards import guards_of, input_check, masked, path_hidden
from apps.core.registry import business_models, resource_of
from apps.inventory.models import Inward, StockRow
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.inventory import place, receive, stock_company
from tests.factories.parties import make_customer
from tests.kit import pdf
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
GUARDED = sorted(m._meta.label_lower for m in business_models() if guards_of(m))
BELOW = ("company.bankaccount", "parties.partybankaccount", "inventory.inwardline", "catalog.productvendor")
"""Rows of another record: shown with it, without a list of their own."""
LISTED = [label for label in GUARDED if label not in BELOW]


def model_of(label):
    from django.apps import apps

    return apps.get_model(label)


def everything_but(*codes):
    """A user who may do everything in his apps except the guarded fields' permissions."""
    from apps.core.permissions import all_permissions

    closed = {g.see for m in business_models() for g in guards_of(m).values()}
    closed |= {g.change for m in business_models() for g in guards_of(m).values()}
    return make_user(*sorted(set(all_permissions()) - (closed - set(codes)) - {""}), is_staff=True)


@pytest.fixture
def blind(db):
    return everything_but()


@pytest.fixture
def browser(blind):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(blind)
    return client


@pytest.fixture
def world(api):
    """A product with cost, goods of it in stock, an inward, a party with a PAN, a company with a bank."""
    company = stock_company()
    bank = {"bank_name": "SBI", "account_number": "12345678901", "ifsc": "SBIN0000300", "company": company}
    BankAccount.objects.create(**bank)
    product = make_product("LAMP", purchase_price="4711.25", standard_cost="4711.25", sale_price="9000")
    receive(company, product, 10, "4711.25")
    body = {
        "company": company.pk,
        "date": "2026-11-02",
        "place": place(company).pk,
        "lines": [{"product": product.pk, "quantity": "2", "unit_cost": "4711.25"}],
    }
    inward = api.post("inventory/inwards/", body)["data"]
    party = make_customer(display_name="Tara Stores", pan="ABCPT1234K", credit_limit="5000")
    return {"company": company, "product": product, "inward": inward, "party": party}


@pytest.mark.parametrize("label", LISTED)
def test_hidden_field_is_in_no_answer_and_can_neither_filter_nor_sort(label, world, blind):
    view, api = resource_of(model_of(label)), ApiClient(blind)
    rows = api.get(f"{view.path}/", per_page=200)["data"]
    hidden = {name: guard for name, guard in guards_of(view.model).items() if guard.see}
    for api_name in view.fields:
        guard = hidden.get(view.rename.get(api_name, api_name)) or hidden.get(api_name)
        if guard is None:
            continue
        if not guard.tail:
            assert all(api_name not in row for row in rows), api_name
        for query in ({"ordering": api_name}, {api_name: "1"}, {f"{api_name}__gte": "1"}):
            api.get(f"{view.path}/", 400, **query)
    assert rows or label in ("inventory.stockrevaluation",), label


@pytest.mark.parametrize("label", LISTED)
def test_hidden_field_is_neither_column_nor_filter_in_the_back_office(label, world, browser, blind):
    from django.urls import NoReverseMatch, reverse

    model = model_of(label)
    try:
        address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    except NoReverseMatch:
        pytest.skip("has no list")
    for name, guard in guards_of(model).items():
        if not guard.see or name not in {f.name for f in model._meta.concrete_fields}:
            continue
        assert browser.get(f"{address}?{name}__gte=1").status_code in (302, 400), name
        browser.post(f"/data/lists/{label}/columns/", {"column": ["id", name]})
        page = browser.get(address, follow=True).content.decode()
        assert "4711" not in page
        assert "4,711" not in page
        assert f'value="{name}"' not in page


def test_lines_preview_and_print_of_an_inward_show_no_cost(world, blind, api):
    own, pk = ApiClient(blind), world["inward"]["id"]
    seen = own.get(f"inventory/inwards/{pk}/")["data"]
    assert "total_value" not in seen
    assert not {"unit_cost", "value"} & set(seen["lines"][0])
    body = {"company": world["company"].pk, "date": "2026-11-02", "place": place(world["company"]).pk}
    lines = [{"product": world["product"].pk, "quantity": "3"}]
    shown = own.post("inventory/inwards/preview/", {**body, "lines": lines}, 200)["data"]
    assert "4711" not in json.dumps(shown)
    for client, visible in ((api, True), (own, False)):
        text = pdf.texts(client.get(f"inventory/inwards/{pk}/pdf/"))[0]
        assert ("4,711.25" in text) is visible


def test_goods_entered_without_sight_of_cost_take_it_from_the_product(world, blind):
    body = {
        "company": world["company"].pk, "date": "2026-11-02", "place": place(world["company"]).pk,
        "lines": [{"product": world["product"].pk, "quantity": "3"}],
    }  # fmt: skip
    made = ApiClient(blind).post("inventory/inwards/", body)["data"]
    assert Inward.objects.get(pk=made["id"]).lines.get().unit_cost == world["product"].purchase_price
    body["lines"][0]["unit_cost"] = "1"
    answer = ApiClient(blind).post("inventory/inwards/", body, 403)
    assert answer["errors"][0]["field"] == "lines.0.unit_cost"


def test_exports_leave_hidden_columns_out(world, blind):
    api = ApiClient(blind)
    for form in ("csv", "json", "xlsx", "pdf"):
        content = api.get("catalog/products/export/", format=form)
        if form in ("csv", "json"):
            text = content.decode() if isinstance(content, bytes) else json.dumps(content)
            assert "4711" not in text
            assert "standard_cost" not in text
    api.get("catalog/products/export/", 400, format="csv", columns="code,standard_cost")
    text = api.get("inventory/inwards/export/", format="csv").decode()
    header = next(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert "lines/quantity" in header
    assert not {"lines/unit_cost", "lines/value", "total_value"} & set(header)


def test_bank_account_and_pan_end_in_their_last_characters(world, blind, api):
    own, company, party = ApiClient(blind), world["company"], world["party"]
    path = f"company/companies/{company.pk}/"
    assert own.get(path)["data"]["bank_accounts"][0]["account_number"] == "••••8901"
    assert api.get(path)["data"]["bank_accounts"][0]["account_number"] == "12345678901"
    assert own.get(f"parties/parties/{party.pk}/")["data"]["pan"] == "••••234K"
    assert own.get("parties/parties/", search="ABCPT1234K")["data"] == []
    assert [row["id"] for row in api.get("parties/parties/", search="abcpt1234k")["data"]] == [party.pk]
    assert own.get("search/", q="ABCPT1234K")["data"]["results"] == []
    assert api.get("search/", q="ABCPT1234K")["data"]["results"][0]["id"] == party.pk


def test_back_office_search_finds_a_pan_only_for_those_who_see_it(world, browser, administrator):
    assert "Tara Stores" not in browser.get("/admin/parties/party/?q=ABCPT1234K&_once=1").content.decode()
    admin = Client(HTTP_HOST="acme.localhost")
    admin.force_login(administrator)
    assert "Tara Stores" in admin.get("/admin/parties/party/?q=abcpt1234k&_once=1").content.decode()


def test_read_only_field_comes_back_unchanged_or_is_refused_by_name(world, blind):
    api, party = ApiClient(blind), world["party"]
    path = f"parties/parties/{party.pk}/"
    now = api.get(path)["data"]
    same = {"phone": "9822012345", "credit_limit": now["credit_limit"], "version": now["version"]}
    now = api.patch(path, same)["data"]
    answer = api.patch(path, {"credit_limit": "99999", "version": now["version"]}, 403)
    assert answer["errors"][0]["field"] == "credit_limit"
    answer = api.post("parties/parties/", {"legal_name": "X", "display_name": "X", "credit_limit": "1"}, 403)
    assert answer["errors"][0]["field"] == "credit_limit"
    party.refresh_from_db()
    assert party.credit_limit == 5000


def test_form_of_the_back_office_leaves_out_hidden_and_fixes_read_only_fields(world, browser):
    page = browser.get(f"/admin/parties/party/{world['party'].pk}/change/").content.decode()
    assert "ABCPT1234K" not in page
    assert 'name="credit_limit"' not in page
    assert "5000" in page.replace(",", "")
    page = browser.get(f"/admin/company/company/{world['company'].pk}/change/").content.decode()
    assert "12345678901" not in page
    page = browser.get(f"/admin/catalog/product/{world['product'].pk}/change/").content.decode()
    assert "4711" not in page
    assert 'name="sale_price"' not in page


def test_timeline_tells_no_hidden_value(world, blind):
    party = world["party"]
    party.pan, party.phone = "ABCPT9999K", "1"
    party.save()
    seen = ApiClient(blind).get("documents/timeline/", target=f"parties.party:{party.pk}")
    assert "ABCPT" not in json.dumps(seen)


def test_import_of_a_hidden_field_is_refused_row_by_row(world, blind):
    unit, tax = world["product"].unit.code, world["product"].tax_category.code
    rows = f"code,name,unit,tax_category,standard_cost\nLAMP,Lamp,{unit},{tax},1\n"
    table = SimpleUploadedFile("p.csv", rows.encode(), "text/csv")
    answer = ApiClient(blind).upload("catalog/products/import/", {"file": table, "mode": "skip_bad"}, 200)
    assert answer["data"]["errors"][0]["column"] == "standard_cost"
    assert answer["data"]["errors"][0]["code"] == "permission_denied"
    world["product"].refresh_from_db()
    assert str(world["product"].standard_cost).startswith("4711.25")


def test_paths_through_relations_are_closed_too(world, blind, administrator):
    assert path_hidden(StockRow, "product__standard_cost__gte", blind)
    assert not path_hidden(StockRow, "product__code", blind)
    assert not path_hidden(StockRow, "product__standard_cost__gte", administrator)
    assert masked("", 4) == ""
    assert input_check(Party, {"pan": ""}, blind, names={}) == []
