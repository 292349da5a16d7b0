"""Optional lines of an offer: customer and clerk tick them, the server adds up; what is ticked is ordered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.documents.models import TimelineEntry
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


@pytest.fixture
def sent(api, shop):
    """Ten chairs; two tables and the fitting if the customer wants them."""
    lines = (
        {"product": shop.chair.pk, "quantity": "10"},
        {"product": shop.table.pk, "quantity": "2", "optional": True},
        {"product": shop.fitting.pk, "quantity": "1", "optional": True},
    )
    made = api.post(PATH, shop.draft(*lines))["data"]
    return api.post(f"{PATH}{made['id']}/send/", expect=200)["data"]


def taxable(api, pk):
    return api.get(f"{PATH}{pk}/")["data"]["taxable_total"]


def page_of(api, sent):
    return api.get(f"{PATH}{sent['id']}/link/")["data"]["url"].split("acme.localhost", 1)[1]


def ids(sent):
    return [line["id"] for line in sent["lines"]]


def test_customer_ticks_on_his_page_sees_the_total_and_accepts_it(api, sent):
    page, browser = page_of(api, sent), Client(HTTP_HOST="acme.localhost")
    _chairs, table, fitting = ids(sent)
    shown = browser.get(page).content.decode()
    assert f'name="option" value="{table}"' in shown
    assert "11,800.00" in shown  # 10,000 with 18 %
    ticked = {"options": "1", "option": [table, fitting]}
    shown = browser.post(page, {"action": "sums", **ticked}).content.decode()
    assert "21,830.00" in shown  # (10,000 + 8,000 + 500) with 18 %
    assert f'value="{table}" checked' in shown
    assert taxable(api, sent["id"]) == "10000.00", "shown is not taken"
    assert browser.post(page, {"action": "accept", "name": "Meera", **ticked}).status_code == 302
    row = Quotation.objects.get(pk=sent["id"])
    assert (row.status, str(row.taxable_total), str(row.grand_total)) == ("accepted", "18500.00", "21830.00")
    assert TimelineEntry.objects.filter(target_id=row.pk, verb="chosen").get().text.startswith("Chosen: ")
    order = api.post(f"{PATH}{sent['id']}/convert/")["data"]
    assert (len(order["lines"]), order["taxable_total"]) == (3, "18500.00")


def test_who_ticks_nothing_takes_the_offer_as_it_stands(api, sent):
    browser = Client(HTTP_HOST="acme.localhost")
    browser.post(page_of(api, sent), {"action": "accept", "name": "Meera", "options": "1"})
    assert taxable(api, sent["id"]) == "10000.00"
    assert len(api.post(f"{PATH}{sent['id']}/convert/")["data"]["lines"]) == 1


def test_ticks_stay_when_the_answer_is_refused_and_the_total_is_theirs(api, sent):
    browser, table = Client(HTTP_HOST="acme.localhost"), ids(sent)[1]
    form = {"action": "accept", "options": "1", "option": table}  # without his name
    refused = browser.post(page_of(api, sent), form)
    assert refused.status_code == 400
    assert f'value="{table}" checked' in refused.content.decode()
    assert "21,240.00" in refused.content.decode()
    assert taxable(api, sent["id"]) == "10000.00"


@pytest.mark.parametrize("wrong", ["x", "0", "99999999", "chairs"])
def test_link_takes_no_line_that_is_not_optional(api, sent, wrong):
    browser = Client(HTTP_HOST="acme.localhost")
    wrong = ids(sent)[0] if wrong == "chairs" else wrong
    for action in ("sums", "accept"):
        form = {"action": action, "name": "Meera", "options": "1", "option": wrong}
        assert browser.post(page_of(api, sent), form).status_code == 400
    assert Quotation.objects.get(pk=sent["id"]).status == "sent"


def test_customer_ticks_in_his_portal_and_over_its_api(api, shop, sent):
    buyer, (chairs, table, fitting) = portal_person(shop.customer), ids(sent)
    own, page = ApiClient(buyer), f"/portal/quotations/{sent['id']}/"
    browser = signed_in(buyer)
    assert f'name="option" value="{table}"' in browser.get(page).content.decode()
    shown = browser.post(f"{page}act/", {"action": "sums", "options": "1", "option": table}).content.decode()
    assert "21,240.00" in shown
    assert f'value="{table}" checked' in shown
    assert taxable(api, sent["id"]) == "10000.00"
    for bad in ([chairs], ["x"], "1", [True]):
        answer = own.post(f"portal/quotations/{sent['id']}/accept/", {"name": "Meera", "options": bad}, 400)
        assert answer["errors"][0]["field"] == "options"
    own.post(f"portal/quotations/{sent['id']}/accept/", {"name": "Meera", "options": [fitting]}, 200)
    assert taxable(api, sent["id"]) == "10500.00"


def test_portal_of_an_answered_offer_works_out_nothing_any_more(api, shop, sent):
    browser, page = signed_in(portal_person(shop.customer)), f"/portal/quotations/{sent['id']}/"
    api.post(f"{PATH}{sent['id']}/accept/", {}, 200)
    shown = browser.post(f"{page}act/", {"action": "sums", "options": "1", "option": ids(sent)[1]})
    assert shown.status_code != 200
    assert "21,240.00" not in shown.content.decode()


def test_clerk_ticks_in_the_draft_and_the_database_knows_what_may_be_ticked(api, shop):
    lines = ({"product": shop.chair.pk, "quantity": "1"},
             {"product": shop.table.pk, "quantity": "1", "optional": True, "chosen": True},
             {"product": shop.fitting.pk, "quantity": "1", "chosen": True})  # fmt: skip
    made = api.post(PATH, shop.draft(*lines))["data"]
    assert [line["chosen"] for line in made["lines"]] == [False, True, False]
    assert made["taxable_total"] == "5500.00"
    assert quotation_margins([made["id"]])[made["id"]] == Decimal("5500.00")
    plain = QuotationLine.objects.filter(pk=made["lines"][2]["id"])
    with pytest.raises(IntegrityError, match="choice_sound"), transaction.atomic():
        plain.update(chosen=True)


def test_clerk_says_in_the_dialog_what_was_taken_and_unticks_it_again(api, sent):
    _chairs, table, fitting = ids(sent)
    rows = [{"line": table, "taken": True}, {"line": fitting, "taken": False}]
    accepted = api.post(f"{PATH}{sent['id']}/accept/", {"name": "Meera", "options": rows}, 200)["data"]
    assert accepted["taxable_total"] == "18000.00"
    rows = [{"line": table, "taken": False}, {"line": fitting, "taken": True}]
    order = api.post(f"{PATH}{sent['id']}/convert/", {"options": rows})["data"]
    assert order["taxable_total"] == "10500.00"
    text = TimelineEntry.objects.filter(target_id=sent["id"], verb="chosen").order_by("-id").first().text
    assert "Left out: " in text
    answer = api.post(f"{PATH}{sent['id']}/convert/", {"options": []}, 409)
    assert answer["errors"][0]["field"] == "options", "the fitting is ordered already"


def test_print_has_a_taken_line_among_the_others_and_compares_it(api, sent):
    _chairs, table, _fitting = ids(sent)
    api.post(f"{PATH}{sent['id']}/accept/", {"options": [table]}, 200)
    printed = quotation_print(Quotation.objects.get(pk=sent["id"]))
    assert [line.position for line in printed.lines] == ["1", "2"]
    (beside,) = printed.tables
    assert len(beside.rows) == 1
    new = api.post(f"{PATH}{sent['id']}/revise/")["data"]
    assert [line["chosen"] for line in new["lines"]] == [False, True, False]
    assert new["taxable_total"] == "18000.00"


def test_dialog_offers_one_of_each_group_and_ticks_for_what_is_optional(api, administrator, shop, sent):
    lines = ({"product": shop.chair.pk, "quantity": "1"},
             {"product": shop.table.pk, "quantity": "1", "alternative": True},
             {"product": shop.fitting.pk, "quantity": "1", "optional": True})  # fmt: skip
    made = api.post(PATH, shop.draft(*lines))["data"]
    api.post(f"{PATH}{made['id']}/send/", expect=200)
    ask = "admin:sales_quotation_ask"

    def asked(pk, name):
        url = reverse(ask, "config.urls", args=[pk])
        fields = signed_in(administrator).get(url, {"verb": name}).json()["data"]["fields"]
        return {field["name"]: field for field in fields}

    for name in ("accept", "convert"):
        asks = asked(made["id"], name)
        (chosen,) = [column for column in asks["chosen"]["columns"] if column["input"]]
        (taken,) = [column for column in asks["options"]["columns"] if column["input"]]
        assert (chosen["one_of"], taken["one_of"]) == ("group", "")
        assert {row["group"] for row in asks["chosen"]["rows"]} == {"1"}
        assert [row["line"] for row in asks["options"]["rows"]] == [made["lines"][2]["id"]]
    assert "chosen" not in asked(sent["id"], "accept"), "there are no alternatives"
