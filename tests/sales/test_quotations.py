"""Quotations: totals with optional lines, revisions, the customer's answer, orders made of them."""

from __future__ import annotations

import pytest

from apps.sales.models import Quotation
from apps.sales.tasks import expire_quotations
from tests.factories.sales import in_days
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def lines_of(record):
    return {line["description"]: line for line in record["lines"]}


def test_clerk_sees_taxes_and_totals_of_a_new_quotation(api, shop):
    data = api.post("sales/quotations/", shop.draft())["data"]
    assert (data["taxable_total"], data["cgst_total"], data["sgst_total"]) == (
        "18000.00",
        "1620.00",
        "1620.00",
    )
    assert data["grand_total"] == "21240.00"
    assert data["status"] == "draft"
    assert data["number"] == ""
    assert data["revision"] == 1
    assert data["valid_until"] == in_days(30)


def test_optional_lines_are_priced_but_in_no_total(api, shop):
    lines = [
        {"product": shop.chair.pk, "quantity": "10"},
        {"product": shop.table.pk, "quantity": "1", "optional": True},
    ]
    data = api.post("sales/quotations/", shop.draft(*lines, discount_amount="1000.00"))["data"]
    assert data["taxable_total"] == "9000.00"
    assert lines_of(data)["Table"]["line_total"] == "4720.00"
    assert lines_of(data)["Table"]["shadow"] is False


def test_shadow_line_is_shown_and_never_billed(api, shop):
    lines = [
        {"product": shop.chair.pk, "quantity": "1"},
        {"description": "Delivered by our own van", "quantity": "1", "shadow": True},
    ]
    data = api.post("sales/quotations/", shop.draft(*lines))["data"]
    assert data["grand_total"] == "1180.00"
    assert data["lines"][1]["line_total"] == "0.00"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "-1"}, "lines.0.quantity"),
        ({"quantity": "1", "unit_price": "-5"}, "lines.0.unit_price"),
        ({"quantity": "1", "discount_percent": "101"}, "lines.0.discount_percent"),
    ],
)
def test_negative_figures_are_refused_by_name(api, shop, line, field):
    answer = api.post("sales/quotations/", shop.draft({"product": shop.chair.pk, **line}), 400)
    assert field in {error["field"] for error in answer["errors"]}


def test_sending_gives_number_and_link(api, sent):
    assert sent["status"] == "sent"
    assert sent["number"].startswith("QT/")
    link = api.get(f"sales/quotations/{sent['id']}/link/")["data"]["url"]
    assert "/q/" in link


def test_quotation_without_lines_is_not_sent(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    empty = api.patch(f"sales/quotations/{draft['id']}/", {"lines": [], "version": draft["version"]})["data"]
    answer = api.post(f"sales/quotations/{empty['id']}/send/", expect=400)
    assert answer["errors"][0]["field"] == "lines"


def test_sent_quotation_is_not_changed_but_revised(api, sent):
    body = {"notes": "x", "version": sent["version"]}
    assert (
        api.patch(f"sales/quotations/{sent['id']}/", body, 409)["errors"][0]["code"] == "invalid_transition"
    )
    new = api.post(f"sales/quotations/{sent['id']}/revise/", expect=201)["data"]
    assert (new["revision"], new["number"], new["status"]) == (2, sent["number"], "draft")
    assert new["id"] != sent["id"]
    assert new["grand_total"] == sent["grand_total"]
    old = api.get(f"sales/quotations/{sent['id']}/")["data"]
    assert old["status"] == "superseded"
    third = api.post(f"sales/quotations/{sent['id']}/revise/", expect=409)
    assert third["errors"][0]["code"] == "invalid_transition"


def test_revisions_are_compared_line_by_line(api, sent):
    new = api.post(f"sales/quotations/{sent['id']}/revise/")["data"]
    chair, table = new["lines"]
    chair["quantity"] = "12"
    body = {"lines": [chair, {"product": table["product"], "quantity": "1"}], "version": new["version"]}
    api.patch(f"sales/quotations/{new['id']}/", body)
    data = api.get(f"sales/quotations/{new['id']}/compare/")["data"]
    assert [row["revision"] for row in data["revisions"]] == [1, 2]
    by_name = {(line["description"], index): line for index, line in enumerate(data["lines"])}
    chairs = by_name["Chair", 0]
    assert [value["quantity"] for value in chairs["values"]] == ["10.000000", "12.000000"]
    assert chairs["changed"]
    # the table was taken off and entered anew: one line ends, another begins
    assert [value is None for value in by_name["Table", 1]["values"]] == [False, True]
    assert [value is None for value in by_name["Table", 2]["values"]] == [True, False]


def test_accepting_and_rejecting_keep_who_and_why(api, shop, sent):
    data = api.post(f"sales/quotations/{sent['id']}/accept/", {"name": "Ravi"}, 200)["data"]
    assert (data["status"], data["decided_by"]) == ("accepted", "Ravi")
    other = api.post("sales/quotations/", shop.draft())["data"]
    api.post(f"sales/quotations/{other['id']}/send/", expect=200)
    answer = api.post(f"sales/quotations/{other['id']}/reject/", {}, 400)
    assert answer["errors"][0]["field"] == "reason"
    data = api.post(f"sales/quotations/{other['id']}/reject/", {"reason": "Too dear"}, 200)["data"]
    assert (data["status"], data["reject_reason"]) == ("rejected", "Too dear")


def test_ended_offer_is_not_accepted(api, sent):
    Quotation.objects.filter(pk=sent["id"]).untracked_update(date="2020-01-01", valid_until="2020-01-31")
    answer = api.post(f"sales/quotations/{sent['id']}/accept/", expect=409)
    assert answer["errors"][0]["code"] == "invalid_transition"
    assert expire_quotations() == 1
    assert Quotation.objects.get(pk=sent["id"]).status == "expired"
    assert expire_quotations() == 0


def test_whole_quotation_becomes_an_order(api, shop):
    body = shop.draft(discount_amount="500.00", charges=[{"kind": "freight", "amount": "200.00"}])
    draft = api.post("sales/quotations/", body)["data"]
    sent = api.post(f"sales/quotations/{draft['id']}/send/", expect=200)["data"]
    order = api.post(f"sales/quotations/{sent['id']}/convert/")["data"]
    assert order["status"] == "draft"
    assert order["quotation"] == sent["id"]
    assert order["grand_total"] == sent["grand_total"]
    assert api.get(f"sales/quotations/{sent['id']}/")["data"]["status"] == "accepted"
    answer = api.post(f"sales/quotations/{sent['id']}/convert/", expect=409)
    assert answer["errors"][0]["code"] == "invalid_transition"


def test_quotation_becomes_an_order_in_parts(api, sent):
    chair, _table = sent["lines"]
    part = {"lines": [{"line": chair["id"], "quantity": "4"}]}
    first = api.post(f"sales/quotations/{sent['id']}/convert/", part)["data"]
    assert [line["quantity"] for line in first["lines"]] == ["4.000000"]
    too_much = {"lines": [{"line": chair["id"], "quantity": "7"}]}
    answer = api.post(f"sales/quotations/{sent['id']}/convert/", too_much, 400)
    assert answer["errors"][0]["field"] == "lines.0.quantity"
    rest = api.post(f"sales/quotations/{sent['id']}/convert/")["data"]
    assert [line["quantity"] for line in rest["lines"]] == ["6.000000", "2.000000"]


def test_optional_line_is_ordered_only_when_named(api, shop):
    lines = [
        {"product": shop.chair.pk, "quantity": "1"},
        {"product": shop.table.pk, "quantity": "1", "optional": True},
    ]
    draft = api.post("sales/quotations/", shop.draft(*lines))["data"]
    sent = api.post(f"sales/quotations/{draft['id']}/send/", expect=200)["data"]
    order = api.post(f"sales/quotations/{sent['id']}/convert/")["data"]
    assert [line["product"] for line in order["lines"]] == [shop.chair.pk]
    option = {"lines": [{"line": sent["lines"][1]["id"]}]}
    order = api.post(f"sales/quotations/{sent['id']}/convert/", option)["data"]
    assert [line["product"] for line in order["lines"]] == [shop.table.pk]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": "all"}, "lines"),
        ({"lines": [{"line": 999_999_999}]}, "lines.0.line"),
        ({"lines": [{"line": True}]}, "lines.0.line"),
        ({"lines": [{"quantity": "1"}]}, "lines.0.line"),
        ({"wish": 1}, "wish"),
        ({"date": "tomorrow"}, "date"),
    ],
)
def test_bad_bodies_of_convert_are_named(api, sent, body, field):
    assert api.post(f"sales/quotations/{sent['id']}/convert/", body, 400)["errors"][0]["field"] == field


def test_quotation_in_pounds_keeps_its_rate(api, shop):
    from apps.company.models import Currency

    pound = Currency.objects.get(code="GBP")
    line = {"product": shop.chair.pk, "quantity": "1", "unit_price": "10"}
    data = api.post("sales/quotations/", shop.draft(line, currency=pound.pk, exchange_rate="105.500000"))[
        "data"
    ]
    assert data["exchange_rate"] == "105.500000"
    assert data["base_total"] == "1244.90"


def test_margin_is_only_for_those_who_see_costs(api, shop, user_with):
    shop.chair.purchase_price = 600
    shop.chair.save()
    data = api.post("sales/quotations/", shop.draft({"product": shop.chair.pk, "quantity": "10"}))["data"]
    assert data["margin"] == "4000.00"
    clerk = ApiClient(user_with("sales.view_quotation"))
    assert "margin" not in clerk.get(f"sales/quotations/{data['id']}/")["data"]


def test_salesperson_sees_only_own_quotations(api, shop, sent, user_with):
    own = user_with("sales.*", "parties.view_party", levels={"sales.*": "own"})
    client = ApiClient(own)
    assert client.get("sales/quotations/")["data"] == []
    client.get(f"sales/quotations/{sent['id']}/", 404)
    for verb in ("send", "accept", "revise", "convert"):
        client.post(f"sales/quotations/{sent['id']}/{verb}/", expect=404)
    client.get(f"sales/quotations/{sent['id']}/compare/", expect=404)
    mine = client.post("sales/quotations/", shop.draft())["data"]
    assert [row["id"] for row in client.get("sales/quotations/")["data"]] == [mine["id"]]


def test_viewer_may_not_send(shop, sent, user_with):
    client = ApiClient(user_with("sales.view_quotation"))
    for verb in ("send", "accept", "revise", "convert"):
        client.post(f"sales/quotations/{sent['id']}/{verb}/", expect=403)


def test_list_filters_by_product_without_doubles(api, shop, sent):
    lines = [{"product": shop.chair.pk, "quantity": "1"}] * 2
    api.post("sales/quotations/", shop.draft(*lines))
    assert len(api.get(f"sales/quotations/?product={shop.chair.pk}")["data"]) == 2
    found = api.get("sales/quotations/", number=sent["number"])["data"]
    assert [row["id"] for row in found] == [sent["id"]]
