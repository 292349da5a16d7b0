"""Masters in use, doubles of what lies in the bin, and two people at one record."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from apps.catalog.models import Brand, Product
from apps.core.errors import Refused
from apps.core.records import record_delete, record_restore
from apps.core.uses import InUse
from apps.inventory.models import Place
from apps.parties.models import Party
from tests.factories import catalog, invoicing
from tests.factories.inventory import receive, stock_company

pytestmark = pytest.mark.django_db


def page(record, what: str = "change") -> str:
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{what}", args=[record.pk])


def labels(answer) -> set[str]:
    return {use["kind"] for use in answer["data"]["uses"]}


def test_a_warehouse_with_goods_and_its_goods_stay(api):
    company = stock_company()
    product = catalog.make_product("DRILL")
    receive(company, product, 5, 100)
    main = Place.objects.get(company=company, code="MAIN")
    refused = api.delete(f"inventory/places/{main.pk}/", 409)
    assert refused["errors"][0]["code"] == "in_use"
    assert {"inventory.stockrow", "inventory.place"} <= labels(refused)  # stock, and the last of its kind
    assert "inventory.stockrow" in labels(api.delete(f"catalog/products/{product.pk}/", 409))
    assert Product.objects.get(pk=product.pk).deleted_at is None


def test_who_owes_or_has_a_draft_stays_and_who_has_paid_goes(api):
    company, party = invoicing.company(), invoicing.customer()
    invoice = invoicing.invoice(company=company, party=party)
    assert labels(api.delete(f"parties/parties/{party.pk}/", 409)) == {"accounting.invoice"}
    invoicing.posted(invoice)
    assert labels(api.delete(f"parties/parties/{party.pk}/", 409)) == {"accounting.openitem"}
    invoice.refresh_from_db()
    receipt = invoicing.receipt(company=company, party=party, amount=invoice.grand_total)
    api.post(f"accounting/receipts/{receipt.pk}/allocate/", {}, 200)
    api.delete(f"parties/parties/{party.pk}/")
    shown = api.get(f"accounting/invoices/{invoice.pk}/")["data"]
    assert shown["party"] == party.pk  # the document keeps him


def test_unit_tax_category_and_currency_in_use_stay(api):
    product = catalog.make_product("SAW")
    assert labels(api.delete(f"catalog/units/{product.unit_id}/", 409)) == {"catalog.product"}
    refused = api.delete(f"catalog/tax-categories/{product.tax_category_id}/", 409)
    assert labels(refused) == {"catalog.product"}
    dollar = invoicing.currency("USD")
    Party.objects.create(legal_name="Overseas Inc", display_name="Overseas", currency=dollar)
    assert labels(api.delete(f"company/currencies/{dollar.pk}/", 409)) == {"parties.party"}


def test_the_page_before_deleting_names_the_uses_and_offers_to_switch_off(browser):
    product = catalog.make_product("SAW")
    answer = browser.get(page(product.unit, "delete")).content.decode()
    assert "products: 1" in answer
    assert page(product.unit, "off") in answer
    browser.post(page(product.unit, "delete"), {"post": "yes"})
    browser.post(page(product.unit, "off"))
    product.unit.refresh_from_db()
    assert (product.unit.deleted_at, product.unit.active) == (None, False)


def test_of_many_chosen_the_free_ones_go_and_the_used_ones_stay(browser):
    free = Brand.objects.create(code="FREE", name="Free")
    used = Brand.objects.create(code="USED", name="Used")
    Product.objects.filter(pk=catalog.make_product("SAW").pk).untracked_update(brand=used)
    listing = reverse("admin:catalog_brand_changelist") + "?_once=1"
    chosen = {"action": "delete_selected", "_selected_action": [free.pk, used.pk]}
    asked = browser.post(listing, chosen).content.decode()
    assert re.findall(r'name="_selected_action" value="(\d+)"', asked) == [str(free.pk)]
    browser.post(listing, {**chosen, "post": "yes"})  # whoever skips the question is asked again
    assert Brand.objects.filter(deleted_at=None, pk__in=[free.pk, used.pk]).count() == 2
    browser.post(listing, {"action": "delete_selected", "_selected_action": [free.pk], "post": "yes"})
    assert list(Brand.objects.filter(deleted_at=None, pk__in=[free.pk, used.pk])) == [used]


def test_what_a_record_needs_goes_after_it_and_is_restored_before_it():
    product = catalog.make_product("SAW")
    with pytest.raises(InUse):
        record_delete(product.unit)
    record_delete(product)
    record_delete(product.unit)
    with pytest.raises(Refused) as refused:
        record_restore(product)
    assert refused.value.field == "unit"
    record_restore(product.unit)
    assert record_restore(product).active


def test_a_double_of_what_lies_in_the_bin_is_told_so(api, browser, user_with, api_as):
    party = api.post(
        "parties/parties/", {"legal_name": "Ravi Traders", "display_name": "Ravi", "code": "R1"}
    )["data"]
    api.delete(f"parties/parties/{party['id']}/")
    again = {"legal_name": "Ravi Traders", "display_name": "Ravi T", "code": "R1"}
    answer = api.post("parties/parties/", again, 400)
    assert [error["field"] for error in answer["errors"]] == ["code"]
    assert "in the bin" in answer["errors"][0]["detail"]
    assert "parties_party_code_once" not in str(answer)
    assert answer["data"]["in_bin"] == [{"id": party["id"], "label": "Ravi"}]
    clerk = api_as(user_with("parties.view_party", "parties.add_party"))
    told = clerk.post("parties/parties/", again, 400)
    assert "Ravi" not in told["message"]  # whose bin it is stays shut
    assert "data" not in told
    form = {**again, "tax_treatment": "unregistered", "credit_policy": "hold", "active": "on"}
    for prefix in ("addresses", "contacts"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    shown = browser.post(reverse("admin:parties_party_add"), form).content.decode()
    assert "Restore it instead" in shown
    assert f"/admin/parties/party/{party['id']}/change/" in shown


def brand_form(brand, **values) -> dict[str, str]:
    form = {"code": brand.code, "name": brand.name, "active": "on", "_version": str(brand.version)}
    return {**form, **values}


def test_two_people_at_one_record_are_shown_both_values_and_choose(browser, api):
    brand = Brand.objects.create(code="B1", name="Bosch")
    mine = brand_form(brand, name="Bosch India", code="B1X")
    api.patch(f"catalog/brands/{brand.pk}/", {"name": "Bosch Tools", "version": brand.version})
    asked = browser.post(page(brand), mine).content.decode()
    assert "Bosch Tools" in asked
    assert "Bosch India" in asked
    brand.refresh_from_db()
    assert brand.name == "Bosch Tools"
    assert f'name="_version" value="{brand.version}"' in asked
    taken = {**mine, "_version": str(brand.version), "_take_name": "theirs", "_take_code": "mine"}
    assert browser.post(page(brand), taken).status_code == 302
    brand.refresh_from_db()
    assert (brand.name, brand.code) == ("Bosch Tools", "B1X")


def test_whoever_saves_what_he_saw_is_not_asked(browser):
    brand = Brand.objects.create(code="B1", name="Bosch")
    assert browser.post(page(brand), brand_form(brand, name="Bosch India")).status_code == 302
    brand.refresh_from_db()
    assert (brand.name, brand.version) == ("Bosch India", 2)
