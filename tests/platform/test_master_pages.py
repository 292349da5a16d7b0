"""What every page of a master shows beside its own fields: files, timeline, tags, fields of higher apps."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.catalog.models import Brand, PartyPriceList
from apps.catalog.selectors import party_price_lists
from apps.company.models import CurrencyRate
from tests.factories import catalog, invoicing
from tests.factories.accounts import make_user
from tests.factories.inventory import receive, stock_company
from tests.factories.parties import make_customer
from tests.kit.clients import signed_in
from tests.kit.queries import cheapest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]


def page(record) -> str:
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def text(answer) -> str:
    return answer.content.decode()


def party_form(party, **values) -> dict[str, str]:
    form = {
        "legal_name": party.legal_name, "display_name": party.display_name, "is_customer": "on",
        "tax_treatment": party.tax_treatment, "credit_policy": party.credit_policy, "active": "on",
        "gstin": party.gstin, "pan": party.pan, "place_of_supply": party.place_of_supply,
    }  # fmt: skip
    for prefix in ("addresses", "contacts", "bank_accounts", "default_accounts"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return {**form, **values}


def test_a_master_and_a_setting_have_files_and_a_timeline_beside_them(browser):
    brand = Brand.objects.create(code="B1", name="Bosch")
    shown = text(browser.get(page(brand)))
    assert f'data-bahi-timeline="catalog.brand:{brand.pk}"' in shown
    assert f'data-bahi-files="catalog.brand:{brand.pk}"' in shown
    rate = CurrencyRate.objects.create(currency=invoicing.currency("USD"), date="2026-04-01", rate="80")
    assert f'data-bahi-timeline="company.currencyrate:{rate.pk}"' in text(browser.get(page(rate)))


def test_the_timeline_of_a_master_tells_who_changed_what_from_what(browser, api):
    brand = Brand.objects.create(code="B1", name="Bosch")
    form = {"code": "B1", "name": "Bosch India", "active": "on", "tags": "tools, german"}
    assert browser.post(page(brand), form).status_code == 302
    entries = api.get("documents/timeline/", target=f"catalog.brand:{brand.pk}")["data"]
    changed = {change["label"]: (change["old"], change["new"]) for change in entries[0]["changes"]}
    assert changed["Name"] == ("Bosch", "Bosch India")
    assert changed["Tags"] == (None, "tools, german")
    brand.refresh_from_db()
    assert brand.tags == ["tools", "german"]


def test_a_price_list_is_chosen_on_the_page_of_the_party(browser):
    party, prices = make_customer(), catalog.make_price_list("DEALER")
    assert 'name="price_list"' in text(browser.get(page(party)))
    assert browser.post(page(party), party_form(party, price_list=str(prices.pk))).status_code == 302
    assert PartyPriceList.objects.get(party=party).price_list == prices
    assert f'value="{prices.pk}" selected' in text(browser.get(page(party)))
    assert browser.post(page(party), party_form(party)).status_code == 302
    assert party_price_lists([party.pk]) == {}


def test_balance_due_is_a_column_and_a_fact_for_those_who_may_see_dues(browser):
    company, party = invoicing.company(), invoicing.customer()
    invoice = invoicing.invoice(company=company, party=party, post=True)
    listing = reverse("admin:parties_party_changelist") + "?_once=1"
    amount = f"{invoice.grand_total:,.2f}"
    for shown in (text(browser.get(listing)), text(browser.get(page(party)))):
        assert amount in shown
        assert "alance due" in shown
    clerk = signed_in(make_user("parties.view_party", "parties.change_party"))
    for address in (listing, page(party)):
        shown = text(clerk.get(address))
        assert amount not in shown
        assert "alance due" not in shown


def test_stock_and_cost_of_products_cost_the_list_no_query_a_row(browser):
    company = stock_company()
    listing = reverse("admin:catalog_product_changelist") + "?_once=1"

    receive(company, catalog.make_product("DRILL"), 5, 100)
    assert "n hand" in text(browser.get(listing))
    few = cheapest(lambda: browser.get(listing))
    for number in range(6):
        receive(company, catalog.make_product(f"P{number}"), 5, 100)
    assert cheapest(lambda: browser.get(listing)) <= few
