"""Alternatives in an offer: of each group one line counts; customer and clerk choose, the server adds up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from apps.sales.models import Quotation, QuotationLine
from apps.sales.printing import quotation_print
from apps.sales.services.margins import quotation_margins
from tests.factories.portal import portal_person
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
PATH = "sales/quotations/"


@pytest.fixture
def shop(api):
    return Shop()


def body(shop, **more):
    """Ten chairs or instead two tables; the fitting besides."""
    lines = (
        {"product": shop.chair.pk, "quantity": "10"},
        {"product": shop.table.pk, "quantity": "2", "alternative": True},
        {"product": shop.fitting.pk, "quantity": "1"},
    )
    return shop.draft(*lines, **more)


@pytest.fixture
def sent(api, shop):
    made = api.post(PATH, body(shop))["data"]
    return api.post(f"{PATH}{made['id']}/send/", expect=200)["data"]


def taxable(api, pk):
    return api.get(f"{PATH}{pk}/")["data"]["taxable_total"]


def page_of(api, sent):
    return api.get(f"{PATH}{sent['id']}/link/")["data"]["url"].split("acme.localhost", 1)[1]


def test_one_of_the_alternatives_counts_the_others_show_their_price(api, shop):
    made = api.post(PATH, body(shop, discount_amount="500.00"))["data"]
    chair, table, fitting = made["lines"]
    assert (chair["chosen"], table["chosen"], fitting["chosen"]) == (True, False, False)
    assert (chair["choice"], table["choice"], fitting["choice"]) == (1, 1, None)
    assert made["taxable_total"] == "10000.00"  # 10,000 + 500 − 500
    assert (table["taxable_value"], table["line_total"]) == ("8000.00", "9440.00")
    assert quotation_margins([made["id"]])[made["id"]] == Decimal("10000.00")
    assert made == api.get(f"{PATH}{made['id']}/")["data"]


def test_clerk_chooses_in_the_draft(api, shop):
    made = api.post(PATH, body(shop))["data"]
    lines = [{"id": line["id"]} for line in made["lines"]]
    lines[0]["chosen"], lines[1]["chosen"] = False, True
    changed = api.patch(f"{PATH}{made['id']}/", {"lines": lines, "version": made["version"]})["data"]
    assert changed["taxable_total"] == "8500.00"
    lines[0]["chosen"] = True
    again = {"lines": lines, "version": changed["version"]}
    answer = api.patch(f"{PATH}{made['id']}/", again, 400)
    assert answer["errors"][0]["field"] == "lines.1.chosen"


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({"alternative": True}, {}, "lines.0.alternative"),
        ({"optional": True}, {"alternative": True}, "lines.1.alternative"),
        ({}, {"alternative": True, "optional": True}, "lines.1.alternative"),
        ({"shadow": True}, {"alternative": True}, "lines.1.alternative"),
    ],
)
def test_what_can_be_no_alternative_is_refused_by_name(api, shop, first, second, field):
    lines = [{"product": p.pk, "quantity": "1", **m} for p, m in ((shop.chair, first), (shop.table, second))]
    assert api.post(PATH, shop.draft(*lines), 400)["errors"][0]["field"] == field


def test_database_knows_one_chosen_line_and_no_odd_group(api, sent):
    chair, table, fitting = (QuotationLine.objects.filter(pk=line["id"]) for line in sent["lines"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="one_chosen"), transaction.atomic():
        table.update(chosen=True)
    for rows, values in ((fitting, {"chosen": True}), (table, {"optional": True}), (chair, {"choice": 3})):
        with pytest.raises(IntegrityError, match="choice_sound"), transaction.atomic():
            rows.update(**values)


def test_customer_sees_the_total_of_his_choice_and_accepts_it(api, sent):
    page, browser = page_of(api, sent), Client(HTTP_HOST="acme.localhost")
    table = sent["lines"][1]["id"]
    shown = browser.get(page).content.decode()
    assert 'name="chosen-1"' in shown
    assert "12,390.00" in shown  # (10,000 + 500) with 18 %
    shown = browser.post(page, {"action": "sums", "chosen-1": table}).content.decode()
    assert "10,030.00" in shown  # (8,000 + 500) with 18 %
    assert taxable(api, sent["id"]) == "10500.00"  # shown is not chosen
    done = browser.post(page, {"action": "accept", "name": "Meera", "chosen-1": table})
    assert done.status_code == 302
    row = Quotation.objects.get(pk=sent["id"])
    assert (row.status, str(row.taxable_total)) == ("accepted", "8500.00")
    order = api.post(f"{PATH}{sent['id']}/convert/")["data"]
    assert [line["quantity"] for line in order["lines"]] == ["2.000000", "1.000000"]
    assert order["taxable_total"] == "8500.00"


def test_customer_chooses_in_his_portal(api, shop, sent):
    buyer, table = portal_person(shop.customer), sent["lines"][1]["id"]
    own, page = ApiClient(buyer), f"/portal/quotations/{sent['id']}/"
    assert 'name="chosen-0"' in signed_in(buyer).get(page).content.decode()
    for bad in ([sent["lines"][2]["id"]], ["x"], "1", [True]):
        body = {"name": "Meera", "chosen": bad}
        answer = own.post(f"portal/quotations/{sent['id']}/accept/", body, 400)
        assert answer["errors"][0]["field"] == "chosen"
    form = {"action": "accept", "name": "Meera", "chosen-0": table}
    assert signed_in(buyer).post(f"{page}act/", form).status_code == 302
    assert taxable(api, sent["id"]) == "8500.00"


def test_what_was_picked_stays_picked_when_the_answer_is_refused(api, shop, sent):
    """Else the customer adds his name and takes the other one without noticing."""
    picked, browser = f'value="{sent["lines"][1]["id"]}" checked', Client(HTTP_HOST="acme.localhost")
    page = page_of(api, sent)
    assert picked not in browser.get(page).content.decode()
    refused = browser.post(page, {"action": "accept", "chosen-1": sent["lines"][1]["id"]})
    assert (refused.status_code, picked in refused.content.decode()) == (400, True)
    assert "10,030.00" in refused.content.decode()
    own, page = signed_in(portal_person(shop.customer)), f"/portal/quotations/{sent['id']}/"
    assert picked not in own.get(page).content.decode()
    refused = own.post(f"{page}act/", {"action": "reject", "text": "", "chosen-0": sent["lines"][1]["id"]})
    assert (refused.status_code, picked in refused.content.decode()) == (400, True)
    assert taxable(api, sent["id"]) == "10500.00"


def test_customer_who_chooses_nothing_takes_the_offer_as_it_stands(api, sent):
    browser = Client(HTTP_HOST="acme.localhost")
    browser.post(page_of(api, sent), {"action": "accept", "name": "Meera"})
    assert taxable(api, sent["id"]) == "10500.00"


@pytest.mark.parametrize("choice", ["x", "0", "99999999", "\x00"])
def test_link_takes_no_line_of_elsewhere(api, sent, choice):
    browser = Client(HTTP_HOST="acme.localhost")
    for action in ("sums", "accept"):
        form = {"action": action, "name": "Meera", "chosen-1": choice}
        assert browser.post(page_of(api, sent), form).status_code == 400
    fitting = {"action": "accept", "name": "Meera", "chosen-1": sent["lines"][2]["id"]}
    assert browser.post(page_of(api, sent), fitting).status_code == 400
    assert Quotation.objects.get(pk=sent["id"]).status == "sent"


def test_clerk_chooses_when_he_makes_the_order(api, sent):
    table = sent["lines"][1]["id"]
    order = api.post(f"{PATH}{sent['id']}/convert/", {"chosen": [{"line": table}]})["data"]
    assert [line["quantity"] for line in order["lines"]] == ["2.000000", "1.000000"]
    assert taxable(api, sent["id"]) == "8500.00"
    answer = api.post(f"{PATH}{sent['id']}/convert/", {"chosen": [sent["lines"][0]["id"]]}, 409)
    assert answer["errors"][0]["field"] == "chosen"  # the table is ordered already


def test_naming_an_alternative_chooses_it_and_two_of_a_group_are_refused(api, sent):
    chair, table, _fitting = sent["lines"]
    both = {"lines": [{"line": chair["id"]}, {"line": table["id"]}]}
    assert api.post(f"{PATH}{sent['id']}/convert/", both, 400)["errors"][0]["field"] == "chosen"
    order = api.post(f"{PATH}{sent['id']}/convert/", {"lines": [{"line": table["id"]}]})["data"]
    assert [line["quantity"] for line in order["lines"]] == ["2.000000"]
    assert taxable(api, sent["id"]) == "8500.00"
    for bad in ("7", [True], [{"line": "x"}], {"line": 1}):
        answer = api.post(f"{PATH}{sent['id']}/convert/", {"chosen": bad}, 400)
        assert answer["errors"][0]["field"] == "chosen"


def test_clerk_notes_what_the_customer_took(api, sent):
    body = {"name": "Meera", "chosen": [sent["lines"][1]["id"]]}
    assert api.post(f"{PATH}{sent['id']}/accept/", body, 200)["data"]["taxable_total"] == "8500.00"


def test_revision_keeps_the_choice(api, sent):
    api.post(f"{PATH}{sent['id']}/accept/", {"chosen": [sent["lines"][1]["id"]]}, 200)
    new = api.post(f"{PATH}{sent['id']}/revise/")["data"]
    assert [line["chosen"] for line in new["lines"]] == [False, True, False]
    assert new["taxable_total"] == "8500.00"
    compared = api.get(f"{PATH}{new['id']}/compare/")["data"]
    assert compared["lines"][1]["values"][0]["chosen"] == "True"


def test_print_shows_to_which_line_it_is_an_alternative(api, sent):
    printed = quotation_print(Quotation.objects.get(pk=sent["id"]))
    assert [line.position for line in printed.lines] == ["1", "3"]
    (table,) = printed.tables
    assert table.rows[0].cells[0].startswith("Alternative to line 1: Table")
    QuotationLine.objects.filter(pk=sent["lines"][0]["id"]).update(chosen=False)
    QuotationLine.objects.filter(pk=sent["lines"][1]["id"]).update(chosen=True)
    printed = quotation_print(Quotation.objects.get(pk=sent["id"]))
    assert printed.tables[0].rows[0].cells[0].startswith("Alternative to line 2: Chair")


def test_dialog_asks_only_where_there_is_a_choice(api, browser, shop, sent):
    page = f"/admin/sales/quotation/{sent['id']}/ask/?verb=convert"
    fields = {field["name"]: field for field in browser.get(page).json()["data"]["fields"]}
    assert [row["chosen"] for row in fields["chosen"]["rows"]] == [True, False]
    plain = api.post(PATH, shop.draft())["data"]
    api.post(f"{PATH}{plain['id']}/send/", expect=200)
    page = f"/admin/sales/quotation/{plain['id']}/ask/?verb=convert"
    assert "chosen" not in {field["name"] for field in browser.get(page).json()["data"]["fields"]}
