"""Invoices over the API: names and shapes of API.md, bad input, permissions, query budgets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounting.models import Invoice
from apps.company.selectors import company_today
from tests.factories import invoicing as make
from tests.kit.clients import signed_in
from tests.kit.pages import document_page
from tests.kit.statements import business
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
PATH = "accounting/invoices/"


@pytest.fixture
def party(db):
    return make.customer(gstin=make.GSTIN_29, state="29")


def body(books, customer, *lines, **values):
    lines = lines or ({"product": make.product().pk, "quantity": "2"},)
    return {
        "company": books.pk,
        "party": customer.pk,
        "date": company_today().isoformat(),
        "lines": list(lines),
        "moves_stock": False,
        **values,
    }


def test_clerk_creates_posts_and_reads_an_invoice(api, books, party):
    made = api.post(PATH, body(books, party, po_reference="PO-7"))["data"]
    assert (made["status"], made["number"], made["payment_status"]) == ("draft", "", "unpaid")
    assert (made["taxable_total"], made["igst_total"], made["grand_total"]) == ("200.00", "36.00", "236.00")
    assert made["place_of_supply"] == "29"
    line = made["lines"][0]
    assert (line["hsn"], line["gst_rate"], line["igst"], line["line_total"]) == (
        "8471",
        "18.000",
        "36.00",
        "236.00",
    )
    posted = api.post(f"{PATH}{made['id']}/post/", {"version": made["version"]}, 200)["data"]
    assert posted["status"] == "posted"
    assert posted["number"].startswith("INV/")
    assert posted["balance_due"] == "236.00"
    assert posted["amount_in_words"] == "Rupees Two Hundred Thirty Six Only"
    assert posted["journal_entry"]
    found = api.get(
        PATH, number=posted["number"], payment_status="unpaid", party=party.pk, status__in="posted"
    )
    assert [row["id"] for row in found["data"]] == [made["id"]]
    due = api.get(f"parties/parties/{party.pk}/")["data"]
    assert (due["balance_due"], due["billing_company"]) == ("236.00", books.pk)
    assert_subledger_equals_control(books)


def test_posted_invoice_refuses_changes(api, books, party):
    made = api.post(PATH, body(books, party))["data"]
    posted = api.post(f"{PATH}{made['id']}/post/", {}, 200)["data"]
    path = f"{PATH}{made['id']}/"
    change = {"version": posted["version"], "po_reference": "X"}
    assert api.patch(path, change, 409)["errors"][0]["code"] == "invalid_transition"
    assert api.put(path, {**body(books, party), "version": posted["version"]}, 409)["errors"]
    assert api.delete(path, 409)["errors"][0]["code"] == "invalid_transition"
    assert api.post(f"{path}post/", {}, 409)["errors"][0]["code"] == "invalid_transition"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "-1"}, "lines.0.quantity"),
        ({"quantity": "0"}, "lines.0.quantity"),
        ({"unit_price": "-5"}, "lines.0.unit_price"),
        ({"discount_percent": "101"}, "lines.0.discount_percent"),
        ({"discount_percent": "-1"}, "lines.0.discount_percent"),
        ({"quantity": "abc"}, "lines.0.quantity"),
        ({"quantity": "NaN"}, "lines.0.quantity"),
        ({"product": 99999999}, "lines.0.product"),
        ({"unit_price": "99999999999999", "quantity": "99999999999999"}, "lines.0.unit_price"),
        ({"hsn": "12A4"}, "lines.0.hsn"),
        ({"colour": "red"}, "lines.0.colour"),
        ({"line_total": "1.00"}, "lines.0.line_total"),
    ],
)
def test_wrong_line_is_named(api, books, party, line, field):
    row = {"product": make.product().pk, "quantity": "1", **line}
    answer = api.post(PATH, body(books, party, row), 400)
    assert field in {error["field"] for error in answer["errors"]}
    assert Invoice.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grand_total": "1.00"}, "grand_total"),
        ({"grand_total": "x"}, "grand_total"),
        ({"discount_amount": "-1"}, "discount_amount"),
        ({"discount_amount": "500"}, "discount_amount"),
        ({"place_of_supply": "55"}, "place_of_supply"),
        ({"billing_address": {"planet": "Mars"}}, "billing_address.planet"),
        ({"exchange_rate": "2"}, "exchange_rate"),
        ({"due_date": "2020-01-01"}, "due_date"),
        ({"party": 99999999}, "party"),
        ({"company": 99999999}, "company"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_wrong_header_is_named(api, books, party, values, field):
    answer = api.post(PATH, body(books, party, **values), 400)
    assert field in {error["field"] for error in answer["errors"]}


def test_right_totals_are_accepted_and_old_ones_are_no_claim(api, books, party):
    made = api.post(PATH, body(books, party, grand_total="236.00", taxable_total="200"))["data"]
    line = {**made["lines"][0], "quantity": "3"}
    sent = {**made, "lines": [line]}
    changed = api.put(f"{PATH}{made['id']}/", sent)["data"]
    assert (changed["grand_total"], changed["lines"][0]["id"]) == ("354.00", line["id"])


def test_another_party_brings_its_own_place_and_terms(api, books, party):
    made = api.post(PATH, body(books, party))["data"]
    local = make.customer(state="27")
    changed = api.patch(f"{PATH}{made['id']}/", {"party": local.pk, "version": made["version"]})["data"]
    assert (changed["place_of_supply"], changed["igst_total"], changed["cgst_total"]) == (
        "27",
        "0.00",
        "18.00",
    )


def test_preview_answers_the_totals_and_keeps_nothing(api, books, party):
    answer = api.post(f"{PATH}preview/", body(books, party), 200)["data"]
    assert answer["grand_total"] == "236.00"
    assert answer["lines"][0]["igst"] == "36.00"
    without_party = {"company": books.pk, "lines": [{"product": make.product().pk}]}
    assert api.post(f"{PATH}preview/", without_party, 200)["data"]["grand_total"] == "118.00"
    assert Invoice.objects.count() == 0


def test_each_verb_asks_for_its_permission(api_as, user_with, api, books, party):
    made = api.post(PATH, body(books, party))["data"]
    sees = ("accounting.view_invoice", "parties.view_party", "catalog.view_product")
    reader = api_as(user_with(*sees))
    reader.post(PATH, body(books, party), 403)
    reader.post(f"{PATH}{made['id']}/post/", {}, 403)
    poster = api_as(user_with(*sees, "accounting.post_invoice"))
    poster.post(f"{PATH}{made['id']}/post/", {}, 200)
    poster.post(f"{PATH}{made['id']}/cancel/", {"reason": "x"}, 403)
    api_as(user_with("accounting.add_invoice")).get(f"{PATH}{made['id']}/", 403)
    api_as(user_with(*sees, level="own")).get(f"{PATH}{made['id']}/", 404)


def test_posting_and_saving_cost_the_same_whatever_the_number_of_lines(api, books, party):
    counts = {}
    make.invoice(company=books, party=party, post=True)  # the series and the lock of the party exist
    api.get(PATH)
    for number in (1, 30):
        lines = [{"product": make.product().pk, "quantity": "1"} for _ in range(number)]
        with CaptureQueriesContext(connection) as saving:
            made = api.post(PATH, body(books, party, *lines))["data"]
        with CaptureQueriesContext(connection) as posting:
            api.post(f"{PATH}{made['id']}/post/", {}, 200)
        counts[number] = (len(business(saving)), len(business(posting)))
    assert counts[30] == counts[1], counts
    assert counts[30][1] <= 24, counts


def test_list_costs_the_same_whatever_its_length(api, books, party):
    for _ in range(5):
        make.invoice(company=books, party=party, post=True)
    api.get(PATH, per_page=1)
    with CaptureQueriesContext(connection) as few:
        api.get(PATH, per_page=1)
    with CaptureQueriesContext(connection) as many:
        assert len(api.get(PATH, per_page=4)["data"]) == 4
    assert len(business(many)) == len(business(few))


def test_cancel_needs_a_reason_and_reverses(api, books, party):
    made = api.post(PATH, body(books, party))["data"]
    path = f"{PATH}{made['id']}/"
    number = api.post(f"{path}post/", {}, 200)["data"]["number"]
    assert api.post(f"{path}cancel/", {}, 400)["errors"][0]["field"] == "reason"
    cancelled = api.post(f"{path}cancel/", {"reason": "wrong party"}, 200)["data"]
    assert (cancelled["status"], cancelled["number"], cancelled["balance_due"]) == (
        "cancelled",
        number,
        "0.00",
    )
    assert cancelled["reversal_entry"]
    assert api.get(f"parties/parties/{party.pk}/")["data"]["balance_due"] == "0.00"
    assert_subledger_equals_control(books)
    assert Decimal(api.get(PATH, status="cancelled")["data"][0]["grand_total"]) == Decimal(236)


def test_page_of_an_invoice_says_whether_it_is_paid_and_what_is_due(administrator, books):
    browser, party = signed_in(administrator), make.customer()
    service = make.product(product_kind="service")
    draft = make.invoice(company=books, party=party, lines=[{"product": service}])
    assert document_page(browser, "accounting/invoice", draft.pk)["remark"] is None
    invoice = make.posted(draft)

    def shown():
        page = document_page(browser, "accounting/invoice", invoice.pk)
        assert page["state"]["label"] == "Posted"
        assert page["totals"][-1] == {"name": "balance_due", "label": "Due"}
        return page["remark"]["label"], page["remark"]["tone"], page["record"]["balance_due"]

    assert shown() == ("Unpaid", "neutral", "118.00")
    make.receipt(company=books, party=party, amount=100, allocations=[{"invoice": invoice, "amount": "100"}])
    assert shown() == ("Partly paid", "warning", "18.00")
    make.receipt(company=books, party=party, amount=18, allocations=[{"invoice": invoice, "amount": "18"}])
    assert shown() == ("Paid", "success", "0.00")
